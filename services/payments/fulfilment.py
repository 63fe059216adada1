"""Payments through a gateway: begun by the citizen, fulfilled by the gateway's notice alone."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from services.payments.booking import book, new_payment
from services.payments.charges import lock_charges, unpaid_of
from services.payments.errors import GatewayNotReady, NothingDue
from services.payments.gateways import GATEWAYS
from services.payments.gateways.base import (
    Gateway,
    Notice,
    Outcome,
    Unreadable,
    WrongSignature,
)
from services.payments.models import Payment
from services.payments.receiver import get_receiver
from tenants.history.events import Actor, record_event

logger = logging.getLogger(__name__)
State, Method = Payment.State, Payment.Method


@transaction.atomic
def begin_payment(*, case_id: UUID, case_code: str, gateway: Gateway) -> Payment:
    """A payment for all that a case owes, under a reference that the gateway has not seen.

    Raises ``GatewayNotReady`` or ``NothingDue``.
    """
    if not gateway.is_open(get_receiver()):
        raise GatewayNotReady
    lock_charges(case_id)
    owed = unpaid_of(case_id)
    if not owed:
        raise NothingDue(case_code)
    payment = new_payment(case_id, case_code, owed, Method.GATEWAY)
    payment.gateway = gateway.name
    payment.save()
    return payment


def receive_notice(*, gateway: Gateway, query: Mapping[str, str]) -> Outcome:
    """Fulfil what a gateway reports, once however often it says so.

    A wrong signature, an unknown reference and another amount change no payment; the last is
    shown to the officials. What the log says names no parameter: they are about a person.
    """
    try:
        notice = gateway.read(get_receiver(), query)
    except WrongSignature:
        logger.warning("%s: a notice with a wrong signature", gateway.name)
        return Outcome.WRONG_SIGNATURE
    except Unreadable:
        logger.warning("%s: a notice that cannot be read", gateway.name)
        return Outcome.UNREADABLE
    return _fulfil(gateway.name, notice)


@transaction.atomic
def _fulfil(gateway: str, notice: Notice) -> Outcome:
    known = _payment(gateway, notice.reference)
    if known is None:
        return Outcome.UNKNOWN
    lock_charges(known.case_id)
    payment = Payment.objects.select_for_update().get(pk=known.pk)
    if notice.amount != payment.amount:
        _remember_difference(payment, notice)
        return Outcome.DIFFERS
    if payment.is_paid:
        return Outcome.REPLAYED
    payment.outside_number = notice.number
    if notice.succeeded:
        # Also after a failure was told: the money is there, and the last word counts.
        book(payment, amount=notice.amount, by=Actor.system())
        return Outcome.DONE
    if payment.state == State.FAILED:
        return Outcome.REPLAYED
    payment.state = State.FAILED
    payment.save(update_fields=["state", "outside_number"])
    return Outcome.DONE


def shown_state(*, gateway: Gateway, query: Mapping[str, str]) -> Payment | None:
    """The payment with which somebody comes back from a gateway; nothing is changed by it.

    None for a wrong signature or an unknown reference.
    """
    try:
        notice = gateway.read(get_receiver(), query)
    except (WrongSignature, Unreadable):
        return None
    return _payment(gateway.name, notice.reference)


def gateway_named(name: str) -> Gateway:
    """The gateway of this name. Raises ``GatewayNotReady``."""
    try:
        return GATEWAYS[name]
    except KeyError:
        raise GatewayNotReady from None


def _payment(gateway: str, reference: str) -> Payment | None:
    found = Payment.objects.filter(reference=reference, method=Method.GATEWAY, gateway=gateway)
    return found.first()


def _remember_difference(payment: Payment, notice: Notice) -> None:
    """Let the officials see that a gateway reports another amount; nothing is booked."""
    if payment.is_paid or payment.reported == max(notice.amount, 0):
        return
    payment.reported = max(notice.amount, 0)
    payment.save(update_fields=["reported"])
    record_event(
        verb="payment_differs",
        subject_id=payment.case_id,
        actor=Actor.system(),
        details={"asked": payment.amount, "reported": payment.reported},
    )
