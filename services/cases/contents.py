"""What the documents of a case say: plain data, frozen when the document is issued.

The templates print it and add nothing. Layouts and texts of results come from the procedure's
file; slips follow forms 01–03 of Circular 03/2025/TT-VPCP.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import Any

from django.utils import timezone

from documents.registers.numbering import Numbering
from services.cases.models import Case
from services.cases.receipt import collect_text, filed_text, paper_rows, transfer_code
from services.catalogue.people import applicant_of
from services.catalogue.schema import ProcedureDefinition
from services.payments.charges import charges_of
from services.payments.contents import fee_text, money_text
from tenants.communes.current import current_commune
from tenants.communes.hosts import commune_url
from tenants.organisation.models import Letterhead, Official
from tenants.organisation.powers import Signatory

WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
CHANNELS = {"online": "nộp trực tuyến", "counter": "nộp tại quầy", "post": "nộp qua bưu chính"}


def letterhead_content(letterhead: Letterhead, *, unit: bool) -> dict[str, str]:
    """The head of a document; ``unit`` puts the service centre under the People's Committee."""
    return {
        "agency_name": letterhead.agency_name,
        "parent_name": "",
        "unit_name": letterhead.centre_name if unit else "",
        "centre_name": letterhead.centre_name,
        "place_name": letterhead.place_name,
        "phone": letterhead.phone,
        "address": letterhead.address,
    }


def in_words(moment: datetime.datetime, *, weekday: bool = False) -> str:
    """A time as slips print it: ``09 giờ 12 phút, thứ Hai ngày 23 tháng 11 năm 2026``."""
    month = f"{moment.month:02d}" if moment.month <= 2 else str(moment.month)
    day = f"ngày {moment.day:02d} tháng {month} năm {moment.year}"
    name = f"{WEEKDAYS[moment.weekday()]} " if weekday else ""
    return f"{moment:%H} giờ {moment:%M} phút, {name}{day}"


def slip_content(
    case: Case, definition: ProcedureDefinition, letterhead: Letterhead, official: Official
) -> dict[str, Any]:
    """What all three slips say about the case and the official who gives them out."""
    applicant = applicant_of(definition, case.answers)
    url = commune_url(current_commune(), f"/ho-so/{case.code}/")
    return {
        "letterhead": letterhead_content(letterhead, unit=True),
        "code": case.code,
        "case_url": url,
        "track_url": url,
        "applicant": {
            "name": applicant.name,
            "national_id": applicant.national_id or "",
            "address": applicant.address or "",
            "phone": applicant.phone or "",
            "email": applicant.email or "",
        },
        "subject_name": case.subject_name,
        "procedure": {"name": definition.name, "code": definition.code},
        "official": {"name": official.name, "title": official.title},
        "channel_text": CHANNELS[case.channel],
        "filed_text": filed_text(case),
    }


def receipt_slip_content(
    case: Case, definition: ProcedureDefinition, letterhead: Letterhead, official: Official
) -> dict[str, Any]:
    """Form 01, the receipt slip with the due time. The case must be accepted already."""
    if case.accepted_at is None or case.due_at is None:
        raise ValueError("A receipt slip needs a case that was accepted.")
    return {
        **slip_content(case, definition, letterhead, official),
        "papers": paper_rows(case, definition),
        "sets": case.sets,
        "limit_text": definition.time_limit.of(case.channel).text,
        "received": in_words(timezone.localtime(case.accepted_at)),
        "due": in_words(timezone.localtime(case.due_at), weekday=True),
        "collect_text": collect_text(case, letterhead),
        "fee_text": fee_text(charges_of(case.pk)),
        "vietqr": transfer_code(case),
        "book_number": row_text(case),
    }


def row_text(case: Case) -> str:
    """The case's row of the year's register, as slips and the book (form 07) print it."""
    return f"{case.register_number:04d}" if case.register_number is not None else ""


def result_content(
    case: Case, definition: ProcedureDefinition, letterhead: Letterhead, signer: Signatory
) -> Callable[[Numbering], dict[str, Any]]:
    """The approved result, as a function of the number it is given."""

    def content(numbering: Numbering) -> dict[str, Any]:
        from services.cases.result_layout import layout_result

        return layout_result(case, definition, letterhead, signer, numbering)

    return content


def rejection_content(
    case: Case,
    definition: ProcedureDefinition,
    letterhead: Letterhead,
    signer: Signatory,
    reason: str,
) -> Callable[[Numbering], dict[str, Any]]:
    """The written rejection, as a function of the number it is given."""

    def content(numbering: Numbering) -> dict[str, Any]:
        from services.cases.result_layout import layout_rejection

        return layout_rejection(case, definition, letterhead, signer, numbering, reason)

    return content


def extension_letter_content(
    case: Case,
    definition: ProcedureDefinition,
    letterhead: Letterhead,
    signer: Signatory,
    *,
    reason: str,
    old_due: datetime.datetime,
    new_due: datetime.datetime,
) -> Callable[[Numbering], dict[str, Any]]:
    """Form 04, the apology that names a new due time, as a function of its number.

    The case must be accepted already.
    """
    if case.accepted_at is None:
        raise ValueError("An extension letter needs a case that was accepted.")
    content = {
        **_letter_content(case, definition, letterhead, signer),
        "subject": "V/v xin lỗi và đề nghị gia hạn thời gian giải quyết hồ sơ",
        "received": in_words(timezone.localtime(case.accepted_at)),
        "old_due": in_words(timezone.localtime(old_due)),
        "new_due": in_words(timezone.localtime(new_due), weekday=True),
        "reason": reason.strip().rstrip("."),
        "recipients": ["Như trên", letterhead.centre_name, "Lưu: VT"],
    }
    return lambda numbering: content


def stop_notice_content(
    case: Case,
    definition: ProcedureDefinition,
    letterhead: Letterhead,
    signer: Signatory,
    *,
    ground: str,
    reason: str,
    returned_papers: Sequence[str] = (),
    refund: int = 0,
) -> Callable[[Numbering], dict[str, Any]]:
    """Form 05, the notice that the work on a case has stopped, as a function of its number.

    ``returned_papers`` are the originals given back, ``refund`` the fees paid back in đồng.
    """
    received = case.accepted_at or case.filed_at
    about = {
        **_letter_content(case, definition, letterhead, signer),
        "subject": "Dừng giải quyết hồ sơ",
        "received": in_words(timezone.localtime(received)),
        "ground": ground.strip().rstrip("."),
        "reason": reason.strip().rstrip("."),
        "returned_papers": "; ".join(returned_papers),
        "refund": money_text(refund) if refund else "",
        "recipients": ["Như trên", letterhead.centre_name, "Lưu: VT"],
    }

    def content(numbering: Numbering) -> dict[str, Any]:
        return {**about, "stopped_on": f"{numbering.issued_on:%d/%m/%Y}"}

    return content


def _letter_content(
    case: Case, definition: ProcedureDefinition, letterhead: Letterhead, signer: Signatory
) -> dict[str, Any]:
    """What letters 04 and 05 say about the case, to whom they go and who signs them."""
    from services.cases.result_layout import signer_block

    applicant = applicant_of(definition, case.answers)
    return {
        "letterhead": letterhead_content(letterhead, unit=False),
        "code": case.code,
        "case_url": commune_url(current_commune(), f"/ho-so/{case.code}/"),
        "holder": case.subject_name or applicant.name,
        "to": applicant.name,
        "applicant": {"name": applicant.name, "address": applicant.address or ""},
        "procedure": {"name": definition.name, "code": definition.code},
        "department": _department_of(case),
        "signer": signer_block(signer),
    }


def _department_of(case: Case) -> str:
    """The department of whoever has the case in hand; empty when nobody has."""
    if case.handler_id is None:
        return ""
    holder = Official.objects.select_related("department").filter(pk=case.handler_id).first()
    return holder.department.name if holder is not None and holder.department is not None else ""
