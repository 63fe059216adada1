"""The leader's act: approve or reject. Both give out a number, a date and a written result."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from documents.registers.issuing import issue_document
from documents.registers.models import Document
from services.cases.authority import check_role, grant_for
from services.cases.contents import rejection_content, result_content
from services.cases.errors import FindingsMissing, MayNotSign, MoveNotAllowed, ReasonMissing
from services.cases.intake import definition_of
from services.cases.lifecycle import lock_case, move_case, note_on_case, now
from services.cases.models import Case
from services.cases.processing import (
    current_step,
    findings_complete,
    hand_on,
    next_step,
    timing,
)
from services.cases.referrals import check_no_referrals
from services.cases.result_layout import result_title
from services.cases.states import CaseStatus, Outcome, StepKind
from services.catalogue.rendering import notation_of
from tenants.organisation.models import Official, get_letterhead
from tenants.organisation.powers import Grant, actor_of, signatory


@transaction.atomic
def approve_case(*, case: Case, official: Official, seen: str = "") -> Case:
    """Grant what was asked: the result is numbered, dated, frozen and sent to print.

    Raises ``MayNotSign``, ``NotYourStep``, ``MoveNotAllowed``, ``ReferralsOpen`` or
    ``FindingsMissing``.
    """
    case, grant = _case_to_decide(case, official, seen)
    signer = signatory(official, grant)
    definition = definition_of(case)
    if not findings_complete(definition, case):
        raise FindingsMissing
    result = definition.result
    document = issue_document(
        kind=Document.Kind.RESULT,
        template=result.layout,
        title=result_title(case, definition),
        content=result_content(case, definition, get_letterhead(), signer),
        register=result.number.register_,
        notation_pattern=notation_of(definition, case.answers),
        case_id=case.pk,
        case_code=case.code,
        signer=signer,
    )
    return _decided(case, official, grant, Outcome.APPROVED, {"notation": document.notation})


@transaction.atomic
def reject_case(*, case: Case, official: Official, reason: str, seen: str = "") -> Case:
    """Decline what was asked, in a numbered letter that gives the reason."""
    case, grant = _case_to_decide(case, official, seen)
    signer = signatory(official, grant)
    if not reason.strip():
        raise ReasonMissing
    definition = definition_of(case)
    document = issue_document(
        kind=Document.Kind.REPLY,
        template="letter",
        title=f"Văn bản trả lời về {definition.short_name}"[:200],
        content=rejection_content(case, definition, get_letterhead(), signer, reason),
        register="outgoing",
        notation_pattern="{seq}/UBND",
        case_id=case.pk,
        case_code=case.code,
        signer=signer,
    )
    details = {"notation": document.notation, "reason": reason.strip()}
    return _decided(case, official, grant, Outcome.REJECTED, details)


def _case_to_decide(case: Case, official: Official, seen: str) -> tuple[Case, Grant]:
    case = lock_case(case.pk, seen=seen)
    check_role(case, official)
    grant = grant_for(case, official, case.step_role, signing=True)
    if grant is None:
        raise MayNotSign
    if case.state not in (CaseStatus.RECEIVED, CaseStatus.IN_PROCESS) or case.decided_at:
        raise MoveNotAllowed(case)
    if current_step(case).kind != StepKind.DECIDE:
        raise MoveNotAllowed(case)
    check_no_referrals(case)
    return case, grant


def _decided(
    case: Case, official: Official, grant: Grant, outcome: str, details: dict[str, Any]
) -> Case:
    at, by = now(), actor_of(official, grant)
    if case.state == CaseStatus.RECEIVED:
        # After the number was taken: the chain's head is locked from here on.
        case = move_case(case, CaseStatus.IN_PROCESS, verb="take", by=by)
    step, following = current_step(case), next_step(case)
    changes = hand_on(definition_of(case), step, following, official, at, outcome=outcome)
    return note_on_case(
        case,
        verb="approve" if outcome == Outcome.APPROVED else "reject",
        by=by,
        details={
            **details,
            "step": step.name,
            "next": following.name,
            "timing": timing(step, at),
        },
        decided_at=at,
        outcome=outcome,
        # What was proposed meanwhile has no object any more.
        proposal="",
        **changes,
    )
