"""What the views of a person's own pages share."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from services.cases.states import CaseStatus
from services.catalogue.schema import ProcedureDefinition
from tenants.accounts.identity.addresses import identity_url
from tenants.accounts.identity.assurance import level_of_sign_in
from tenants.accounts.models import Account

ENDED = (CaseStatus.REFUSED, CaseStatus.STOPPED, CaseStatus.RETURNED)


def account_of(request: HttpRequest) -> Account:
    """The account that is signed in; only for pages that require it."""
    return cast(Account, request.user)


def assurance_of(request: HttpRequest, definition: ProcedureDefinition) -> dict[str, Any]:
    """What a page says of a demanded level of assurance; nothing where none is demanded."""
    if not definition.online.assurance:
        return {}
    level = level_of_sign_in(request)
    return {
        "assurance": {
            "demanded": definition.online.assurance,
            "level": level,
            "is_lacking": level < definition.online.assurance,
            "url": identity_url(request),
        }
    }


def state_tag(status: CaseStatus) -> str:
    """The look of a state for its applicant: what waits for them, what is done, what goes on."""
    if status == CaseStatus.SUPPLEMENT:
        return "soon"
    if status in (CaseStatus.RESULT_READY, CaseStatus.RETURNED):
        return "done"
    return "plain" if status in ENDED else "now"


def personal_page(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """Draw a page about a person, which no cache may keep."""
    response = render(request, template, context, status=status)
    response["Cache-Control"] = "no-store"
    return response
