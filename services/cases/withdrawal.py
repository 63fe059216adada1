"""Withdrawal by the applicant: their own act before acceptance, afterwards with the leader's leave.

Once a case was received its way out is written (form 05) and signed: the office may have begun
what cannot be left half done. While the leader thinks about it the clock runs on.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from services.cases.authority import check_role, check_signing
from services.cases.clock import resume_clock
from services.cases.errors import DecisionMade, MoveNotAllowed, ReasonMissing
from services.cases.intake import definition_of
from services.cases.lifecycle import lock_case, move_case, now
from services.cases.models import Case
from services.cases.states import CaseStatus
from services.cases.stopping import end_case, into_process, issue_stop_notice
from services.payments.charges import lock_charges
from tenants.accounts.models import Account
from tenants.history.events import Actor, events_of
from tenants.organisation.models import Official
from tenants.organisation.powers import actor_of

NOT_ACCEPTED = (CaseStatus.REGISTERED, CaseStatus.SUPPLEMENT)
WAITING = (CaseStatus.SUPPLEMENT, CaseStatus.PAYMENT)
ASKED_IN = (CaseStatus.RECEIVED, CaseStatus.IN_PROCESS, *WAITING)


def may_withdraw(case: Case) -> bool:
    """Whether the applicant may still take the case back alone: nobody accepted it yet."""
    return case.accepted_at is None and case.state in NOT_ACCEPTED


def may_ask_withdrawal(case: Case) -> bool:
    """Whether the applicant may ask for the case back: accepted, and nothing decided yet."""
    return case.accepted_at is not None and case.decided_at is None and case.state in ASKED_IN


@transaction.atomic
def withdraw_case(
    *,
    case: Case,
    account: Account | None = None,
    official: Official | None = None,
    reason: str = "",
    seen: str = "",
) -> Case:
    """Take a case back. Before acceptance no official has to agree, so it stops at once.

    An ``official`` writes down at the counter what an applicant without an account wants. Raises
    ``MoveNotAllowed`` once the case was accepted.
    """
    case = lock_case(case.pk, seen=seen)
    by = _who(case, account, official)
    if not may_withdraw(case):
        raise MoveNotAllowed(case)
    # What is owed falls away with the case: its fees are locked before the chain's head is.
    lock_charges(case.pk)
    if case.state == CaseStatus.REGISTERED:
        case = move_case(case, CaseStatus.WITHDRAWING, verb="ask_withdrawal", by=by)
    return end_case(case, verb="withdraw", by=by, details={"reason": reason.strip()})


@transaction.atomic
def ask_withdrawal(
    *,
    case: Case,
    account: Account | None = None,
    official: Official | None = None,
    reason: str,
    seen: str = "",
) -> Case:
    """Ask for an accepted case back; the leader answers.

    A case that waited for its applicant goes into process first, its clock with it: from now on
    it waits for the office. Raises ``ReasonMissing``, ``DecisionMade`` once the result is
    decided, or ``MoveNotAllowed``.
    """
    case = lock_case(case.pk, seen=seen)
    by = _who(case, account, official)
    if case.decided_at is not None and case.state in ASKED_IN:
        raise DecisionMade(case)
    if not may_ask_withdrawal(case):
        raise MoveNotAllowed(case)
    if not reason.strip():
        raise ReasonMissing
    if case.state in WAITING:
        change = resume_clock(case, definition_of(case), now())
        case = move_case(
            case,
            CaseStatus.IN_PROCESS,
            verb="resume",
            by=by,
            details=change.details,
            **{"supplement_by": None, **change.columns},
        )
    return move_case(
        into_process(case, by),
        CaseStatus.WITHDRAWING,
        verb="ask_withdrawal",
        by=by,
        details={"reason": reason.strip()},
    )


@transaction.atomic
def agree_withdrawal(
    *, case: Case, official: Official, returned_papers: tuple[str, ...] = (), seen: str = ""
) -> Case:
    """The leader lets the applicant have the case back; a notice (form 05) says so.

    Raises ``MayNotSign`` or ``MoveNotAllowed``.
    """
    case = lock_case(case.pk, seen=seen)
    grant = check_signing(case, official)
    if case.state != CaseStatus.WITHDRAWING:
        raise MoveNotAllowed(case)
    document = issue_stop_notice(
        case, official, grant, returned_papers=returned_papers, **notice_of_withdrawal(case)
    )
    by = actor_of(official, grant)
    return end_case(case, verb="agree_withdrawal", by=by, details={"notation": document.notation})


@transaction.atomic
def decline_withdrawal(*, case: Case, official: Official, reason: str, seen: str = "") -> Case:
    """The leader does not let the case go, with the reason; it goes on where it was.

    Raises ``MayNotSign``, ``MoveNotAllowed`` or ``ReasonMissing``.
    """
    case = lock_case(case.pk, seen=seen)
    grant = check_signing(case, official)
    if case.state != CaseStatus.WITHDRAWING:
        raise MoveNotAllowed(case)
    if not reason.strip():
        raise ReasonMissing
    return move_case(
        case,
        CaseStatus.IN_PROCESS,
        verb="decline_withdrawal",
        by=actor_of(official, grant),
        details={"reason": reason.strip()},
    )


def notice_of_withdrawal(case: Case) -> dict[str, Any]:
    """Ground and reason of form 05 where the applicant asked for the case back."""
    asked = events_of(case.pk).filter(verb="ask_withdrawal").last()
    day = f" ngày {timezone.localtime(asked.at):%d/%m/%Y}" if asked is not None else ""
    reason = str((asked.details or {}).get("reason", "")) if asked is not None else ""
    return {
        "ground": f"Đề nghị rút hồ sơ{day} của người nộp",
        "reason": reason or "Người nộp xin rút hồ sơ",
    }


def _who(case: Case, account: Account | None, official: Official | None) -> Actor:
    """The applicant, or the official at the counter who writes down what they want."""
    if official is not None:
        return actor_of(official, check_role(case, official, "reception"))
    if account is None:
        raise ValueError("A withdrawal needs the account or the official who writes it down.")
    return Actor.citizen(account)
