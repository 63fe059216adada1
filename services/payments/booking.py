"""Booking money: a payment comes, fees are settled, a receipt gets its number, once.

Everything goes through ``book``; whoever comes second finds nothing due and books too much, or is
told so. Locks are taken in the order that ``charges`` names.
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from services.payments.charges import is_asked, lock_charges, payments_of, unpaid_of
from services.payments.days import booking_day, check_day_open
from services.payments.errors import (
    ChargeSettled,
    DueChanged,
    NothingDue,
    NumberMissing,
    NumberUsed,
    TooLittleGiven,
)
from services.payments.models import Charge, Payment
from services.payments.receiver import collector
from services.payments.references import new_reference
from services.payments.settling import bring_up_to_date
from tenants.history.events import Actor, record_event
from tenants.organisation.models import Official

State, Method = Payment.State, Payment.Method


@transaction.atomic
def take_cash(
    *, case_id: UUID, case_code: str, due: int, given: int, official: Official
) -> Payment:
    """Take cash at the counter for all that a case owes; ``due`` is what the page showed.

    Raises ``NothingDue``, ``DueChanged``, ``TooLittleGiven`` or ``MayNotCollect``.
    """
    by = collector(official)
    lock_charges(case_id)
    owed = unpaid_of(case_id)
    if not owed:
        raise NothingDue(case_code)
    if owed != due:
        raise DueChanged
    if given < owed:
        raise TooLittleGiven
    payment = new_payment(case_id, case_code, owed, Method.CASH)
    payment.given, payment.official_id, payment.official_name = given, official.pk, official.name
    return book(payment, amount=owed, by=by)


@transaction.atomic
def confirm_transfer(
    *, case_id: UUID, case_code: str, due: int, number: str, official: Official
) -> Payment:
    """Book a transfer that the official saw on the account, under the bank's number.

    Raises ``NumberMissing``, ``NumberUsed``, ``NothingDue``, ``DueChanged`` or ``MayNotCollect``.
    """
    by = collector(official)
    number = "".join(number.split())[:40]
    if not number:
        raise NumberMissing
    lock_charges(case_id)
    owed = unpaid_of(case_id)
    if not owed:
        raise NothingDue(case_code)
    if owed != due:
        raise DueChanged
    used = Payment.objects.filter(
        method=Method.TRANSFER, state=State.PAID, outside_number=number
    ).first()
    if used is not None:
        raise NumberUsed(used.case_code)
    payment = asked_payment(case_id) or new_payment(case_id, case_code, owed, Method.TRANSFER)
    payment.outside_number = number
    payment.official_id, payment.official_name = official.pk, official.name
    return book(payment, amount=owed, by=by)


def new_payment(case_id: UUID, case_code: str, amount: int, method: str) -> Payment:
    """A payment that is not saved yet, by the payer whom the case's others name."""
    payer: dict[str, str] = next((one.payer for one in payments_of(case_id) if one.payer), {})
    return Payment(
        reference=new_reference(),
        case_id=case_id,
        case_code=case_code,
        payer=payer,
        amount=amount,
        method=method,
        state=State.WAITING,
    )


def asked_payment(case_id: UUID) -> Payment | None:
    """The transfer that the case's QR code asks for, if anything is asked."""
    return next((one for one in payments_of(case_id) if is_asked(one)), None)


def book(payment: Payment, *, amount: int, by: Actor) -> Payment:
    """Write down that ``amount`` đồng came, settle what it pays, issue the receipt.

    The caller holds the locks of the case's charges, and of the payment unless it is new. What
    no fee needs stays as surplus. The history's chain is locked last.
    """
    if payment.is_paid or amount <= 0:
        raise ValueError("A payment is booked once, with more than 0 đồng.")
    payment.booked_on, payment.paid_at = booking_day(), timezone.now()
    payment.amount = payment.surplus = amount
    payment.state, payment.reported = State.PAID, None
    payment.save()
    bring_up_to_date(payment.case_id, payment.case_code, payment.payer)
    payment.refresh_from_db(fields=["surplus", "receipt_id"])
    record_event(
        verb="pay",
        subject_id=payment.case_id,
        actor=by,
        details={
            "amount": payment.amount,
            "method": payment.method,
            "reference": payment.reference,
            "surplus": payment.surplus,
        },
    )
    return payment


@transaction.atomic
def unbook(payment: Payment, *, by: Actor) -> Payment:
    """Take a booking back that was a mistake, while its day is open and none of it went on.

    The receipt keeps its number and counts as cancelled. Raises ``DayClosed`` or
    ``ChargeSettled`` when the money was used or given back meanwhile.
    """
    charges = lock_charges(payment.case_id)
    payment = Payment.objects.select_for_update().get(pk=payment.pk)
    mine = [charge for charge in charges if charge.payment_id == payment.pk]
    used = payment.amount - payment.surplus
    if not payment.is_paid or payment.booked_on is None or payment.refunded:
        raise ChargeSettled
    if used != sum(charge.amount for charge in mine):
        raise ChargeSettled
    check_day_open(payment.booked_on)
    cancelled = payment.receipt_id
    Charge.objects.filter(pk__in=[charge.pk for charge in mine]).update(
        state=Charge.State.DUE, payment=None
    )
    # What a QR code asks for is asked for again under the reference that may be printed already.
    asks_again = payment.method == Method.TRANSFER and asked_payment(payment.case_id) is None
    payment.state = State.WAITING if asks_again else State.CANCELLED
    payment.paid_at, payment.booked_on = None, None
    payment.surplus, payment.receipt_id, payment.outside_number = 0, None, ""
    payment.official_id, payment.official_name = None, ""
    payment.save()
    bring_up_to_date(payment.case_id, payment.case_code, payment.payer)
    record_event(
        verb="unpay",
        subject_id=payment.case_id,
        actor=by,
        details={
            "amount": payment.amount,
            "reference": payment.reference,
            "receipt": str(cancelled) if cancelled else "",
        },
    )
    return payment
