"""What the case costs, what was paid, and what is still due."""

from __future__ import annotations

from typing import Any

from services.desk.panels import Reading
from services.payments.charges import charges_of, due_of, payments_of
from services.payments.models import Payment


def fees(reading: Reading) -> dict[str, Any]:
    """The fees as they were written down at filing and changed since, with the money that came."""
    case = reading.case
    charges = charges_of(case.pk)
    payments = payments_of(case.pk) if charges else []
    return {
        "charges": charges,
        "due_amount": due_of(charges, payments),
        "paid_amount": sum(one.amount - one.refunded for one in payments if one.is_paid),
        "money_to_look_at": [one for one in payments if is_odd(one)],
    }


def is_odd(payment: Payment) -> bool:
    """Whether an official should look at it: too much came, or a gateway told another amount."""
    return bool(payment.surplus or payment.reported is not None)
