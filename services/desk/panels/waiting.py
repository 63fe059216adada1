"""What a case waits for besides its step: the leader's word, money, others' answers."""

from __future__ import annotations

from typing import Any

from services.cases.authority import grant_for
from services.cases.lifecycle import now
from services.cases.obligations import owed_on
from services.cases.proposals import proposed_on
from services.cases.referrals import may_answer, referrals_of
from services.cases.states import CaseStatus
from services.cases.supplements import is_overdue
from services.desk.panels import Reading
from tenants.organisation.models import Role


def waiting(reading: Reading) -> dict[str, Any]:
    """Proposals, payments, withdrawals and referrals of the case, where there are any."""
    case, events = reading.case, reading.events
    return {
        "proposed": proposed_on(case, events),
        "owed": owed_on(case, events),
        "withdrawal": _withdrawal_asked(reading),
        "supplement_overdue": is_overdue(case, now().date()),
        "referrals": _referrals(reading) if any(one.verb == "refer" for one in events) else [],
    }


def _withdrawal_asked(reading: Reading) -> dict[str, str] | None:
    if reading.case.state != CaseStatus.WITHDRAWING:
        return None
    asked = [one for one in reading.events if one.verb == "ask_withdrawal"][-1]
    return {"who": asked.actor_name, "reason": str((asked.details or {}).get("reason", ""))}


def _referrals(reading: Reading) -> list[dict[str, Any]]:
    """The open ones first, each with what this official may do about it."""
    case, official, at = reading.case, reading.official, now()
    takes_back = case.is_open and grant_for(case, official, case.step_role, Role.HEAD) is not None
    rows = [
        {
            "referral": one,
            "late": one.is_open and one.due_at < at,
            "may_answer": one.is_open and case.is_open and may_answer(case, one, official),
            "may_withdraw": one.is_open and takes_back,
        }
        for one in referrals_of(case)
    ]
    return sorted(rows, key=lambda row: not row["referral"].is_open)
