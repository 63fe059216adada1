"""Saying what one thinks of the service: rating a finished case, sending a petition."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citizens.portal.views.common import account_of, personal_page
from citizens.portal.views.parked import forget_parked, keeps_typed, unpark
from services.cases.access import get_case_for_applicant
from services.feedback.access import get_petition_for_asker, petitions_of
from services.feedback.errors import FeedbackError
from services.feedback.forms import PetitionForm, RatingForm
from services.feedback.petitions import file_petition, judge_answer
from services.feedback.rating import may_rate, rate_case, rating_of
from services.feedback.terms import term_of
from tenants.accounts import limits
from tenants.history.events import Actor

SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_typed
def rate(request: HttpRequest, code: str) -> HttpResponseBase:
    """Rate how a case was handled."""
    account = account_of(request)
    case = get_case_for_applicant(account, code)
    if not may_rate(case):
        messages.warning(request, _("Hồ sơ này chưa hoặc không còn đánh giá được."))
        return redirect("my-case", code=case.code)
    given, parked = rating_of(case), unpark(request) if request.method == "GET" else None
    said = (given.comment or {}).get("text", "") if given else ""
    initial = {"score": given.score, "comment": said} if given else {}
    form = RatingForm(parked or request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        forget_parked(request)
        try:
            rate_case(case=case, by=Actor.citizen(account), **form.cleaned_data)
        except FeedbackError as error:
            messages.warning(request, str(error))
        else:
            messages.success(request, _("Cảm ơn anh/chị. Xã đọc từng đánh giá."))
        return redirect("my-case", code=case.code)
    context = {"case": case, "form": form, "given": given, "place": "my-cases"}
    status = 422 if request.method == "POST" else 200
    return personal_page(request, "citizens/portal/rate.html", context, status)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_typed
def petitions(request: HttpRequest) -> HttpResponseBase:
    """What I sent to this commune, and sending more."""
    account = account_of(request)
    parked = unpark(request) if request.method == "GET" else None
    initial = {"case_code": request.GET.get("ma", "")[:50]}
    form = PetitionForm(parked or request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        forget_parked(request)
        if not limits.PETITIONS.take(str(account.pk)):
            return limits.too_often(request)
        petition = file_petition(account=account, **form.cleaned_data)
        messages.success(request, _("Đã gửi. Anh/chị theo dõi câu trả lời trên trang này."))
        return redirect("petition", code=petition.code)
    context = {
        "form": form,
        "petitions": list(petitions_of(account)[:SHOWN]),
        "place": "petitions",
    }
    status = 422 if request.method == "POST" else 200
    return personal_page(request, "citizens/portal/petitions.html", context, status)


@require_safe
def petition(request: HttpRequest, code: str) -> HttpResponseBase:
    """One petition with its answer."""
    found = get_petition_for_asker(account_of(request), code)
    days = term_of(found.kind, found.filed_at.date()).working_days
    context = {"petition": found, "days": days, "place": "petitions"}
    return personal_page(request, "citizens/portal/petition.html", context)


@require_POST
def judge(request: HttpRequest, code: str) -> HttpResponseBase:
    """Say whether the answer was any use."""
    account = account_of(request)
    found = get_petition_for_asker(account, code)
    try:
        judge_answer(petition=found, account=account, satisfied="co" in request.POST)
    except FeedbackError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("Cảm ơn anh/chị đã cho biết."))
    return redirect("petition", code=found.code)
