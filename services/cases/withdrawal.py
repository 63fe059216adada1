"""Withdrawal by the applicant before the case is accepted."""

from __future__ import annotations

from django.db import transaction

from services.cases.errors import MoveNotAllowed
from services.cases.lifecycle import lock_case, move_case
from services.cases.models import Case
from services.cases.states import CaseStatus
from tenants.accounts.models import Account
from tenants.history.events import Actor


def may_withdraw(case: Case) -> bool:
    """Whether the applicant may still take the case back alone: nobody accepted it yet."""
    return case.accepted_at is None and case.state in (
        CaseStatus.REGISTERED,
        CaseStatus.SUPPLEMENT,
    )


@transaction.atomic
def withdraw_case(*, case: Case, account: Account, reason: str = "") -> Case:
    """Take a case back. Before acceptance no official has to agree, so it stops at once."""
    case = lock_case(case.pk)
    if not may_withdraw(case):
        raise MoveNotAllowed(case)
    by, details = Actor.citizen(account), {"reason": reason.strip()}
    if case.state == CaseStatus.REGISTERED:
        case = move_case(case, CaseStatus.WITHDRAWING, verb="ask_withdrawal", by=by)
    return move_case(
        case, CaseStatus.STOPPED, verb="withdraw", by=by, details=details, supplement_by=None
    )
