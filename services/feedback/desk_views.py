"""Petitions and ratings at the desk."""

from __future__ import annotations

import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from services.cases.lifecycle import now
from services.desk.views.common import desk_page
from services.feedback.access import get_petition_for_official, oversees, petitions_for
from services.feedback.errors import FeedbackError
from services.feedback.forms import AssignForm, CounterPetitionForm, ReplyForm
from services.feedback.models import Petition, Rating
from services.feedback.petitions import (
    answer_petition,
    assign_petition,
    decline_petition,
    file_petition,
)
from services.feedback.rating import summary_since
from tenants.organisation.desk_access import DeskRequest, desk_view
from tenants.organisation.models import Role
from tenants.organisation.powers import powers_of

SHOWN = 100
RATED_DAYS = 30
PETITIONS, RATINGS = "petitions", "ratings"


@require_safe
@desk_view
def petitions(request: DeskRequest) -> HttpResponse:
    """What waits for an answer, the nearest due first; ``xem=da-tra-loi`` shows what is done."""
    done = request.GET.get("xem") == "da-tra-loi"
    found = petitions_for(request.official)
    if done:
        found = found.exclude(state=Petition.State.OPEN).order_by("-closed_at")
    else:
        found = found.filter(state=Petition.State.OPEN).order_by("due_at")
    context = {
        "petitions": list(found[:SHOWN]),
        "done": done,
        "oversees": oversees(request.official),
        "takes_down": _takes_down(request),
    }
    return _page(request, "petitions", context, PETITIONS)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
def take_down(request: DeskRequest) -> HttpResponse:
    """Write down what somebody says at the counter."""
    if not _takes_down(request):
        raise Http404
    form = CounterPetitionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        petition = file_petition(official=request.official, **form.cleaned_data)
        messages.success(
            request,
            _("Đã ghi nhận %(code)s. Đọc mã này cho người gửi.") % {"code": petition.code},
        )
        return redirect("desk-petitions")
    return _page(request, "petition_new", {"form": form}, PETITIONS, 422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
def petition(request: DeskRequest, code: str) -> HttpResponse:
    """One petition, and its answer."""
    official = request.official
    found = get_petition_for_official(official, code)
    form = ReplyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["answer"]
        try:
            if form.cleaned_data["declined"]:
                decline_petition(petition=found, official=official, reason=text)
            else:
                answer_petition(petition=found, official=official, answer=text)
        except FeedbackError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Đã gửi trả lời; người gửi được báo ngay."))
            return redirect("desk-petition", code=found.code)
    context = {
        "petition": found,
        "form": form,
        "assign": AssignForm(initial={"to": found.handler_id}) if oversees(official) else None,
    }
    return _page(request, "petition", context, PETITIONS, 422 if form.errors else 200)


@require_POST
@desk_view
def assign(request: DeskRequest, code: str) -> HttpResponse:
    """Give a petition to a colleague."""
    if not oversees(request.official):
        raise Http404
    found = get_petition_for_official(request.official, code)
    form = AssignForm(request.POST)
    if not form.is_valid():
        messages.warning(request, str(form.errors["to"][0]))
        return redirect("desk-petition", code=found.code)
    to = form.cleaned_data["to"]
    try:
        assign_petition(petition=found, to=to, by=request.official)
    except FeedbackError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("Đã giao cho %(name)s.") % {"name": to.name})
    return redirect("desk-petition", code=found.code)


@require_safe
@desk_view
def ratings(request: DeskRequest) -> HttpResponse:
    """What applicants said of the last thirty days, with their words."""
    if not oversees(request.official):
        raise Http404
    since = timezone.localdate() - datetime.timedelta(days=RATED_DAYS)
    context = {
        "summary": summary_since(since),
        "since": since,
        "ratings": list(Rating.objects.order_by("-rated_at")[:SHOWN]),
    }
    return _page(request, "ratings", context, RATINGS)


def _takes_down(request: DeskRequest) -> bool:
    return powers_of(request.official).has_role(Role.RECEPTION.value) or oversees(request.official)


def _page(
    request: DeskRequest, name: str, context: dict[str, object], current: str, status: int = 200
) -> HttpResponse:
    template = f"services/feedback/{name}.html"
    context = {"late_from": now(), **context}
    return desk_page(request, request.official, template, context, current=current, status=status)
