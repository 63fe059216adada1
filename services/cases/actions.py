"""Which moves an official may make with a case now, the usual one first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from documents.registers.models import Document
from services.cases.authority import grant_for
from services.cases.delivery import MAY_HAND_OVER, documents_of
from services.cases.intake import definition_of
from services.cases.models import Case, CaseStep
from services.cases.states import CaseStatus, Outcome, StepKind
from tenants.organisation.models import Official

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
APPROVE = Action("approve", _("Xem và ký duyệt"))
REJECT = Action("reject", _("Không chấp thuận"))
RELEASE = Action("release", _("Đóng dấu, phát hành kết quả"), has_page=False)
HAND_OVER = Action("hand-over", _("Trả kết quả"))


def actions_for(case: Case, steps: Sequence[CaseStep], official: Official) -> list[Action]:
    """The moves of this official on this case as it stands; empty when there are none.

    ``steps`` are the case's own, in order.
    """
    actions = _by_state(case, steps, official)
    if SUPPLEMENT in actions and _was_asked_for_good(case):
        actions.remove(SUPPLEMENT)
    return actions


def _was_asked_for_good(case: Case) -> bool:
    if not definition_of(case).supplement.once:
        return False
    return any(paper.kind == Document.Kind.SUPPLEMENT_REQUEST for paper in documents_of(case))


def _by_state(case: Case, steps: Sequence[CaseStep], official: Official) -> list[Action]:
    state = case.state
    if state == CaseStatus.RESULT_READY:
        return [HAND_OVER] if grant_for(case, official, *MAY_HAND_OVER) else []
    if state == CaseStatus.SUPPLEMENT:
        return [ANSWER] if grant_for(case, official, "reception") else []
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
