"""Procedures of a commune: search, read before starting, start."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from citizens.portal.views.common import account_of, assurance_of
from citizens.portal.views.drafts import own_drafts
from citizens.portal.views.lists import grouped, listed
from services.cases.drafts import start_draft
from services.cases.errors import IdentityNotAssured
from services.catalogue.errors import ProcedureNotFound
from services.catalogue.fees import fee_terms
from services.catalogue.registry import (
    current_procedure,
    current_procedures,
    search_procedures,
)
from services.catalogue.schema import ProcedureDefinition
from tenants.accounts.identity.addresses import identity_url
from tenants.accounts.identity.assurance import level_of_sign_in
from tenants.accounts.links import sign_in_url
from tenants.communes.current import current_commune
from tenants.organisation.models import get_letterhead


@login_not_required
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """All procedures, or those that match what somebody calls them."""
    query = request.GET.get("tim", "").strip()[:100]
    found = search_procedures(query) if query else []
    context = {
        "query": query,
        "found": [listed(procedure) for procedure in found],
        "groups": [] if found else grouped(current_procedures()),
        "place": "procedures",
    }
    return render(request, "citizens/portal/procedures.html", context)


@login_not_required
@require_safe
def start_page(request: HttpRequest, procedure_code: str) -> HttpResponse:
    """What to know before starting."""
    definition = get_procedure(procedure_code)
    today = timezone.localdate()
    context = {
        "definition": definition,
        "fees": fee_terms(definition, current_commune().province_code),
        "papers": [paper for paper in definition.papers if paper.kind != "show"],
        "basis": [item for item in definition.basis if item.to is None or item.to >= today],
        "letterhead": get_letterhead(),
        "drafts": own_drafts(request, procedure_code),
        "place": "procedures",
        **assurance_of(request, definition),
    }
    return render(request, "citizens/portal/procedure.html", context)


@login_not_required
@require_POST
def begin(request: HttpRequest, procedure_code: str) -> HttpResponse:
    """Begin a form; who is not signed in signs in first and comes back to the start page."""
    definition = get_procedure(procedure_code)
    if not request.user.is_authenticated:
        return redirect(sign_in_url(request))
    try:
        draft = start_draft(
            definition=definition,
            account=account_of(request),
            assurance_level=level_of_sign_in(request),
        )
    except IdentityNotAssured:
        return redirect(identity_url(request))
    return redirect("draft", draft_id=draft.pk)


def get_procedure(code: str) -> ProcedureDefinition:
    """The procedure in force with that code, else 404."""
    try:
        return current_procedure(code)
    except ProcedureNotFound as error:
        raise Http404 from error
