"""What a case owes changes: a fee is added, waived on a ground, or not asked for any more."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from services.payments.charges import lock_charges
from services.payments.errors import ChargeSettled, GroundMissing
from services.payments.models import Charge, Collect
from services.payments.settling import bring_up_to_date
from tenants.history.events import Actor, record_event

State = Charge.State


@transaction.atomic
def add_charge(
    *,
    case_id: UUID,
    case_code: str,
    name: str,
    amount: int,
    by: Actor,
    payer: dict[str, str],
    when_paid: str = "",
    collected: int = Collect.AT_SUPPLEMENT,
) -> Charge:
    """Add a fee to a case that is under way (a financial obligation). Amount above 0, in đồng.

    ``payer`` (name and address) is whom the receipt names.
    """
    if amount <= 0:
        raise ValueError("A charge is of more than 0 đồng.")
    lock_charges(case_id)
    charge = Charge.objects.create(
        case_id=case_id,
        case_code=case_code,
        name=name[:100],
        amount=amount,
        full_amount=amount,
        collected=collected,
        state=State.DUE,
        when_paid=when_paid,
    )
    bring_up_to_date(case_id, case_code, payer)
    record_event(
        verb="charge", subject_id=case_id, actor=by, details={"name": name, "amount": amount}
    )
    return charge


@transaction.atomic
def waive(*, charge: Charge, amount: int, ground: str, by: Actor) -> Charge:
    """Let a case owe ``amount`` instead of a fee's present amount (0 for nothing), on a ground.

    Raises ``GroundMissing``, ``ChargeSettled`` for a fee that is not owed any more, and
    ``ValueError`` for an amount that is not less than now.
    """
    if not ground.strip():
        raise GroundMissing
    charges = {one.pk: one for one in lock_charges(charge.case_id)}
    charge = charges[charge.pk]
    if charge.state != State.DUE:
        raise ChargeSettled
    if not 0 <= amount < charge.amount:
        raise ValueError("A waiver lowers a fee.")
    charge.amount, charge.ground, charge.waived_by = amount, ground.strip()[:150], by.name
    charge.state = charge.state if amount else State.WAIVED
    charge.save(update_fields=["amount", "ground", "waived_by", "state"])
    bring_up_to_date(charge.case_id, charge.case_code, {})
    record_event(
        verb="waive",
        subject_id=charge.case_id,
        actor=by,
        details={"name": charge.name, "amount": amount, "ground": charge.ground},
    )
    return charge


@transaction.atomic
def cancel_charges(*, case_id: UUID) -> int:
    """Ask nothing more of a case that was refused, withdrawn or stopped; how many fees fell away.

    What comes in afterwards is booked as too much, and can be paid back.
    """
    due = [charge for charge in lock_charges(case_id) if charge.state == State.DUE]
    if due:
        Charge.objects.filter(pk__in=[charge.pk for charge in due]).update(state=State.CANCELLED)
        bring_up_to_date(case_id, due[0].case_code, {})
    return len(due)
