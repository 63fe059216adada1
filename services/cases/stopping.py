"""Stopping the work on a case: proposed by an official, signed by the leader (form 05).

Nothing stops by itself. A supplement that was not answered by its last day is shown to the leader
with a ready ground, and the leader decides.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from documents.registers.issuing import issue_document
from documents.registers.models import Document
from services.cases.authority import check_signing
from services.cases.contents import stop_notice_content
from services.cases.errors import DecisionMade, MoveNotAllowed, ReasonMissing
from services.cases.intake import definition_of
from services.cases.lifecycle import lock_case, move_case, now
from services.cases.models import Case, Referral
from services.cases.proposals import PROPOSED_IN, propose
from services.cases.states import CaseStatus, Proposal
from services.payments.charges import lock_charges
from tenants.history.events import Actor
from tenants.organisation.models import Official, get_letterhead
from tenants.organisation.powers import Grant, actor_of, signatory

NOTATION = "{seq}/TB-UBND"


@transaction.atomic
def propose_stop(
    *, case: Case, official: Official, ground: str, reason: str, seen: str = ""
) -> Case:
    """Lay before the leader that the case should be stopped, on which ground and why.

    Raises ``ReasonMissing``, ``ProposalOpen``, ``DecisionMade``, ``MoveNotAllowed`` or
    ``NotYourStep``.
    """
    if not ground.strip():
        raise ReasonMissing
    return propose(
        case=case,
        official=official,
        kind=Proposal.STOP,
        reason=reason,
        details={"ground": ground.strip()},
        seen=seen,
    )


@transaction.atomic
def stop_case(
    *,
    case: Case,
    official: Official,
    ground: str,
    reason: str,
    returned_papers: Sequence[str] = (),
    refund: int = 0,
    seen: str = "",
) -> Case:
    """End a case without a result, in a numbered notice (form 05) that gives ground and reason.

    ``returned_papers`` are originals given back, ``refund`` fees to be paid back in đồng. Raises
    ``MayNotSign``, ``MoveNotAllowed``, ``DecisionMade`` once the result is decided, or
    ``ReasonMissing``.
    """
    case = lock_case(case.pk, seen=seen)
    grant = check_signing(case, official)
    check_stoppable(case)
    # What is owed falls away with the case: its fees are locked before the chain's head is.
    lock_charges(case.pk)
    if not ground.strip() or not reason.strip():
        raise ReasonMissing
    document = issue_stop_notice(
        case,
        official,
        grant,
        ground=ground,
        reason=reason,
        returned_papers=returned_papers,
        refund=refund,
    )
    details = {"ground": ground.strip(), "reason": reason.strip(), "notation": document.notation}
    by = actor_of(official, grant)
    return end_case(into_process(case, by), verb="stop", by=by, details=details)


def check_stoppable(case: Case) -> None:
    """Raise ``MoveNotAllowed`` or ``DecisionMade`` unless the case can still end without result."""
    if case.state not in PROPOSED_IN:
        raise MoveNotAllowed(case)
    if case.decided_at is not None:
        raise DecisionMade(case)


def into_process(case: Case, by: Actor) -> Case:
    """A case that was received and never taken goes into process first: the arcs start there."""
    if case.state != CaseStatus.RECEIVED:
        return case
    return move_case(case, CaseStatus.IN_PROCESS, verb="resume", by=by)


def issue_stop_notice(
    case: Case,
    official: Official,
    grant: Grant,
    *,
    ground: str,
    reason: str,
    returned_papers: Sequence[str] = (),
    refund: int = 0,
) -> Document:
    """Number and freeze form 05, signed by this official."""
    signer = signatory(official, grant)
    return issue_document(
        kind=Document.Kind.STOP_NOTICE,
        template="stop_notice",
        title="Thông báo dừng giải quyết hồ sơ",
        content=stop_notice_content(
            case,
            definition_of(case),
            get_letterhead(),
            signer,
            ground=ground,
            reason=reason,
            returned_papers=returned_papers,
            refund=refund,
        ),
        register="outgoing",
        notation_pattern=NOTATION,
        case_id=case.pk,
        case_code=case.code,
        signer=signer,
    )


def end_case(case: Case, *, verb: str, by: Actor, details: dict[str, Any]) -> Case:
    """Bring a locked case to its stop: nothing of it waits, runs or is held any more."""
    withdraw_open_referrals(case, now())
    return move_case(
        case,
        CaseStatus.STOPPED,
        verb=verb,
        by=by,
        details=details,
        supplement_by=None,
        clock_stopped_at=None,
        proposal="",
        open_referrals=0,
        handler_id=None,
        handler_name="",
        step_due_at=None,
    )


def withdraw_open_referrals(case: Case, at: datetime.datetime) -> None:
    """Nobody need answer any more what was asked about the case."""
    if case.open_referrals:
        case.referrals.filter(answered_at=None, withdrawn_at=None).update(withdrawn_at=at)


def open_referrals_of(case: Case) -> list[Referral]:
    """What others were asked and have not answered, oldest first."""
    return list(case.referrals.filter(answered_at=None, withdrawn_at=None))
