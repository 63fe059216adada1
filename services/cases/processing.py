"""The way through the offices: take a case, complete a step, send it back."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from services.cases.authority import check_role
from services.cases.clock import step_due
from services.cases.errors import CaseError, FindingsMissing, MoveNotAllowed, ReasonMissing
from services.cases.intake import definition_of
from services.cases.lifecycle import enter_step, lock_case, move_case, note_on_case, now
from services.cases.models import Case, CaseStep
from services.cases.referrals import check_no_referrals
from services.cases.states import CaseStatus, Outcome, StepKind
from services.catalogue.rendering import truth
from services.catalogue.schema import ProcedureDefinition
from tenants.history.events import Actor
from tenants.organisation.models import Official
from tenants.organisation.powers import actor_of

OPEN_TO_WORK = (CaseStatus.RECEIVED, CaseStatus.IN_PROCESS)


class NoStepBefore(CaseError):
    """The case stands at its first working step."""

    def __init__(self, case: Case) -> None:
        super().__init__(
            _("Hồ sơ %(code)s đang ở bước xử lý đầu tiên, không có bước nào trước đó để trả lại.")
            % {"code": case.code}
        )


@transaction.atomic
def take_case(*, case: Case, official: Official, seen: str = "") -> Case:
    """Take a case in hand; the first one to do so brings it into process."""
    case = lock_case(case.pk, seen=seen)
    by = actor_of(official, check_role(case, official))
    if case.state not in OPEN_TO_WORK:
        raise MoveNotAllowed(case)
    return _taken(case, official, by)


@transaction.atomic
def save_findings(
    *, case: Case, official: Official, findings: dict[str, Any], seen: str = ""
) -> Case:
    """Keep the specialist's entries of the result while they are being worked on."""
    case = lock_case(case.pk, seen=seen)
    by = actor_of(official, check_role(case, official))
    if current_step(case).kind != StepKind.WORK or case.state not in OPEN_TO_WORK:
        raise MoveNotAllowed(case)
    return note_on_case(case, verb="draft_result", by=by, findings=findings)


@transaction.atomic
def complete_step(
    *,
    case: Case,
    official: Official,
    outcome: str,
    note: str = "",
    findings: dict[str, Any] | None = None,
    seen: str = "",
) -> Case:
    """Finish a working step with a proposal to approve or reject, and hand the case on.

    Raises ``ReferralsOpen`` while somebody's answer is waited for, ``FindingsMissing`` when an
    approval is proposed and the result's entries are not complete, ``ReasonMissing`` when a
    rejection is proposed without its reason.
    """
    case = lock_case(case.pk, seen=seen)
    by = actor_of(official, check_role(case, official))
    step = current_step(case)
    if step.kind != StepKind.WORK or case.state not in OPEN_TO_WORK:
        raise MoveNotAllowed(case)
    check_no_referrals(case)
    if outcome == Outcome.REJECTED and not note.strip():
        raise ReasonMissing
    definition = definition_of(case)
    if findings is not None:
        case.findings = findings
    if outcome == Outcome.APPROVED and not findings_complete(definition, case):
        raise FindingsMissing
    if case.state == CaseStatus.RECEIVED:
        case = _taken(case, official, by)
    at = now()
    following = next_step(case)
    changes = hand_on(definition, step, following, official, at, outcome=outcome)
    details = {
        "step": step.name,
        "next": following.name,
        "outcome": outcome,
        "note": note.strip(),
        "timing": timing(step, at),
    }
    return note_on_case(
        case,
        verb="complete_step",
        by=by,
        details=details,
        findings=case.findings,
        **changes,
    )


@transaction.atomic
def send_back(*, case: Case, official: Official, reason: str, seen: str = "") -> Case:
    """Give a case back to the step before, saying what is to be done again."""
    case = lock_case(case.pk, seen=seen)
    by = actor_of(official, check_role(case, official))
    if case.state not in OPEN_TO_WORK or case.decided_at:
        raise MoveNotAllowed(case)
    if not reason.strip():
        raise ReasonMissing
    steps = list(case.steps.all())
    step, before = steps[case.step_position], steps[case.step_position - 1]
    if before.kind == StepKind.INTAKE:
        raise NoStepBefore(case)
    at = now()
    definition = definition_of(case)
    details = {
        "step": step.name,
        "next": before.name,
        "reason": reason.strip(),
        "timing": timing(step, at),
    }
    changes = hand_on(definition, step, before, official, at, outcome="sent_back")
    step.started_at = step.due_at = step.done_at = before.done_at = None
    for undone in (step, before):
        # Who did it and what came of it stays in the history; now it is to be done.
        undone.official_name, undone.outcome = "", ""
    CaseStep.objects.bulk_update(
        [step, before], ["official_name", "started_at", "due_at", "done_at", "outcome"]
    )
    return note_on_case(
        case,
        verb="send_back",
        by=by,
        details=details,
        **changes,
    )


def current_step(case: Case) -> CaseStep:
    """The step at which the case stands."""
    return case.steps.get(position=case.step_position)


def next_step(case: Case) -> CaseStep:
    """The step after the current one; a definition ends with a finishing step, so there is one."""
    return case.steps.get(position=case.step_position + 1)


def hand_on(
    definition: ProcedureDefinition,
    step: CaseStep,
    to: CaseStep,
    official: Official,
    at: datetime.datetime,
    *,
    outcome: str,
) -> dict[str, Any]:
    """Close one step and open another; the columns of the case that follow from it."""
    step.official_name, step.done_at, step.outcome = official.name, at, outcome
    changes = enter_step(to, at, step_due(definition, to.position, at))
    CaseStep.objects.bulk_update(
        [step, to], ["official_name", "started_at", "due_at", "done_at", "outcome"]
    )
    return changes


def timing(step: CaseStep, at: datetime.datetime) -> str:
    """How a step was done against its own time: ``early``, ``on_time`` or ``late`` (form 06)."""
    if step.due_at is None:
        return "on_time"
    if at > step.due_at:
        return "late"
    return "early" if at < step.due_at else "on_time"


def findings_complete(definition: ProcedureDefinition, case: Case) -> bool:
    """Whether every entry that this result must have is there."""
    values = {**case.answers, **(case.findings or {})}
    return all(
        values.get(entry.key) not in (None, "", [])
        for entry in definition.result.entries
        if entry.required and truth(definition, entry.when, values)
    )


def _taken(case: Case, official: Official, by: Actor) -> Case:
    changes: dict[str, Any] = {"handler_id": official.pk, "handler_name": official.name}
    if case.state == CaseStatus.RECEIVED:
        return move_case(case, CaseStatus.IN_PROCESS, verb="take", by=by, **changes)
    return note_on_case(case, verb="take", by=by, **changes)
