"""What a document would say if it were issued now; nothing is numbered or kept."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from documents.registers.issuing import printed_date
from documents.registers.numbering import Numbering
from services.cases.contents import rejection_content, result_content
from services.cases.intake import definition_of
from services.cases.models import Case
from tenants.organisation.models import Official, get_letterhead

NOT_YET = "……"


def preview_content(
    case: Case, signer: Official, *, reason: str = ""
) -> tuple[str, dict[str, Any]]:
    """Template and content of the result, or of the letter of rejection when there is a reason."""
    definition = definition_of(case)
    today = timezone.localdate()
    numbering = Numbering(number=None, notation=NOT_YET, issued_on=today)
    letterhead = get_letterhead()
    if reason:
        template = "letter"
        content = rejection_content(case, definition, letterhead, signer, reason)(numbering)
    else:
        template = definition.result.layout
        content = result_content(case, definition, letterhead, signer)(numbering)
    return template, {
        "signed": False,
        **content,
        "number": NOT_YET,
        "notation": NOT_YET,
        "issued": printed_date(today),
        "verification_code": "",
        "verification_url": "",
    }
