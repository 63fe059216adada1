"""The case register (form 07): every case received in a period, one row each, as a book.

Rows carry the numbers that cases got at acceptance, counted anew each year; so a period lies in
one year, and a volume is the same rows whatever period it is printed for.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from documents.registers.issuing import issue_document
from documents.registers.models import Document
from services.cases.authority import seen_cases
from services.cases.contents import letterhead_content, row_text
from services.cases.models import Case
from services.cases.states import CaseStatus, Outcome, ReturnWay
from services.catalogue.people import applicant_of
from services.catalogue.registry import get_version
from tenants.history.events import record_event
from tenants.organisation.models import Letterhead, Official, Role, get_letterhead
from tenants.organisation.powers import actor_of, powers_of

TITLE = "Sổ theo dõi hồ sơ"
# A volume is bound from parts. Setting a row takes about 35 ms and a PDF has nine seconds
# (rendering.pdf), so the jobs of a long book stay short: slips somebody waits for come in between.
PART_ROWS = 60
VOLUME_ROWS = 8 * PART_ROWS
READERS = (Role.RECEPTION, Role.CLERK, Role.LEADER)
PRINTED, SAVED = "register.printed", "register.saved"
_WAYS = {ReturnWay.COUNTER: "Tại quầy", ReturnWay.ONLINE: "Trực tuyến", ReturnWay.POST: "Bưu chính"}
_COLUMNS = (
    "id", "code", "procedure_code", "procedure_version", "procedure_name", "sets", "status",
    "applicant_name", "answers", "register_number", "accepted_at", "due_at", "returned_at",
    "return_way", "receiver_name", "signature_file_id", "outcome", "finished_at",
)  # fmt: skip


class PeriodRefused(Exception):
    """No book can be made of these days; the message says why."""


@dataclass(frozen=True)
class Period:
    """The days of a book, the first and the last included; both in one year."""

    first: datetime.date
    last: datetime.date

    def __str__(self) -> str:
        return f"{self.first:%d/%m/%Y} – {self.last:%d/%m/%Y}"

    @property
    def bounds(self) -> tuple[datetime.datetime, datetime.datetime]:
        """The first moment of the period and the first after it."""
        zone = timezone.get_current_timezone()
        start = datetime.datetime.combine(self.first, datetime.time(), zone)
        after = self.last + datetime.timedelta(days=1)
        return start, datetime.datetime.combine(after, datetime.time(), zone)


@dataclass(frozen=True)
class Row:
    """One case as the book prints it."""

    number: str
    code: str
    procedure: str
    sets: int
    name: str
    address: str
    phone: str
    agency: str
    accepted_at: datetime.datetime | None
    due_at: datetime.datetime | None
    returned_at: datetime.datetime | None
    way: str
    signed: str
    note: str


def check_period(first: datetime.date, last: datetime.date) -> Period:
    """The days as a period. Raises PeriodRefused."""
    if last < first:
        raise PeriodRefused(_("Ngày cuối phải từ ngày đầu trở đi."))
    if first.year != last.year:
        raise PeriodRefused(
            _("Sổ mở theo từng năm, số thứ tự đếm lại từ đầu năm. Xin chọn hai ngày cùng một năm.")
        )
    return Period(first, last)


def may_read_register(official: Official) -> bool:
    """Whether the book is there for the official: who receives, keeps records or leads."""
    return powers_of(official).has_role(*READERS)


def sees_whole_register(official: Official) -> bool:
    """Whether no field is hidden from the official; only such a one prints the commune's book."""
    return any(not grant.scope for grant in powers_of(official).grants)


def received_cases(official: Official, period: Period) -> QuerySet[Case]:
    """The cases received in the period that exist for the official, in the book's order."""
    start, after = period.bounds
    return (
        Case.objects.only(*_COLUMNS)
        .filter(seen_cases(official), accepted_at__gte=start, accepted_at__lt=after)
        .order_by(F("register_number").asc(nulls_first=True), "accepted_at", "id")
    )


def rows_of(cases: Iterable[Case], letterhead: Letterhead) -> Iterator[Row]:
    """The rows of these cases."""
    for case in cases:
        applicant = applicant_of(
            get_version(case.procedure_code, case.procedure_version), case.answers
        )
        yield Row(
            number=row_text(case),
            code=case.code,
            procedure=case.procedure_name,
            sets=case.sets,
            name=case.applicant_name,
            address=applicant.address,
            phone=applicant.phone,
            agency=letterhead.agency_name,
            accepted_at=_local(case.accepted_at),
            due_at=_local(case.due_at),
            returned_at=_local(case.returned_at),
            way=_WAYS.get(ReturnWay(case.return_way), "") if case.return_way else "",
            signed=_signed(case),
            note=_note(case),
        )


@transaction.atomic
def print_register(*, official: Official, period: Period) -> list[Document]:
    """Make the book of a period, part by part; their PDFs follow as jobs."""
    letterhead = get_letterhead()
    documents = []
    for volume, members in groupby(received_cases(official, period), key=_volume):
        rows = [_printed(row) for row in rows_of(members, letterhead)]
        documents.extend(_issue_volume(letterhead, period, volume, rows))
    if not documents:
        documents = _issue_volume(letterhead, period, 1, [])
    record_event(
        verb=PRINTED,
        subject_id=official.pk,
        actor=actor_of(official, powers_of(official).grants[0]),
        details={"period": str(period)},
    )
    return documents


def books() -> QuerySet[Document]:
    """The parts that were printed, the newest first, without their contents."""
    kind = Document.Kind.CASE_REGISTER
    return Document.objects.defer("content").filter(kind=kind).order_by("-id")


def parts_of(period: Period) -> list[Document]:
    """The newest print of each part of a period's book, in their order."""
    newest: dict[str, Document] = {}
    for document in books().filter(title__startswith=f"{_title(period)}, "):
        newest.setdefault(document.title, document)
    return sorted(newest.values(), key=lambda document: document.title)


def get_book(document_id: UUID) -> Document | None:
    """One printed part of a book."""
    kind = Document.Kind.CASE_REGISTER
    return Document.objects.filter(pk=document_id, kind=kind).first()


def _issue_volume(
    letterhead: Letterhead, period: Period, volume: int, rows: list[dict[str, Any]]
) -> list[Document]:
    """One document for every part; the first has the volume's cover."""
    head = {
        "letterhead": letterhead_content(letterhead, unit=True),
        "year": period.first.year,
        "volume": volume,
        "first": rows[0]["number"] if rows else "",
        "last": rows[-1]["number"] if rows else "",
        "period_text": f"Từ ngày {period.first:%d/%m/%Y} đến ngày {period.last:%d/%m/%Y}",
        "count": len(rows),
    }
    documents = []
    for begun in range(0, max(1, len(rows)), PART_ROWS):
        part = rows[begun : begun + PART_ROWS]
        numbers = f", số {part[0]['number']} – {part[-1]['number']}" if part else ""
        document = issue_document(
            kind=Document.Kind.CASE_REGISTER,
            template="case_register",
            title=f"{_title(period)}, quyển {volume:02d}{numbers}",
            content={**head, "cover": begun == 0, "rows": part},
        )
        documents.append(document)
    return documents


def _title(period: Period) -> str:
    return f"{TITLE} {period}"


def _volume(case: Case) -> int:
    """The volume in which a row stands; cases from before there were numbers are in the first."""
    return ((case.register_number or 1) - 1) // VOLUME_ROWS + 1


def _printed(row: Row) -> dict[str, Any]:
    return {
        "number": row.number,
        "code": row.code,
        "procedure": row.procedure,
        "sets": row.sets,
        "name": row.name,
        "address": row.address,
        "phone": row.phone,
        "agency": row.agency,
        "received": _moment(row.accepted_at),
        "due": _moment(row.due_at),
        "returned": _moment(row.returned_at),
        "way": row.way,
        "signed": row.signed,
        "note": row.note,
    }


def _signed(case: Case) -> str:
    """The sign of receipt: who took the result, and that they signed; empty to sign with a pen."""
    if case.signature_file_id is not None:
        return f"Đã ký: {case.receiver_name}"
    return case.receiver_name


def _note(case: Case) -> str:
    if case.state == CaseStatus.STOPPED:
        return "Dừng"
    done = case.finished_at or case.returned_at
    late = done is not None and case.due_at is not None and done > case.due_at
    notes = ["Không chấp thuận"] if case.outcome == Outcome.REJECTED else []
    return ", ".join([*notes, "Quá hạn"] if late else notes)


def _local(moment: datetime.datetime | None) -> datetime.datetime | None:
    return timezone.localtime(moment) if moment is not None else None


def _moment(moment: datetime.datetime | None) -> str:
    return f"{moment:%H:%M}\n{moment:%d/%m/%Y}" if moment is not None else ""
