"""What every page of the desk shows around its own content."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from services.cases.errors import CaseError
from services.cases.lifecycle import now
from services.cases.models import Case
from services.cases.work_list import counts
from tenants.organisation.models import Official


def desk_page(
    request: HttpRequest,
    official: Official,
    template: str,
    context: dict[str, Any],
    *,
    current: str = "",
    status: int = 200,
) -> HttpResponse:
    """Draw a desk page with its navigation; ``current`` names the entry that is open."""
    at = now()
    context = {
        "official": official,
        "counts": counts(official, at),
        "current": current,
        "now": at,
        **context,
    }
    response = render(request, template, context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def refused(request: HttpRequest, case: Case, error: CaseError) -> HttpResponse:
    """Back to the case with what stood in the way."""
    messages.warning(request, str(error))
    return redirect("desk-case", code=case.code)
