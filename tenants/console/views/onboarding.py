"""Onboarding a province: what it would do, the word to do it, and how far it has come."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from tenants.accounts.models import Account
from tenants.communes.models import Commune
from tenants.communes.official_list import UnknownProvince, communes_of, provinces
from tenants.console.access import operator_view
from tenants.console.batch_pages import batch_context, planned_seconds
from tenants.console.numbers import duration, grouped, local_minute
from tenants.fleet.batches import (
    NothingToOnboard,
    Progress,
    batch_progress,
    create_batch,
    plan_batch,
    recent_batches,
    retry_failed,
)
from tenants.fleet.models import OnboardingBatch

BATCHES = 5


@operator_view
@require_safe
def onboarding(request: HttpRequest, operator: Account) -> HttpResponse:
    """The provinces with how many of their communes are here, and the newest batches."""
    if "tinh" in request.GET:
        return _preview(request, request.GET["tinh"])
    present = Counter(Commune.objects.values_list("province_code", flat=True))
    context = {
        "current": "onboarding",
        "provinces": [
            {"code": one.code, "name": one.name, **_share(present[one.code], one.code)}
            for one in provinces().values()
        ],
        "batches": [_line(batch) for batch in recent_batches(BATCHES)],
    }
    return render(request, "tenants/console/onboarding.html", context)


@operator_view
@require_POST
def create(request: HttpRequest, operator: Account) -> HttpResponse:
    """Have a province onboarded."""
    try:
        batch = create_batch(province_code=request.POST.get("tinh", ""), operator=operator)
    except UnknownProvince as error:
        raise Http404 from error
    except NothingToOnboard:
        # Also a second click: the batch of the first one stands on top.
        messages.info(
            request,
            _("Không còn đơn vị nào để đưa vào: tất cả đã có hoặc đang chờ trong một đợt."),
        )
        return redirect("operator-onboarding")
    return redirect("operator-batch", batch_id=batch.pk)


@operator_view
@require_safe
def batch(request: HttpRequest, operator: Account, batch_id: UUID) -> HttpResponse:
    """How far a batch has come."""
    context = {"current": "onboarding", **batch_context(_get_batch(batch_id))}
    return render(request, "tenants/console/batch.html", context)


@operator_view
@require_safe
def batch_now(request: HttpRequest, operator: Account, batch_id: UUID) -> HttpResponse:
    """The part of a batch's page that changes, for the script that asks for it again."""
    context = batch_context(_get_batch(batch_id))
    return render(request, "tenants/console/batch_now.html", context)


@operator_view
@require_POST
def retry_batch(request: HttpRequest, operator: Account, batch_id: UUID) -> HttpResponse:
    """Try the failed communes of a batch again."""
    try:
        communes = retry_failed(batch_id=batch_id, operator=operator)
    except OnboardingBatch.DoesNotExist as error:
        raise Http404 from error
    if communes:
        text = ngettext("Thử lại %(n)s đơn vị.", "Thử lại %(n)s đơn vị.", communes)
        messages.success(request, text % {"n": grouped(communes)})
    else:
        messages.info(request, _("Không còn đơn vị nào cần thử lại trong đợt này."))
    return redirect("operator-batch", batch_id=batch_id)


def _get_batch(batch_id: UUID) -> Progress:
    try:
        return batch_progress(batch_id)
    except OnboardingBatch.DoesNotExist as error:
        raise Http404 from error


def _preview(request: HttpRequest, province_code: str) -> HttpResponse:
    try:
        plan = plan_batch(province_code=province_code)
    except UnknownProvince as error:
        raise Http404 from error
    context = {
        "current": "onboarding",
        "plan": plan,
        "province_code": province_code,
        "new": grouped(len(plan.new)),
        "seconds": duration(max(1.0, planned_seconds(plan))),
    }
    return render(request, "tenants/console/onboarding_preview.html", context)


def _share(present: int, province_code: str) -> dict[str, Any]:
    communes = len(communes_of(province_code))
    return {"communes": communes, "present": present, "missing": max(0, communes - present)}


def _line(progress: Progress) -> dict[str, Any]:
    return {
        "id": progress.batch_id,
        "title": progress.title,
        "by": progress.requested_by_name,
        "at": local_minute(progress.began),
        "total": grouped(progress.total),
        "passed": grouped(progress.finished_count),
        "ended": not progress.waiting,
        "failed": grouped(progress.failed) if progress.failed else "",
    }
