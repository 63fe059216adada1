"""Work that others share: advice of another department, a part done by another agency.

The case stays where it is and its clock runs on (waiting inside the state never stops it), but its
step is not completed before each question is answered or taken back.
"""

from __future__ import annotations

import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from services.cases.authority import check_role, grant_for
from services.cases.clock import commune_calendar
from services.cases.deadlines import MINUTES_PER_DAY
from services.cases.errors import (
    DecisionMade,
    MoveNotAllowed,
    NotConsulted,
    NotYourStep,
    ReasonMissing,
    ReferralClosed,
    ReferralsOpen,
)
from services.cases.lifecycle import lock_case, note_on_case, now
from services.cases.models import Case, Referral
from services.cases.states import CaseStatus
from tenants.history.events import Actor
from tenants.organisation.models import Department, Official, Role
from tenants.organisation.powers import Grant, actor_of, powers_of

MAX_DAYS = 60
REFERRED_IN = (CaseStatus.RECEIVED, CaseStatus.IN_PROCESS)
IS_OPEN = Q(answered_at=None, withdrawn_at=None)


@transaction.atomic
def refer_case(
    *,
    case: Case,
    official: Official,
    question: str,
    days: int,
    department: Department | None = None,
    agency: str = "",
    seen: str = "",
) -> Case:
    """Ask a ``department`` of the commune, or give a part to another ``agency``, for some days.

    ``days`` are working days from now, the sub-deadline. Raises ``ReasonMissing`` without a
    question or an addressee, ``DecisionMade``, ``MoveNotAllowed`` or ``NotYourStep``.
    """
    case = lock_case(case.pk, seen=seen)
    grant = check_role(case, official, case.step_role, Role.HEAD)
    if case.state not in REFERRED_IN:
        raise MoveNotAllowed(case)
    if case.decided_at is not None:
        raise DecisionMade(case)
    to_name = department.name if department is not None else agency.strip()
    if not question.strip() or not to_name:
        raise ReasonMissing
    at = now()
    kind = Referral.Kind.CONSULT if department is not None else Referral.Kind.TRANSFER
    referral = Referral.objects.create(
        case=case,
        kind=kind,
        department_id=department.pk if department is not None else None,
        to_name=to_name[:150],
        content={"question": question.strip()},
        sent_by=official.name,
        sent_at=at,
        due_at=answer_due(at, days),
    )
    return note_on_case(
        case,
        verb="refer",
        by=actor_of(official, grant),
        details={
            "referral": str(referral.pk),
            "kind": kind.value,
            "to": referral.to_name,
            "note": question.strip(),
            "answer_by": referral.due_at.isoformat(),
        },
        open_referrals=case.open_referrals + 1,
    )


@transaction.atomic
def answer_referral(
    *, case: Case, referral_id: UUID, official: Official, answer: str, seen: str = ""
) -> Case:
    """Write down what was answered: by the department asked, or by whoever has the step.

    Raises ``ReasonMissing``, ``ReferralClosed``, ``NotConsulted`` or ``MoveNotAllowed``.
    """
    case, referral = _open(case, referral_id, seen)
    by = _who_answers(case, referral, official)
    if not answer.strip():
        raise ReasonMissing
    at = now()
    referral.content = {**referral.content, "answer": answer.strip()}
    referral.answered_at, referral.answered_by = at, official.name
    referral.save(update_fields=["content", "answered_at", "answered_by"])
    details = {
        "referral": str(referral.pk),
        "from": referral.to_name,
        "note": answer.strip(),
        "timing": "late" if at > referral.due_at else "on_time",
    }
    return _close(case, "answer_referral", by, details)


@transaction.atomic
def withdraw_referral(*, case: Case, referral_id: UUID, official: Official, seen: str = "") -> Case:
    """Take a question back: its answer is not waited for any more."""
    case, referral = _open(case, referral_id, seen)
    grant = check_role(case, official, case.step_role, Role.HEAD)
    referral.withdrawn_at = now()
    referral.save(update_fields=["withdrawn_at"])
    details = {"referral": str(referral.pk), "to": referral.to_name}
    return _close(case, "withdraw_referral", actor_of(official, grant), details)


def check_no_referrals(case: Case) -> None:
    """Raise ``ReferralsOpen`` while somebody's answer is waited for."""
    if case.open_referrals:
        raise ReferralsOpen(case)


def referrals_of(case: Case) -> list[Referral]:
    """Every question about the case, oldest first."""
    return list(case.referrals.all())


def may_answer(case: Case, referral: Referral, official: Official) -> bool:
    """Whether this official may write the answer down."""
    return answering_grant(case, referral, official) is not None


def answering_grant(case: Case, referral: Referral, official: Official) -> Grant | None:
    """The rights by which the official answers, if any.

    A department's own officials answer for it; what another agency answers, on paper or by
    telephone, is written down by whoever has the step.
    """
    if referral.department_id is None:
        return grant_for(case, official, case.step_role, Role.HEAD)
    if official.department_id != referral.department_id:
        return None
    own = powers_of(official).grants[0]
    return own if own.roles else None


def answer_due(at: datetime.datetime, days: int) -> datetime.datetime:
    """The end of so many working days from a local time."""
    calendar = commune_calendar()
    return calendar.add_working_minutes(calendar.next_opening(at), days * MINUTES_PER_DAY)


def _open(case: Case, referral_id: UUID, seen: str) -> tuple[Case, Referral]:
    """The case under its lock, which guards its referrals too, and the open question."""
    case = lock_case(case.pk, seen=seen)
    if not case.is_open:
        raise MoveNotAllowed(case)
    referral = case.referrals.filter(IS_OPEN, pk=referral_id).first()
    if referral is None:
        raise ReferralClosed
    return case, referral


def _who_answers(case: Case, referral: Referral, official: Official) -> Actor:
    grant = answering_grant(case, referral, official)
    if grant is None and referral.department_id is None:
        raise NotYourStep(case)
    if grant is None:
        raise NotConsulted(referral.to_name)
    return actor_of(official, grant)


def _close(case: Case, verb: str, by: Actor, details: dict[str, str]) -> Case:
    left = max(case.open_referrals - 1, 0)
    return note_on_case(case, verb=verb, by=by, details=details, open_referrals=left)
