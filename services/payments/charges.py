"""What a case owes: the fees written down at filing, those added later, and waivers.

Every change of what a case owes or has paid locks the case's charges first, then its payments,
the day of the cash desk, the receipt's number, and the chain of the history last.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol
from uuid import UUID

from django.db import transaction
from django.utils.module_loading import import_string

from services.payments.errors import ChargeSettled, GroundMissing
from services.payments.models import Charge, Collect, Payment
from services.payments.references import new_reference
from tenants.history.events import Actor, record_event

State = Charge.State


class Line(Protocol):
    """A fee as the fee table gives it (``services.catalogue.fees.FeeLine``), in đồng."""

    @property
    def name(self) -> str: ...

    @property
    def amount(self) -> int: ...

    @property
    def full_amount(self) -> int: ...

    @property
    def ground(self) -> str: ...

    @property
    def collected(self) -> int: ...


def charge_case(
    *,
    case_id: UUID,
    case_code: str,
    lines: Iterable[Line],
    when_paid: str = "",
    payer: dict[str, str] | None = None,
) -> list[Charge]:
    """Write down what a new case owes, in the transaction that files it.

    ``payer`` (name and address) is whom receipts name. ``when_paid``: see ``Charge``.
    """
    charges = [
        Charge(
            case_id=case_id,
            case_code=case_code,
            name=line.name[:100],
            amount=line.amount,
            full_amount=line.full_amount,
            ground=line.ground[:150],
            collected=line.collected,
            state=State.DUE if line.amount else State.WAIVED,
            when_paid=when_paid,
        )
        for line in lines
    ]
    if charges:
        Charge.objects.bulk_create(charges)
    due = sum(charge.amount for charge in charges)
    if due:
        _ask_for(case_id, case_code, due, payer or {})
    return charges


def charges_of(case_id: UUID) -> list[Charge]:
    """Everything a case was charged, oldest first."""
    return list(Charge.objects.filter(case_id=case_id))


def payments_of(case_id: UUID) -> list[Payment]:
    """Every payment of a case that was asked for, came or did not come, oldest first."""
    return list(Payment.objects.filter(case_id=case_id))


def unpaid_of(case_id: UUID) -> int:
    """How many đồng a case still owes; money of it that no fee has used counts."""
    return due_of(charges_of(case_id), payments_of(case_id))


def due_of(charges: Iterable[Charge], payments: Iterable[Payment]) -> int:
    """What is still owed by these charges, after these payments' unused money."""
    owed = sum(charge.amount for charge in charges if charge.state == State.DUE)
    unused = sum(payment.surplus for payment in payments if payment.is_paid)
    return max(0, owed - unused)


@transaction.atomic
def add_charge(
    *,
    case_id: UUID,
    case_code: str,
    name: str,
    amount: int,
    by: Actor,
    when_paid: str = "",
    payer: dict[str, str] | None = None,
    collected: int = Collect.AT_SUPPLEMENT,
) -> Charge:
    """Add a fee to a case that is under way (a financial obligation). Amount above 0, in đồng."""
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
    ask_for_due(case_id, case_code, payer or {})
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
    ask_for_due(charge.case_id, charge.case_code, {})
    tell_when_settled(charges.values())
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
        ask_for_due(case_id, due[0].case_code, {})
    return len(due)


def lock_charges(case_id: UUID) -> list[Charge]:
    """The charges of a case, locked for the rest of the transaction: whoever moves its money."""
    return list(Charge.objects.select_for_update().filter(case_id=case_id).order_by("pk"))


def ask_for_due(case_id: UUID, case_code: str, payer: dict[str, str]) -> None:
    """Make the transfer that a case's QR asks for agree with what is owed; charges are locked."""
    payments = list(Payment.objects.select_for_update().filter(case_id=case_id).order_by("pk"))
    due = due_of(charges_of(case_id), payments)
    waiting = next((one for one in payments if is_asked(one)), None)
    if waiting is None and due:
        known = next((one.payer for one in payments if one.payer), payer)
        _ask_for(case_id, case_code, due, payer or known)
    elif waiting is not None and not due:
        waiting.state = Payment.State.CANCELLED
        waiting.save(update_fields=["state"])
    elif waiting is not None and waiting.amount != due:
        waiting.amount = due
        waiting.save(update_fields=["amount"])


def is_asked(payment: Payment) -> bool:
    """Whether it is the transfer that the case's QR code asks for."""
    return payment.method == Payment.Method.TRANSFER and payment.state == Payment.State.WAITING


def tell_when_settled(charges: Iterable[Charge]) -> None:
    """Enqueue what waits for a case's fees, once none is owed; for charges that are locked."""
    charges = list(charges)
    if any(charge.state == State.DUE for charge in charges):
        return
    for name in sorted({charge.when_paid for charge in charges} - {""}):
        import_string(name).enqueue(str(charges[0].case_id))


def _ask_for(case_id: UUID, case_code: str, amount: int, payer: dict[str, str]) -> Payment:
    return Payment.objects.create(
        reference=new_reference(),
        case_id=case_id,
        case_code=case_code,
        payer=payer,
        amount=amount,
        method=Payment.Method.TRANSFER,
        state=Payment.State.WAITING,
    )
