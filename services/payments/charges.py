"""What a case owes: the fees written down at filing, and what is still due of them.

Every change of what a case owes or has paid locks the case's charges first, then its payments,
the day of the cash desk, the receipt's number, and the chain of the history last.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol
from uuid import UUID

from services.payments.models import Charge, Payment
from services.payments.references import new_reference

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
        ask_for(case_id, case_code, due, payer or {})
    return charges


def charges_of(case_id: UUID) -> list[Charge]:
    """Everything a case was charged, oldest first."""
    return list(Charge.objects.filter(case_id=case_id))


def payments_of(case_id: UUID) -> list[Payment]:
    """Every payment of a case that was asked for, came or did not come, oldest first."""
    return list(Payment.objects.filter(case_id=case_id))


def unpaid_of(case_id: UUID) -> int:
    """How many đồng a case still owes; money of it that no fee has used counts."""
    charges = charges_of(case_id)
    if not any(charge.state == State.DUE for charge in charges):
        return 0
    return due_of(charges, payments_of(case_id))


def due_of(charges: Iterable[Charge], payments: Iterable[Payment]) -> int:
    """What is still owed by these charges, after these payments' unused money."""
    owed = sum(charge.amount for charge in charges if charge.state == State.DUE)
    unused = sum(payment.surplus for payment in payments if payment.is_paid)
    return max(0, owed - unused)


def lock_charges(case_id: UUID) -> list[Charge]:
    """The charges of a case, locked for the rest of the transaction: whoever moves its money."""
    return list(Charge.objects.select_for_update().filter(case_id=case_id).order_by("pk"))


def is_asked(payment: Payment) -> bool:
    """Whether it is the transfer that the case's QR code asks for."""
    return payment.method == Payment.Method.TRANSFER and payment.state == Payment.State.WAITING


def ask_for(case_id: UUID, case_code: str, amount: int, payer: dict[str, str]) -> Payment:
    """Ask for a transfer under a reference of its own."""
    return Payment.objects.create(
        reference=new_reference(),
        case_id=case_id,
        case_code=case_code,
        payer=payer,
        amount=amount,
        method=Payment.Method.TRANSFER,
        state=Payment.State.WAITING,
    )
