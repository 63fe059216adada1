"""A half-filled form: begun, saved page by page, its papers attached, thrown away."""

from __future__ import annotations

import copy
import datetime
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import psycopg2
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from documents.files.errors import refused_because
from documents.files.intake import store_upload
from documents.files.models import StoredFile
from documents.files.storing import remove_file
from services.cases.assurance import check_assurance
from services.cases.errors import CaseError
from services.cases.models import Attachment, CopyKind, Draft
from services.catalogue.forms.checks import PAPERS_PAGE, Problem
from services.catalogue.registry import get_version
from services.catalogue.schema import Paper, ProcedureDefinition
from tenants.accounts.models import Account
from tenants.kit.national_id import mask_numbers_in
from tenants.kit.rows import lock_row, read_rows
from tenants.organisation.models import Official

# Long enough to fetch a paper from another province, short enough not to hoard.
KEPT_DAYS = 30
MAX_FILES_PER_PAPER = 10
_WRITE = "UPDATE cases_draft SET content = %s, updated_at = %s WHERE id = %s AND updated_at = %s"
# Sources whose stored file came with the attachment and goes with it.
_OWN_FILES = (Attachment.Source.GIVEN, Attachment.Source.SCANNED)
KINDS = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png"}


class DraftGone(CaseError):
    """The form was sent, thrown away, or is out of date."""

    def __init__(self) -> None:
        super().__init__(_("Bản điền này không còn nữa. Anh/chị bắt đầu lại từ trang thủ tục."))


class TooManyFiles(CaseError):
    """One paper has as many files as are kept for it."""

    def __init__(self) -> None:
        super().__init__(
            _("Mỗi giấy tờ nhận tối đa %(count)d tệp. Hãy gộp các trang vào một tệp PDF.")
            % {"count": MAX_FILES_PER_PAPER}
        )


class UnknownPaper(CaseError):
    """The procedure asks for no paper of that key."""

    def __init__(self) -> None:
        super().__init__(_("Thủ tục này không có giấy tờ đó. Hãy tải lại trang."))


def start_draft(
    *,
    definition: ProcedureDefinition,
    account: Account | None = None,
    official: Official | None = None,
    assurance_level: int = 0,
) -> Draft:
    """Begin a form: of a citizen with an account, or of an official for a walk-in.

    Raises ``IdentityNotAssured`` where the citizen's sign-in is below what the procedure demands.
    """
    if official is None:
        check_assurance(definition, assurance_level)
    return Draft.objects.create(
        procedure_code=definition.code,
        procedure_version=definition.version,
        account_id=account.pk if account else None,
        official_id=official.pk if official else None,
        content={"answers": {}, "typed": {}, "done": []},
        expires_on=timezone.localdate() + datetime.timedelta(days=KEPT_DAYS),
    )


def drafts_of(account: Account) -> list[Draft]:
    """The account's unsent forms in this commune, newest first, without their contents."""
    return list(
        Draft.objects.defer("content")
        .filter(account_id=account.pk, expires_on__gte=timezone.localdate())
        .order_by("-updated_at")[:20]
    )


def drafts_of_official(official: Official) -> list[Draft]:
    """Forms begun with walk-ins by this official, newest first, without their contents."""
    return list(
        Draft.objects.defer("content")
        .filter(official_id=official.pk, expires_on__gte=timezone.localdate())
        .order_by("-updated_at")[:20]
    )


def save_page(
    *,
    draft: Draft,
    page_key: str,
    answers: dict[str, Any] | None = None,
    typed: dict[str, Any] | None = None,
) -> Draft:
    """Keep what one page gave: checked ``answers``, or what was ``typed`` when it did not pass.

    Two open tabs do not undo each other's pages: a form that was saved since it was read is read
    again, under a row lock. Raises ``DraftGone``.
    """
    saved = copy.copy(draft)
    saved.content = _with_page(draft.content, page_key, answers, typed)
    if _write_if_unchanged(saved):
        return saved
    with transaction.atomic():
        locked = lock_draft(draft)
        if locked is None:
            raise DraftGone
        locked.content = _with_page(locked.content, page_key, answers, typed)
        locked.save(update_fields=["content", "updated_at"])
        return locked


def _with_page(
    content: dict[str, Any],
    page_key: str,
    answers: dict[str, Any] | None,
    typed: dict[str, Any] | None,
) -> dict[str, Any]:
    """The content of a form with what one of its pages gave."""
    done = [key for key in content.get("done", []) if key != page_key]
    kept = {key: value for key, value in content.get("typed", {}).items() if key != page_key}
    all_answers = content.get("answers", {})
    if answers is not None:
        all_answers = {**all_answers, **answers}
        done.append(page_key)
    if typed is not None:
        kept[page_key] = typed
    return {**content, "answers": all_answers, "done": done, "typed": kept}


def _write_if_unchanged(draft: Draft) -> bool:
    """Write the content if the row is as it was read: one statement, which a lock takes four."""
    sealed = Draft._meta.get_field("content").pre_save(draft, add=False)
    read_at, draft.updated_at = draft.updated_at, timezone.now()
    values: list[Any] = [psycopg2.Binary(sealed), draft.updated_at, draft.pk, read_at]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, values)
        return bool(cursor.rowcount)


@transaction.atomic
def attach_paper(
    *,
    draft: Draft,
    paper_key: str,
    upload: UploadedFile[Any],
    copy_kind: str = CopyKind.ELECTRONIC,
    strip: bool = False,
) -> Attachment:
    """Store a file for one required paper of a draft; with ``strip`` a picture without its notes.

    Raises ``UnknownPaper``, ``TooManyFiles``, ``DraftGone``, or a ``FileRefused`` that says what
    is wrong with the file.
    """
    definition = get_version(draft.procedure_code, draft.procedure_version)
    paper = next((paper for paper in definition.papers if paper.key == paper_key), None)
    if paper is None:
        raise UnknownPaper
    # A form that is sent at this moment takes the file along or refuses it.
    if lock_draft(draft) is None:
        raise DraftGone
    return add_file(owner_id=draft.pk, paper=paper, upload=upload, copy_kind=copy_kind, strip=strip)


@transaction.atomic(savepoint=False)
def add_file(
    *,
    owner_id: UUID,
    paper: Paper,
    upload: UploadedFile[Any],
    copy_kind: str = CopyKind.ELECTRONIC,
    strip: bool = False,
) -> Attachment:
    """Store a file under a paper's limits for a draft or a case."""
    if Attachment.objects.filter(owner_id=owner_id, paper_key=paper.key).count() >= (
        MAX_FILES_PER_PAPER
    ):
        raise TooManyFiles
    stored = store_upload(
        upload,
        limit_bytes=paper.max_mb * 1024 * 1024,
        kinds={KINDS[kind] for kind in paper.accept},
        strip=strip,
    )
    return Attachment.objects.create(
        owner_id=owner_id,
        paper_key=paper.key,
        copy_kind=copy_kind,
        file=stored,
        name=_display_name(upload.name or ""),
    )


@transaction.atomic
def remove_paper(*, draft: Draft, attachment_id: UUID) -> None:
    """Take a file off a draft, with its stored bytes."""
    _remove(Attachment.objects.filter(owner_id=draft.pk, pk=attachment_id))


def attachments_of(owner_id: UUID) -> list[Attachment]:
    """The files of a draft or case in the order they were given."""
    rest = "WHERE a.owner_id = %s ORDER BY a.id"
    return read_rows(Attachment, rest, [owner_id], related="file")


def given_papers(attachments: Iterable[Attachment]) -> set[str]:
    """Keys of the papers for which at least one file was given."""
    return {attachment.paper_key for attachment in attachments}


def refused_papers(attachments: Iterable[Attachment]) -> list[Problem]:
    """What keeps a form from being sent: each file that was refused when it was checked."""
    return [
        Problem(
            field_key=attachment.paper_key,
            page_key=PAPERS_PAGE,
            message=_("Tệp “%(name)s” không dùng được: %(reason)s Bỏ tệp này rồi nộp tiếp.")
            % {"name": attachment.name, "reason": refused_because(attachment.file.refusal)},
        )
        for attachment in attachments
        if attachment.file.state == StoredFile.State.REFUSED
    ]


@transaction.atomic
def discard_draft(*, draft: Draft) -> None:
    """Throw an unsent form away with its papers; one that was sent meanwhile stays sent."""
    if lock_draft(draft) is None:
        return
    _remove(Attachment.objects.filter(owner_id=draft.pk))
    draft.delete()


def discard_expired() -> int:
    """Throw away the current commune's forms whose days are over; returns how many."""
    expired = list(Draft.objects.defer("content").filter(expires_on__lt=timezone.localdate()))
    for draft in expired:
        discard_draft(draft=draft)
    return len(expired)


def lock_draft(draft: Draft) -> Draft | None:
    """The draft under a row lock for the rest of the transaction; ``None`` when it is gone."""
    return lock_row(Draft, "a.id = %s", [draft.pk])


def _remove(attachments: QuerySet[Attachment]) -> None:
    for attachment in attachments.select_related("file"):
        attachment.delete()
        # What is used again stays with the case that it was given or issued in.
        if attachment.source in _OWN_FILES:
            remove_file(stored=attachment.file)


def _display_name(name: str) -> str:
    """A file's name as people know it: no path, no control characters, at most 120 letters.

    Many name a photograph after the number on the card, which no table holds in clear.
    """
    base = mask_numbers_in(name.replace("\\", "/").rsplit("/", 1)[-1])
    cleaned = "".join(ch for ch in base if ch.isprintable()).strip()
    if len(cleaned) > 120:
        stem, dot, suffix = cleaned.rpartition(".")
        cleaned = f"{stem[:110]}{dot}{suffix[:9]}" if dot else cleaned[:120]
    return cleaned or "tep"
