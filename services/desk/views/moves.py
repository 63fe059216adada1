"""The moves of intake and of the usual way. Each view makes one call and goes on."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from services.cases.access import get_case_for_official
from services.cases.actions import (
    ACCEPT,
    ANSWER,
    REFUSE,
    RELEASE,
    SEND_BACK,
    SUPPLEMENT,
    TAKE,
    Action,
)
from services.cases.delivery import release_result
from services.cases.errors import CaseError
from services.cases.intake import (
    accept_case,
    answer_supplement,
    definition_of,
    refuse_case,
    request_supplement,
)
from services.cases.models import Case
from services.cases.previews import Preview, preview_refusal, preview_supplement
from services.cases.processing import send_back, take_case
from services.cases.supplements import asked_of
from services.desk.forms import (
    AnswerForm,
    ReasonForm,
    SendBackForm,
    SupplementForm,
)
from services.desk.views.common import (
    allowed,
    done,
    is_fresh,
    not_allowed,
    refused,
    seen_by,
)
from services.desk.views.move_page import Move, move_page
from tenants.history.events import events_of
from tenants.organisation.desk_access import DeskRequest, desk_view


@require_POST
@desk_view
def accept(request: DeskRequest, code: str) -> HttpResponse:
    """Receive the case; the receipt slip is printed by a job."""
    said = _("Đã tiếp nhận, giấy hẹn ở ngay dưới đây.")
    return _pressed(request, code, ACCEPT, accept_case, said)


@require_POST
@desk_view
def take(request: DeskRequest, code: str) -> HttpResponse:
    """Take the case in hand."""
    return _pressed(request, code, TAKE, take_case, _("Hồ sơ này nay do anh/chị xử lý."))


@require_POST
@desk_view
def release(request: DeskRequest, code: str) -> HttpResponse:
    """Seal and release the result."""
    return _pressed(request, code, RELEASE, release_result, _("Đã xong bước này."))


def _pressed(
    request: DeskRequest, code: str, action: Action, move: Callable[..., Case], said: str
) -> HttpResponse:
    """A move that needs no words."""
    official = request.official
    case = get_case_for_official(official, code)
    if is_fresh(request, case) and not allowed(case, official, action):
        return not_allowed(request, case, official)
    try:
        case = move(case=case, official=official, seen=seen_by(request))
    except CaseError as error:
        return refused(request, case, error)
    return done(request, official, case, said)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
def supplement(request: DeskRequest, code: str) -> HttpResponse:
    """Ask the applicant, once, for what is missing."""
    official = request.official
    case = get_case_for_official(official, code)
    form = SupplementForm(request.POST or None, phrases=definition_of(case).reasons.supplement)

    def act(seen: str) -> Case:
        reason = form.cleaned_data["reason"]
        return request_supplement(
            case=case, official=official, items=form.lines(), reason=reason, seen=seen
        )

    def draw() -> Preview:
        return preview_supplement(case, official, form.lines(), form.cleaned_data["reason"])

    move = Move(SUPPLEMENT, act, said=_("Đã gửi yêu cầu bổ sung."), draw=draw)
    return move_page(request, case, form, move)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
def refuse(request: DeskRequest, code: str) -> HttpResponse:
    """Refuse to receive the case, in writing."""
    official = request.official
    case = get_case_for_official(official, code)
    form = ReasonForm(request.POST or None, phrases=definition_of(case).reasons.refuse)

    def act(seen: str) -> Case:
        return refuse_case(case=case, official=official, reason=form.text(), seen=seen)

    def draw() -> Preview:
        return preview_refusal(case, official, form.text())

    move = Move(REFUSE, act, said=_("Đã từ chối tiếp nhận."), draw=draw)
    return move_page(request, case, form, move)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
def send_back_view(request: DeskRequest, code: str) -> HttpResponse:
    """Give the case back to the step before."""
    official = request.official
    case = get_case_for_official(official, code)
    form = SendBackForm(request.POST or None)

    def act(seen: str) -> Case:
        return send_back(case=case, official=official, reason=form.text(), seen=seen)

    return move_page(request, case, form, Move(SEND_BACK, act, said=_("Đã trả lại bước trước.")))


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
def answer(request: DeskRequest, code: str) -> HttpResponse:
    """Take what the applicant brought to the counter."""
    official = request.official
    case = get_case_for_official(official, code)
    form = AnswerForm(request.POST or None, request.FILES or None)
    papers = [paper for paper in definition_of(case).papers if paper.kind != "show"]

    def act(seen: str) -> Case:
        uploads = [
            (paper.key, upload)
            for paper in papers
            for upload in request.FILES.getlist(f"paper-{paper.key}")
        ]
        message = form.cleaned_data["message"]
        return answer_supplement(
            case=case, official=official, message=message, uploads=uploads, seen=seen
        )

    move = Move(ANSWER, act, said=_("Đã nhận bổ sung, hồ sơ được làm tiếp."))
    asked = asked_of(case, events_of(case.pk))
    return move_page(request, case, form, move, papers=papers, asked=asked)
