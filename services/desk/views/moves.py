"""The moves of intake, hand-over and delivery. Each view makes one call and goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from documents.files.errors import FileRefused
from services.cases.access import get_case_for_official
from services.cases.delivery import hand_over, release_result
from services.cases.errors import CaseError
from services.cases.intake import (
    accept_case,
    answer_supplement,
    definition_of,
    refuse_case,
    request_supplement,
)
from services.cases.lifecycle import now, seen_token
from services.cases.models import Case
from services.cases.processing import send_back, take_case
from services.cases.work_list import next_case
from services.desk.forms import AnswerForm, HandOverForm, ReasonForm, SupplementForm
from services.desk.views.common import desk_page, refused
from tenants.organisation.desk_access import DeskRequest, desk_view
from tenants.organisation.models import Official


def done(request: HttpRequest, official: Official, case: Case, text: str) -> HttpResponse:
    """Say what was done and stay with the case, with a way to the next one."""
    following = next_case(official, case, now())
    messages.success(request, text, extra_tags=following.code if following is not None else "")
    return redirect("desk-case", code=case.code)


@require_POST
@desk_view
def accept(request: DeskRequest, code: str) -> HttpResponse:
    """Receive the case; the receipt slip is printed by a job."""
    official = request.official
    case = get_case_for_official(official, code)
    try:
        case = accept_case(case=case, official=official, seen=request.POST.get("seen", ""))
    except CaseError as error:
        return refused(request, case, error)
    return done(request, official, case, _("Đã tiếp nhận. Giấy hẹn đang được in ra PDF."))


@require_POST
@desk_view
def take(request: DeskRequest, code: str) -> HttpResponse:
    """Take the case in hand."""
    official = request.official
    case = get_case_for_official(official, code)
    try:
        take_case(case=case, official=official, seen=request.POST.get("seen", ""))
    except CaseError as error:
        return refused(request, case, error)
    messages.success(request, _("Hồ sơ này nay do anh/chị xử lý."))
    return redirect("desk-case", code=case.code)


@require_POST
@desk_view
def release(request: DeskRequest, code: str) -> HttpResponse:
    """Seal and release the result."""
    official = request.official
    case = get_case_for_official(official, code)
    try:
        case = release_result(case=case, official=official, seen=request.POST.get("seen", ""))
    except CaseError as error:
        return refused(request, case, error)
    return done(request, official, case, _("Đã phát hành kết quả."))


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
def supplement(request: DeskRequest, code: str) -> HttpResponse:
    """Ask the applicant, once, for what is missing."""
    official = request.official
    case = get_case_for_official(official, code)
    form = SupplementForm(request.POST or None, phrases=definition_of(case).reasons.supplement)

    def act(seen: str) -> Case:
        return request_supplement(
            case=case,
            official=official,
            items=form.lines(),
            reason=form.cleaned_data["reason"],
            seen=seen,
        )

    return _reasoned(request, official, case, form, act, "supplement", _("Đã gửi yêu cầu bổ sung."))


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
def refuse(request: DeskRequest, code: str) -> HttpResponse:
    """Refuse to receive the case, in writing."""
    official = request.official
    case = get_case_for_official(official, code)
    form = ReasonForm(request.POST or None, phrases=definition_of(case).reasons.refuse)

    def act(seen: str) -> Case:
        return refuse_case(case=case, official=official, reason=form.text(), seen=seen)

    return _reasoned(request, official, case, form, act, "refuse", _("Đã từ chối tiếp nhận."))


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
def send_back_view(request: DeskRequest, code: str) -> HttpResponse:
    """Give the case back to the step before."""
    official = request.official
    case = get_case_for_official(official, code)
    form = ReasonForm(request.POST or None)

    def act(seen: str) -> Case:
        return send_back(case=case, official=official, reason=form.text(), seen=seen)

    return _reasoned(request, official, case, form, act, "send-back", _("Đã trả lại bước trước."))


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
def hand_over_view(request: DeskRequest, code: str) -> HttpResponse:
    """Give the result to a person at the counter."""
    official = request.official
    case = get_case_for_official(official, code)
    form = HandOverForm(request.POST or None, initial={"receiver": case.applicant_name})

    def act(seen: str) -> Case:
        return hand_over(
            case=case, official=official, receiver=form.cleaned_data["receiver"], seen=seen
        )

    return _reasoned(request, official, case, form, act, "hand-over", _("Đã trả kết quả."))


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
def answer(request: DeskRequest, code: str) -> HttpResponse:
    """Take what the applicant brought to the counter."""
    official = request.official
    case = get_case_for_official(official, code)
    form = AnswerForm(request.POST or None)
    papers = [paper for paper in definition_of(case).papers if paper.kind != "show"]

    def act(seen: str) -> Case:
        uploads = [
            (paper.key, upload)
            for paper in papers
            for upload in request.FILES.getlist(f"paper-{paper.key}")
        ]
        return answer_supplement(
            case=case,
            official=official,
            message=form.cleaned_data["message"],
            uploads=uploads,
            seen=seen,
        )

    return _reasoned(
        request, official, case, form, act, "answer", _("Đã nhận bổ sung."), papers=papers
    )


TITLES = {
    "supplement": gettext_lazy("Yêu cầu bổ sung"),
    "refuse": gettext_lazy("Từ chối tiếp nhận"),
    "send-back": gettext_lazy("Trả lại bước trước"),
    "hand-over": gettext_lazy("Trả kết quả"),
    "answer": gettext_lazy("Nhận giấy tờ bổ sung"),
    "reject": gettext_lazy("Không chấp thuận"),
}


def _reasoned(
    request: HttpRequest,
    official: Official,
    case: Case,
    form: forms.Form,
    act: Callable[[str], Case],
    name: str,
    text: str,
    **extra: Any,
) -> HttpResponse:
    """Show a move's form, or make the move and go on; a refusal keeps what was typed."""
    if request.method == "POST" and form.is_valid():
        try:
            case = act(request.POST.get("seen", ""))
        except (CaseError, FileRefused) as error:
            form.add_error(None, str(error))
        else:
            return done(request, official, case, text)
    context = {
        "case": case,
        "definition": definition_of(case),
        "form": form,
        "seen": request.POST.get("seen") or seen_token(case),
        "move": name,
        "title": TITLES[name],
        **extra,
    }
    status = 422 if form.errors else 200
    return desk_page(request, official, "services/desk/move.html", context, status=status)
