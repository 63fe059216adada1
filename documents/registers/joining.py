"""Documents of several cases in one PDF, for the printer."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from documents.files.storing import path_of
from documents.registers.models import Document
from documents.rendering.joining import join_pdfs

# Slips have a page or two: this many are joined while somebody waits.
MOST_AT_ONCE = 100


class NotPrinted(Exception):
    """Some documents have no PDF yet; ``ids`` are theirs."""

    def __init__(self, ids: Sequence[UUID]) -> None:
        self.ids = list(ids)
        super().__init__(
            _("%(count)d giấy chưa có bản PDF, đang được tạo. Xin thử lại sau ít phút.")
            % {"count": len(self.ids)}
        )


class TooManyDocuments(Exception):
    """More documents than are joined at once."""

    def __init__(self) -> None:
        super().__init__(_("Mỗi lần in được nhiều nhất %(count)d giấy.") % {"count": MOST_AT_ONCE})


def join_documents(document_ids: Sequence[UUID]) -> bytes:
    """The PDFs of these documents in this order, as one PDF.

    Who may read them is for the caller to ask. Raises ``NotPrinted`` when one has no PDF (or is
    not this commune's), ``TooManyDocuments`` for more than ``MOST_AT_ONCE``.
    """
    if len(document_ids) > MOST_AT_ONCE:
        raise TooManyDocuments
    rows = Document.objects.filter(pk__in=document_ids).values_list("pk", "file_id")
    files = {key: file_id for key, file_id in rows if file_id is not None}
    if missing := [key for key in document_ids if key not in files]:
        raise NotPrinted(missing)
    return join_pdfs(path_of(files[key]) for key in document_ids)
