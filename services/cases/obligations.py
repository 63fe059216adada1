"""A payment that the case waits for (state 6): asked for with a reason, settled, and on it goes.

While the applicant is waited for the clock stands still. Money that this office collects is
settled by its receipt; what is paid elsewhere (a treasury, a tax office) by the official who saw
the paper.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from services.cases.authority import check_role
from services.cases.clock import resume_clock, stop_clock
from services.cases.errors import (
    AmountMissing,
    DecisionMade,
    MoveNotAllowed,
    ReasonMissing,
    StillUnpaid,
)
from services.cases.intake import definition_of
from services.cases.lifecycle import lock_case, move_case, now
from services.cases.models import Case
from services.cases.states import CaseStatus
from services.catalogue.people import applicant_of
from services.payments.adjusting import add_charge
from tenants.history.events import Actor, events_of
from tenants.history.models import Event
from tenants.organisation.models import Official
from tenants.organisation.powers import actor_of

MAX_AMOUNT = 2_000_000_000


@dataclass(frozen=True)
class Owed:
    """What a case waits for: đồng, why, and whether it is paid at another office."""

    amount: int
    reason: str
    elsewhere: bool


@transaction.atomic
def require_payment(
    *,
    case: Case,
    official: Official,
    amount: int,
    reason: str,
    elsewhere: bool = False,
    seen: str = "",
) -> Case:
    """Let a case wait until its applicant has paid ``amount`` đồng; the clock stands still.

    ``elsewhere`` says that another office collects it. Raises ``AmountMissing``,
    ``ReasonMissing``, ``DecisionMade``, ``MoveNotAllowed`` or ``NotYourStep``.
    """
    case = lock_case(case.pk, seen=seen)
    grant = check_role(case, official)
    if case.state != CaseStatus.IN_PROCESS:
        raise MoveNotAllowed(case)
    if case.decided_at is not None:
        raise DecisionMade(case)
    if not 0 < amount <= MAX_AMOUNT:
        raise AmountMissing
    if not reason.strip():
        raise ReasonMissing
    change = stop_clock(case, now())
    by = actor_of(official, grant)
    if not elsewhere:
        add_charge(
            case_id=case.pk,
            case_code=case.code,
            name=reason.strip(),
            amount=amount,
            by=by,
            payer=applicant_of(definition_of(case), case.answers).payer,
            when_paid="services.cases.tasks.settle_paid_case",
        )
    return move_case(
        case,
        CaseStatus.PAYMENT,
        verb="require_payment",
        by=by,
        details={
            "amount": amount,
            "reason": reason.strip(),
            "elsewhere": elsewhere,
            **change.details,
        },
        **change.columns,
    )


@transaction.atomic
def settle_obligation(*, case: Case, by: Actor, note: str = "", seen: str = "") -> Case:
    """What was owed is paid: the case goes on, its clock with it.

    Raises ``MoveNotAllowed`` unless the case waits for a payment.
    """
    case = lock_case(case.pk, seen=seen)
    if case.state != CaseStatus.PAYMENT:
        raise MoveNotAllowed(case)
    change = resume_clock(case, definition_of(case), now())
    details = {"note": note.strip(), **change.details}
    return move_case(
        case, CaseStatus.IN_PROCESS, verb="settle_payment", by=by, details=details, **change.columns
    )


@transaction.atomic
def confirm_payment(*, case: Case, official: Official, note: str, seen: str = "") -> Case:
    """An official saw the proof that what another office collects is paid; ``note`` names it.

    Raises ``StillUnpaid`` for money that this office collects, ``ReasonMissing`` without a note.
    """
    case = lock_case(case.pk, seen=seen)
    grant = check_role(case, official, case.step_role, "reception")
    owed = owed_on(case, events_of(case.pk))
    if owed is None:
        raise MoveNotAllowed(case)
    if not owed.elsewhere:
        raise StillUnpaid(case)
    if not note.strip():
        raise ReasonMissing
    return settle_obligation(case=case, by=actor_of(official, grant), note=note)


def owed_on(case: Case, events: Iterable[Event]) -> Owed | None:
    """What the case waits for now; ``None`` unless it waits for a payment."""
    if case.state != CaseStatus.PAYMENT:
        return None
    asked = [event for event in events if event.verb == "require_payment"]
    details = (asked[-1].details or {}) if asked else {}
    return Owed(
        amount=int(details.get("amount", 0)),
        reason=str(details.get("reason", "")),
        elsewhere=bool(details.get("elsewhere")),
    )
