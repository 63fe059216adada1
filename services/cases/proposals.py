"""What an official lays before the leader while a case goes on: to stop it, to extend its time.

The official prepares it with its ground and reason; the leader signs it (``stopping``,
``extension``) or declines it with a reason. A case has at most one open proposal.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from services.cases.authority import check_role, check_signing
from services.cases.errors import (
    DecisionMade,
    MoveNotAllowed,
    NothingProposed,
    ProposalOpen,
    ReasonMissing,
)
from services.cases.lifecycle import lock_case, note_on_case
from services.cases.models import Case
from services.cases.states import CaseStatus, Proposal
from tenants.history.models import Event
from tenants.organisation.models import Official, Role
from tenants.organisation.powers import actor_of

MAY_PROPOSE = (Role.SPECIALIST.value, Role.HEAD.value)
VERBS = {Proposal.EXTENSION.value: "propose_extension", Proposal.STOP.value: "propose_stop"}
# Where a case can still be stopped or given more time: accepted or waiting for its applicant.
PROPOSED_IN = (
    CaseStatus.RECEIVED,
    CaseStatus.IN_PROCESS,
    CaseStatus.SUPPLEMENT,
    CaseStatus.PAYMENT,
)


@dataclass(frozen=True)
class Proposed:
    """What stands before the leader: who proposes it, the ground, the reason, and what else."""

    kind: Proposal
    who: str
    ground: str
    reason: str
    details: dict[str, Any]


@transaction.atomic
def propose(
    *,
    case: Case,
    official: Official,
    kind: Proposal,
    reason: str,
    details: dict[str, Any] | None = None,
    seen: str = "",
) -> Case:
    """Lay a proposal before the leader; the case goes on meanwhile, its clock too.

    Raises ``ReasonMissing``, ``ProposalOpen``, ``DecisionMade`` or ``NotYourStep``.
    """
    case = lock_case(case.pk, seen=seen)
    grant = check_role(case, official, *MAY_PROPOSE)
    if case.state not in PROPOSED_IN:
        raise MoveNotAllowed(case)
    if case.decided_at is not None:
        raise DecisionMade(case)
    if case.proposal:
        raise ProposalOpen(case)
    if not reason.strip():
        raise ReasonMissing
    return note_on_case(
        case,
        verb=VERBS[kind],
        by=actor_of(official, grant),
        details={**(details or {}), "reason": reason.strip()},
        proposal=kind,
    )


@transaction.atomic
def decline_proposal(*, case: Case, official: Official, reason: str, seen: str = "") -> Case:
    """The leader does not sign what was proposed, and says why; the case goes on as it was.

    Raises ``NothingProposed``, ``ReasonMissing`` or ``MayNotSign``.
    """
    case = lock_case(case.pk, seen=seen)
    grant = check_signing(case, official)
    if not case.proposal:
        raise NothingProposed(case)
    if not reason.strip():
        raise ReasonMissing
    return note_on_case(
        case,
        verb="decline_proposal",
        by=actor_of(official, grant),
        details={"proposal": case.proposal, "reason": reason.strip()},
        proposal="",
    )


def proposed_on(case: Case, events: Iterable[Event]) -> Proposed | None:
    """What stands before the leader now, ``None`` for nothing."""
    if not case.proposal:
        return None
    kind = Proposal(case.proposal)
    made = [event for event in events if event.verb == VERBS[kind]]
    if not made:
        return None
    details = made[-1].details or {}
    return Proposed(
        kind=kind,
        who=made[-1].actor_name,
        ground=str(details.get("ground", "")),
        reason=str(details.get("reason", "")),
        details=details,
    )
