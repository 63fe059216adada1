"""How a case ends without a result: proposed or ordered stops, and withdrawals."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from services.cases.access import get_case_for_official
from services.cases.actions import (
    AGREE_WITHDRAWAL,
    ASK_WITHDRAWAL,
    DECLINE_PROPOSAL,
    DECLINE_WITHDRAWAL,
    PROPOSE_STOP,
    STOP,
)
from services.cases.grounds import ground_for, grounds_on
from services.cases.models import Case
from services.cases.previews import Preview, preview_stop
from services.cases.proposals import Proposed, decline_proposal, proposed_on
from services.cases.states import Proposal
from services.cases.stopping import propose_stop, stop_case
from services.cases.supplements import is_overdue
from services.cases.withdrawal import (
    agree_withdrawal,
    ask_withdrawal,
    decline_withdrawal,
    may_withdraw,
    notice_of_withdrawal,
    withdraw_case,
)
from services.desk.move_forms import AgreeWithdrawalForm, StopForm, StopNoticeForm, WordsForm
from services.desk.views.move_page import Move, move_page
from tenants.history.events import events_of
from tenants.organisation.desk_access import DeskRequest, desk_view
from tenants.organisation.signing import signing_view, typed_before


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
def propose_stop_view(request: DeskRequest, code: str) -> HttpResponse:
    """Lay before the leader that the case should be stopped."""
    official = request.official
    case = get_case_for_official(official, code)
    form = StopForm(
        request.POST or None, phrases=_phrases(case), initial=_ready(case, proposed=None)
    )

    def act(seen: str) -> Case:
        return propose_stop(
            case=case,
            official=official,
            ground=form.ground_text(),
            reason=form.cleaned_data["reason"],
            seen=seen,
        )

    move = Move(
        PROPOSE_STOP,
        act,
        said=_("Đã trình lãnh đạo đề nghị dừng giải quyết."),
        then=_(
            "Lãnh đạo đọc đề nghị này rồi ký thông báo dừng, hoặc không đồng ý và ghi lý do. Trong "
            "lúc chờ, hồ sơ vẫn được giải quyết và thời hạn vẫn tính."
        ),
    )
    return move_page(request, case, form, move)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
@signing_view
def stop_view(request: DeskRequest, code: str) -> HttpResponse:
    """Sign the notice that the work on the case has stopped (form 05)."""
    official = request.official
    case = get_case_for_official(official, code)
    proposed = _stop_proposed(case)
    form = StopNoticeForm(
        request.POST or typed_before(request),
        phrases=_phrases(case),
        initial=_ready(case, proposed=proposed),
    )

    def said() -> dict[str, Any]:
        return {
            "ground": form.ground_text(),
            "reason": form.cleaned_data["reason"],
            "returned_papers": form.returned_papers(),
            "refund": form.cleaned_data["refund"] or 0,
        }

    def act(seen: str) -> Case:
        return stop_case(case=case, official=official, seen=seen, **said())

    def draw() -> Preview:
        return preview_stop(case, official, **said())

    move = Move(
        STOP,
        act,
        said=_("Đã ký thông báo, hồ sơ dừng giải quyết."),
        draw=draw,
        then=_(
            "Hồ sơ dừng giải quyết thì không mở lại được. Người nộp nhận thông báo có số, ghi căn "
            "cứ và lý do dưới đây; nếu vẫn cần, họ nộp hồ sơ mới."
        ),
        warns=True,
    )
    return move_page(request, case, form, move, proposed=proposed)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
def decline_proposal_view(request: DeskRequest, code: str) -> HttpResponse:
    """The leader does not sign what was proposed, and says why."""
    official = request.official
    case = get_case_for_official(official, code)
    form = WordsForm(
        request.POST or None,
        label=_("Vì sao không đồng ý, cần làm gì tiếp"),
        missing=_("Ghi lý do để người trình biết làm gì tiếp."),
        hint=_("Người trình đọc phần này; người nộp không đọc."),
    )

    def act(seen: str) -> Case:
        return decline_proposal(case=case, official=official, reason=form.text(), seen=seen)

    move = Move(
        DECLINE_PROPOSAL,
        act,
        said=_("Đã trả lời đề nghị, hồ sơ được giải quyết tiếp."),
        then=_("Đề nghị được trả lại người trình. Hồ sơ ở nguyên bước và hạn hiện tại."),
    )
    proposed = proposed_on(case, events_of(case.pk))
    return move_page(request, case, form, move, proposed=proposed)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
def ask_withdrawal_view(request: DeskRequest, code: str) -> HttpResponse:
    """Write down at the counter that the applicant wants the case back."""
    official = request.official
    case = get_case_for_official(official, code)
    alone = may_withdraw(case)
    form = WordsForm(
        request.POST or None,
        label=_("Người nộp xin rút vì sao"),
        missing=_("Ghi lý do như người nộp nói hoặc viết trong đơn."),
    )

    def act(seen: str) -> Case:
        call = withdraw_case if alone else ask_withdrawal
        return call(case=case, official=official, reason=form.text(), seen=seen)

    if alone:
        said = _("Đã ghi người nộp rút hồ sơ, hồ sơ dừng.")
        then = _(
            "Hồ sơ chưa được tiếp nhận nên dừng ngay, không mở lại được. Chỉ ghi khi chính người "
            "nộp, hoặc người được ủy quyền, đề nghị."
        )
    else:
        said = _("Đã ghi đề nghị rút, chờ lãnh đạo trả lời.")
        then = _(
            "Đề nghị được chuyển lãnh đạo. Lãnh đạo đồng ý thì hồ sơ dừng, có thông báo bằng văn "
            "bản; không đồng ý thì hồ sơ được giải quyết tiếp. Trong lúc chờ, thời hạn vẫn tính."
        )
    move = Move(ASK_WITHDRAWAL, act, said=said, then=then, warns=alone)
    return move_page(request, case, form, move)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
@signing_view
def agree_withdrawal_view(request: DeskRequest, code: str) -> HttpResponse:
    """Let the applicant have the case back, in a notice (form 05)."""
    official = request.official
    case = get_case_for_official(official, code)
    form = AgreeWithdrawalForm(request.POST or typed_before(request))

    def act(seen: str) -> Case:
        return agree_withdrawal(
            case=case, official=official, returned_papers=form.returned_papers(), seen=seen
        )

    def draw() -> Preview:
        papers = form.returned_papers()
        return preview_stop(case, official, returned_papers=papers, **notice_of_withdrawal(case))

    move = Move(
        AGREE_WITHDRAWAL,
        act,
        said=_("Đã đồng ý cho rút, hồ sơ dừng giải quyết."),
        draw=draw,
        then=_("Người nộp xin rút: “%(reason)s”. Đồng ý thì hồ sơ dừng và không mở lại được.")
        % {"reason": notice_of_withdrawal(case)["reason"]},
        warns=True,
    )
    return move_page(request, case, form, move)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
def decline_withdrawal_view(request: DeskRequest, code: str) -> HttpResponse:
    """Do not let the case go, with the reason that the applicant reads."""
    official = request.official
    case = get_case_for_official(official, code)
    form = WordsForm(
        request.POST or None,
        label=_("Vì sao không cho rút"),
        missing=_("Ghi lý do để người nộp biết."),
        hint=_("Người nộp đọc nguyên văn phần này."),
    )

    def act(seen: str) -> Case:
        return decline_withdrawal(case=case, official=official, reason=form.text(), seen=seen)

    move = Move(
        DECLINE_WITHDRAWAL,
        act,
        said=_("Đã trả lời, hồ sơ được giải quyết tiếp."),
        then=_("Người nộp xin rút: “%(reason)s”. Không đồng ý thì hồ sơ được giải quyết tiếp.")
        % {"reason": notice_of_withdrawal(case)["reason"]},
    )
    return move_page(request, case, form, move)


def _stop_proposed(case: Case) -> Proposed | None:
    return proposed_on(case, events_of(case.pk)) if case.proposal == Proposal.STOP else None


def _phrases(case: Case) -> tuple[str, ...]:
    """The ready grounds, the one that fits what the case waits for first."""
    today = timezone.localdate()
    fitting = ground_for(case, today)
    rest = [text for text in grounds_on(today) if text != fitting]
    return tuple([fitting, *rest] if fitting else rest)


def _ready(case: Case, *, proposed: Proposed | None) -> dict[str, Any]:
    """What stands in the form before anybody typed: the proposal's words, or those of a day."""
    if proposed is not None:
        return {"ground": proposed.ground, "reason": proposed.reason}
    today = timezone.localdate()
    if case.supplement_by is None or not is_overdue(case, today):
        return {}
    reason = _("Đến hết ngày %(day)s người nộp chưa bổ sung giấy tờ đã được yêu cầu.") % {
        "day": f"{case.supplement_by:%d/%m/%Y}"
    }
    return {"phrases": [ground_for(case, today)], "reason": reason}
