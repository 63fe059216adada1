"""Notes that officials write on a page of a paper, for each other.

The applicant reads none of them: neither the words, which are sealed, nor that there are any.
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from services.cases.errors import CaseError
from services.cases.models import Attachment, Case, PageNote
from services.catalogue.registry import get_version
from tenants.history.events import Actor, record_event
from tenants.organisation.models import Official

MOST_LETTERS = 500
MOST_NOTES = 100


class NoteRefused(CaseError):
    """A note that cannot be kept; the sentence says why."""


class NotYourNote(CaseError):
    """A note is removed by whoever wrote it, and by nobody else."""

    def __init__(self) -> None:
        super().__init__(_("Chỉ người viết mới gỡ được ghi chú này."))


def notes_of(case: Case) -> list[PageNote]:
    """The notes on the papers of a case, oldest first."""
    return list(PageNote.objects.filter(case_id=case.pk).order_by("id"))


@transaction.atomic
def write_page_note(
    *, case: Case, official: Official, attachment: Attachment, page: int, text: str
) -> PageNote:
    """Keep a note on a page (counted from 1) of one of the case's papers.

    Raises ``NoteRefused``. That a note was written stands in the history, without its words.
    """
    text = text.strip()
    if not text:
        raise NoteRefused(_("Ghi chú còn trống. Hãy viết nội dung rồi lưu."))
    if len(text) > MOST_LETTERS:
        raise NoteRefused(
            _("Ghi chú dài %(length)d chữ, hơn mức %(most)d. Hãy viết gọn lại.")
            % {"length": len(text), "most": MOST_LETTERS}
        )
    if not 1 <= page <= attachment.file.pages:
        raise NoteRefused(_("Giấy này không có trang đó. Hãy tải lại trang."))
    if PageNote.objects.filter(case_id=case.pk).count() >= MOST_NOTES:
        raise NoteRefused(
            _("Hồ sơ đã có %(most)d ghi chú. Hãy gỡ bớt ghi chú không còn cần.")
            % {"most": MOST_NOTES}
        )
    note = PageNote.objects.create(
        case=case,
        attachment=attachment,
        page=page,
        content={"text": text},
        official_id=official.pk,
        official_name=official.name,
    )
    _record("write_page_note", case, attachment, page, official)
    return note


@transaction.atomic
def remove_page_note(*, case: Case, official: Official, note_id: UUID) -> PageNote | None:
    """Remove one's own note; None when it is gone already. Raises ``NotYourNote``."""
    note = (
        PageNote.objects.select_for_update(of=("self",))
        .select_related("attachment")
        .filter(pk=note_id, case_id=case.pk)
        .first()
    )
    if note is None:
        return None
    if note.official_id != official.pk:
        raise NotYourNote
    PageNote.objects.filter(pk=note.pk).delete()
    _record("remove_page_note", case, note.attachment, note.page, official)
    return note


def _record(verb: str, case: Case, attachment: Attachment, page: int, official: Official) -> None:
    papers = get_version(case.procedure_code, case.procedure_version).papers
    name = next((one.name for one in papers if one.key == attachment.paper_key), "")
    record_event(
        verb=verb,
        subject_id=case.pk,
        actor=Actor.official(official),
        details={"page": page, "paper": name, "key": str(attachment.pk)},
    )
