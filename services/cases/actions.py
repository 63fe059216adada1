"""Which moves an official may make with a case now, the usual one first."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from services.cases.delivery import MAY_HAND_OVER
from services.cases.models import Case, CaseStep
from services.cases.states import CaseStatus, StepKind
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


def actions_for(case: Case, step: CaseStep | None, official: Official) -> list[Action]:
    """The moves of this official on this case as it stands; empty when there are none."""
    state = case.state
    if state == CaseStatus.RESULT_READY:
        return [HAND_OVER] if any(map(official.has_role, MAY_HAND_OVER)) else []
    if state == CaseStatus.SUPPLEMENT:
        return [ANSWER] if official.has_role("reception") else []
    if not official.has_role(case.step_role):
        return []
    if state == CaseStatus.REGISTERED:
        return [ACCEPT, SUPPLEMENT, REFUSE]
    if state in OPEN_TO_WORK and step is not None:
        return _at_step(case, step, official)
    return []


def _at_step(case: Case, step: CaseStep, official: Official) -> list[Action]:
    take = [] if case.handler_id == official.pk else [TAKE]
    back = [SEND_BACK] if step.position > 1 and case.decided_at is None else []
    if step.kind == StepKind.WORK:
        ask = [SUPPLEMENT] if case.state == CaseStatus.IN_PROCESS else []
        return [EXAMINE, *take, *ask, *back]
    if step.kind == StepKind.DECIDE:
        return [APPROVE, REJECT, *back] if official.may_sign else []
    if step.kind == StepKind.FINISH and case.state == CaseStatus.IN_PROCESS:
        return [RELEASE]
    return []
