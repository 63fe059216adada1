"""Answering with a stored file. Whether the person may have it is checked before."""

from __future__ import annotations

from django.http import FileResponse

from documents.files.models import StoredFile
from documents.files.names import clean_name
from documents.files.storing import open_stored


def file_response(stored: StoredFile, *, name: str, inline: bool = False) -> FileResponse:
    """Answer with the file, to be saved, or with `inline` to be looked at in the browser.

    The kind is the one that the content has, and browsers are told not to guess another.
    """
    response = FileResponse(
        open_stored(stored.id),
        as_attachment=not inline,
        filename=clean_name(name, stored.kind),
        content_type=stored.kind,
    )
    response["Content-Length"] = str(stored.size)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
