"""What a document would say if it were issued now; nothing is numbered or kept."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from documents.registers.issuing import printed_date
from documents.registers.numbering import Numbering
from services.cases.authority import signer_of
from services.cases.contents import (
    extension_letter_content,
    rejection_content,
    result_content,
    slip_content,
    stop_notice_content,
)
from services.cases.extension import proposed_letter
from services.cases.intake import definition_of
from services.cases.models import Case
from services.catalogue.schema import ProcedureDefinition
from tenants.organisation.models import Official, get_letterhead

NOT_YET = "……"


@dataclass(frozen=True)
class Preview:
    """A document that was not issued: what its template prints."""

    template: str
    title: str
    content: dict[str, Any]


def preview_result(case: Case, official: Official) -> Preview:
    """The result as it would be signed now, by this official or the first who may."""
    definition, signer = definition_of(case), signer_of(case, official)
    content = result_content(case, definition, get_letterhead(), signer)(_unnumbered())
    return _preview(definition.result.layout, case, content)


def preview_rejection(case: Case, official: Official, reason: str) -> Preview:
    """The letter of rejection as it would be signed now."""
    definition, signer = definition_of(case), signer_of(case, official)
    content = rejection_content(case, definition, get_letterhead(), signer, reason)
    return _preview("letter", case, content(_unnumbered()))


def preview_supplement(case: Case, official: Official, items: list[str], reason: str) -> Preview:
    """The supplement request (form 02) as it would be sent now."""
    content = {
        "items": items,
        "reason": reason.strip(),
        "answer_by": f"{answer_day(definition_of(case)):%d/%m/%Y}",
    }
    return _slip("supplement_request", case, official, content)


def preview_refusal(case: Case, official: Official, reason: str) -> Preview:
    """The refusal slip (form 03) as it would be sent now."""
    return _slip("refusal", case, official, {"reason": reason.strip()})


def preview_stop(
    case: Case,
    official: Official,
    *,
    ground: str,
    reason: str,
    returned_papers: Sequence[str] = (),
    refund: int = 0,
) -> Preview:
    """The notice that the work has stopped (form 05) as it would be signed now."""
    content = stop_notice_content(
        case,
        definition_of(case),
        get_letterhead(),
        signer_of(case, official),
        ground=ground,
        reason=reason,
        returned_papers=returned_papers,
        refund=refund,
    )
    return _preview("stop_notice", case, content(_unnumbered()))


def preview_extension(case: Case, official: Official) -> Preview:
    """The letter of apology with the new due time (form 04) as it would be signed now."""
    letter = proposed_letter(case)
    content = extension_letter_content(
        case,
        definition_of(case),
        get_letterhead(),
        signer_of(case, official),
        reason=letter.reason,
        old_due=letter.old_due,
        new_due=letter.new_due,
    )
    return _preview("extension_letter", case, content(_unnumbered()))


def answer_day(definition: ProcedureDefinition) -> datetime.date:
    """The last day to answer a supplement request that is sent today."""
    days = definition.supplement.answer_within_days
    return timezone.localdate() + datetime.timedelta(days=days)


def _slip(template: str, case: Case, official: Official, content: dict[str, Any]) -> Preview:
    about = slip_content(case, definition_of(case), get_letterhead(), official)
    return _preview(template, case, {**about, **content})


def _unnumbered() -> Numbering:
    return Numbering(number=None, notation=NOT_YET, issued_on=timezone.localdate())


def _preview(template: str, case: Case, content: dict[str, Any]) -> Preview:
    return Preview(
        template,
        case.procedure_name,
        {
            "signed": False,
            "code": case.code,
            **content,
            "number": NOT_YET,
            "notation": NOT_YET,
            "issued": printed_date(timezone.localdate()),
            "verification_code": "",
            "verification_url": "",
        },
    )
