"""Answering with a stored file. Whether the person may have it is checked before."""

from __future__ import annotations

from csp.constants import HEADER
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from documents.files.errors import FileNotReady, FileRefused, refused_because
from documents.files.models import StoredFile
from documents.files.names import clean_name
from documents.files.storing import open_stored

# For a browser that draws the file by itself: nothing in it runs, fetches or is sent. Chromium
# draws no PDF in a sandbox, so that directive is for pictures alone.
_POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; object-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_PICTURE_POLICY = f"{_POLICY}; sandbox"
_CONFLICT = 409


def not_open_because(stored: StoredFile, *, is_giver: bool = False) -> FileRefused | None:
    """Why nobody may open the file now, or None. Who gave it sees it before it is checked."""
    if stored.state == StoredFile.State.REFUSED:
        return refused_because(stored.refusal)
    if stored.state == StoredFile.State.QUARANTINED and not is_giver:
        return FileNotReady()
    return None


def pdf_response(data: bytes, *, name: str) -> HttpResponse:
    """Answer with a PDF that was put together for this answer, to be looked at and printed."""
    response = HttpResponse(data, content_type=StoredFile.Kind.PDF)
    shown_as = clean_name(name, StoredFile.Kind.PDF)
    response["Content-Disposition"] = content_disposition_header(False, shown_as) or "inline"
    response[HEADER] = _POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def file_response(
    stored: StoredFile, *, name: str, inline: bool = False, is_giver: bool = False
) -> HttpResponseBase:
    """Answer with the file, to be saved, or with `inline` to be looked at in the browser.

    The kind is the one that the content has, and browsers are told not to guess another. What is
    in quarantine or refused is not sent: a sentence says why (409).
    """
    problem = not_open_because(stored, is_giver=is_giver)
    response: HttpResponseBase
    if problem is not None:
        response = HttpResponse(str(problem), "text/plain; charset=utf-8", _CONFLICT)
    else:
        is_checked = stored.state == StoredFile.State.CLEAN
        response = FileResponse(
            open_stored(stored.id),
            as_attachment=not (inline and is_checked),
            filename=clean_name(name, stored.kind),
            content_type=stored.kind,
        )
        response["Content-Length"] = str(stored.size)
    is_pdf = stored.kind == StoredFile.Kind.PDF
    response[HEADER] = _POLICY if is_pdf else _PICTURE_POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
