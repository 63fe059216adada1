"""Which moves an official may make with a case now, the usual one first, the seldom ones last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from documents.registers.models import Document
from services.cases.authority import grant_for, signing_grant
from services.cases.delivery import MAY_HAND_OVER, documents_of
from services.cases.extension import EXTENDED_IN, may_extend
from services.cases.intake import definition_of
from services.cases.lifecycle import now
from services.cases.models import Case, CaseStep
from services.cases.obligations import owed_on
from services.cases.proposals import MAY_PROPOSE, PROPOSED_IN
from services.cases.referrals import REFERRED_IN
from services.cases.states import CaseStatus, Outcome, Proposal, ReturnWay, StepKind
from services.cases.supplements import is_overdue
from services.cases.withdrawal import may_ask_withdrawal, may_withdraw
from tenants.history.events import events_of
from tenants.organisation.models import Official, Role

OPEN_TO_WORK = (CaseStatus.RECEIVED, CaseStatus.IN_PROCESS)


@dataclass(frozen=True)
class Action:
    """One move: its name in URLs, the words on its button, and whether it has a page first.

    An action without a page is one POST; one with a page shows what will happen before it does.
    """

    name: str
    label: str | Promise
    has_page: bool = True


ACCEPT = Action("accept", _("Tiếp nhận, in giấy hẹn"), has_page=False)
SUPPLEMENT = Action("supplement", _("Yêu cầu bổ sung"))
REFUSE = Action("refuse", _("Từ chối tiếp nhận"))
ANSWER = Action("answer", _("Nhận giấy tờ bổ sung"))
TAKE = Action("take", _("Nhận xử lý"), has_page=False)
EXAMINE = Action("examine", _("Thẩm định, chuyển bước"))
SEND_BACK = Action("send-back", _("Trả lại bước trước"))
REFER = Action("refer", _("Đề nghị phối hợp"))
REQUIRE_PAYMENT = Action("require-payment", _("Yêu cầu nộp tiền"))
CONFIRM_PAYMENT = Action("confirm-payment", _("Xác nhận đã nộp tiền"))
PROPOSE_EXTENSION = Action("propose-extension", _("Đề nghị gia hạn"))
EXTEND = Action("extend", _("Xem và ký gia hạn"))
PROPOSE_STOP = Action("propose-stop", _("Đề nghị dừng giải quyết"))
STOP = Action("stop", _("Dừng giải quyết"))
DECLINE_PROPOSAL = Action("decline-proposal", _("Không đồng ý đề nghị"))
ASK_WITHDRAWAL = Action("ask-withdrawal", _("Ghi đề nghị rút hồ sơ"))
AGREE_WITHDRAWAL = Action("agree-withdrawal", _("Đồng ý cho rút"))
DECLINE_WITHDRAWAL = Action("decline-withdrawal", _("Không đồng ý cho rút"))
APPROVE = Action("approve", _("Xem và ký duyệt"))
REJECT = Action("reject", _("Không chấp thuận"))
RELEASE = Action("release", _("Đóng dấu, phát hành kết quả"), has_page=False)
HAND_OVER = Action("hand-over", _("Trả kết quả"))
SEND_BY_POST = Action("send-by-post", _("Gửi qua bưu chính"))


@dataclass(frozen=True)
class Offer:
    """What an official may do with a case: the usual, the first one being it, and the seldom."""

    usual: list[Action]
    seldom: list[Action]


def actions_for(case: Case, steps: Sequence[CaseStep], official: Official) -> list[Action]:
    """The moves of this official on this case as it stands; empty when there are none.

    ``steps`` are the case's own, in order.
    """
    offer = offered(case, steps, official)
    return [*offer.usual, *offer.seldom]


def offered(case: Case, steps: Sequence[CaseStep], official: Official) -> Offer:
    """The same moves, parted: what waits for the leader and the moves of the step come first."""
    usual = [*_before_the_leader(case, official), *_by_state(case, steps, official)]
    if SUPPLEMENT in usual and _was_asked_for_good(case):
        usual.remove(SUPPLEMENT)
    seldom = [action for action in _seldom(case, official) if action not in usual]
    return Offer(usual, seldom)


def _was_asked_for_good(case: Case) -> bool:
    if not definition_of(case).supplement.once:
        return False
    return any(paper.kind == Document.Kind.SUPPLEMENT_REQUEST for paper in documents_of(case))


def _before_the_leader(case: Case, official: Official) -> list[Action]:
    """What was laid before the leader, or waits for them since a day has passed."""
    if signing_grant(case, official) is None:
        return []
    if case.state == CaseStatus.WITHDRAWING:
        return [AGREE_WITHDRAWAL, DECLINE_WITHDRAWAL]
    if not _can_stop(case):
        return []
    if case.proposal == Proposal.STOP:
        return [STOP, DECLINE_PROPOSAL]
    if case.proposal == Proposal.EXTENSION and case.state in EXTENDED_IN:
        return [EXTEND, DECLINE_PROPOSAL]
    if case.proposal:
        return [DECLINE_PROPOSAL]
    return [STOP] if is_overdue(case, now().date()) else []


def _by_state(case: Case, steps: Sequence[CaseStep], official: Official) -> list[Action]:
    state = case.state
    if state == CaseStatus.RESULT_READY:
        ways = [HAND_OVER, SEND_BY_POST]
        if case.return_way == ReturnWay.POST:
            ways.reverse()
        return ways if grant_for(case, official, *MAY_HAND_OVER) else []
    if state == CaseStatus.SUPPLEMENT:
        return [ANSWER] if grant_for(case, official, "reception") else []
    if state == CaseStatus.PAYMENT:
        return [CONFIRM_PAYMENT] if _is_paid_elsewhere(case, official) else []
    if grant_for(case, official, case.step_role) is None:
        return []
    if state == CaseStatus.REGISTERED:
        return [ACCEPT, SUPPLEMENT, REFUSE]
    if state in OPEN_TO_WORK:
        return _at_step(case, steps, official)
    return []


def _at_step(case: Case, steps: Sequence[CaseStep], official: Official) -> list[Action]:
    step, before = steps[case.step_position], steps[case.step_position - 1]
    back = [SEND_BACK] if before.kind != StepKind.INTAKE and case.decided_at is None else []
    if step.kind == StepKind.WORK:
        take = [] if case.handler_id == official.pk else [TAKE]
        ask = [SUPPLEMENT] if case.state == CaseStatus.IN_PROCESS else []
        return [EXAMINE, *take, *ask, *back]
    if step.kind == StepKind.DECIDE:
        if grant_for(case, official, case.step_role, signing=True) is None:
            return back
        decide = [REJECT, APPROVE] if before.outcome == Outcome.REJECTED else [APPROVE, REJECT]
        return [*decide, *back]
    if step.kind == StepKind.FINISH and case.state == CaseStatus.IN_PROCESS:
        return [RELEASE]
    return []


def _seldom(case: Case, official: Official) -> list[Action]:
    """What is done with few cases: others are asked, the work is stopped, the case withdrawn."""
    actions: list[Action] = []
    if _can_stop(case):
        holds = grant_for(case, official, case.step_role)
        if case.state in REFERRED_IN and (holds or grant_for(case, official, Role.HEAD)):
            actions.append(REFER)
        if case.state == CaseStatus.IN_PROCESS and holds:
            actions.append(REQUIRE_PAYMENT)
        if may_extend(case) and grant_for(case, official, *MAY_PROPOSE):
            actions.append(PROPOSE_EXTENSION)
        if not case.proposal and grant_for(case, official, *MAY_PROPOSE):
            actions.append(PROPOSE_STOP)
        if signing_grant(case, official):
            actions.append(STOP)
    asks = may_withdraw(case) or may_ask_withdrawal(case)
    if asks and grant_for(case, official, "reception"):
        actions.append(ASK_WITHDRAWAL)
    return actions


def _can_stop(case: Case) -> bool:
    return case.state in PROPOSED_IN and case.decided_at is None


def _is_paid_elsewhere(case: Case, official: Official) -> bool:
    if grant_for(case, official, case.step_role, "reception") is None:
        return False
    owed = owed_on(case, events_of(case.pk))
    return owed is not None and owed.elsewhere
