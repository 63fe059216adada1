"""Giving money back: asked for with a reason, then given or declined; a slip with its number."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from documents.registers.issuing import issue_document
from documents.registers.models import Document
from services.payments.charges import lock_charges
from services.payments.contents import refund_content
from services.payments.days import booking_day, receipt_numbers
from services.payments.errors import (
    GroundMissing,
    NumberMissing,
    RefundSettled,
    TooMuchToRefund,
)
from services.payments.models import Payment, Refund
from services.payments.receiver import collector, get_receiver
from services.payments.settling import bring_up_to_date
from tenants.history.events import record_event
from tenants.organisation.models import Official

State = Refund.State


@transaction.atomic
def ask_refund(
    *, payment: Payment, amount: int, reason: str, method: str, official: Official
) -> Refund:
    """Ask that money of a payment goes back; until that is settled it is kept for this.

    ``method`` is cash or transfer. Raises ``TooMuchToRefund``, ``GroundMissing`` or
    ``MayNotCollect``.
    """
    by = collector(official)
    if not reason.strip():
        raise GroundMissing
    payment = _lock(payment)
    if not 0 < amount <= payment.refundable:
        raise TooMuchToRefund
    of_surplus = min(payment.surplus, amount)
    payment.surplus -= of_surplus
    payment.refunded += amount
    payment.save(update_fields=["surplus", "refunded"])
    refund = Refund.objects.create(
        payment=payment,
        amount=amount,
        of_surplus=of_surplus,
        reason=reason.strip()[:150],
        method=method,
        state=State.ASKED,
        asked_by=official.name,
    )
    # Unused money may have stood against a fee that is due.
    bring_up_to_date(payment.case_id, payment.case_code, payment.payer)
    details = {"amount": amount, "reason": refund.reason}
    record_event(verb="ask_refund", subject_id=payment.case_id, actor=by, details=details)
    return refund


@transaction.atomic
def make_refund(*, refund: Refund, official: Official, number: str = "") -> Refund:
    """Give the money back: in cash, or by a transfer with the bank's ``number``; the slip follows.

    Raises ``RefundSettled``, ``NumberMissing`` or ``MayNotCollect``.
    """
    by = collector(official)
    payment = _lock(refund.payment)
    refund = Refund.objects.select_for_update().get(pk=refund.pk)
    if refund.state != State.ASKED:
        raise RefundSettled
    number = "".join(number.split())[:40]
    if refund.method != Payment.Method.CASH and not number:
        raise NumberMissing
    refund.booked_on, refund.done_at = booking_day(), timezone.now()
    refund.state, refund.outside_number = State.DONE, number
    refund.official_id, refund.official_name = official.pk, official.name
    numbers = receipt_numbers([payment])
    slip = issue_document(
        kind=Document.Kind.REFUND_SLIP,
        template="refund_slip",
        title="Phiếu hoàn trả phí, lệ phí",
        content=refund_content(
            refund, payment, get_receiver(), numbers.get(payment.receipt_id, "")
        ),
        register="refund_slip",
        notation_pattern="{seq}/PHT",
        case_id=payment.case_id,
        case_code=payment.case_code,
    )
    refund.slip_id = slip.pk
    refund.save()
    details = {"amount": refund.amount, "reason": refund.reason}
    record_event(verb="refund", subject_id=payment.case_id, actor=by, details=details)
    return refund


@transaction.atomic
def decline_refund(*, refund: Refund, official: Official, reason: str) -> Refund:
    """Do not give the money back, and say why. Raises ``RefundSettled`` or ``GroundMissing``."""
    by = collector(official)
    if not reason.strip():
        raise GroundMissing
    payment = _lock(refund.payment)
    refund = Refund.objects.select_for_update().get(pk=refund.pk)
    if refund.state != State.ASKED:
        raise RefundSettled
    refund.state, refund.done_at = State.DECLINED, timezone.now()
    refund.official_id, refund.official_name = official.pk, official.name
    refund.save()
    payment.surplus += refund.of_surplus
    payment.refunded -= refund.amount
    payment.save(update_fields=["surplus", "refunded"])
    bring_up_to_date(payment.case_id, payment.case_code, payment.payer)
    record_event(
        verb="decline_refund",
        subject_id=payment.case_id,
        actor=by,
        details={"amount": refund.amount, "reason": reason.strip()},
    )
    return refund


def _lock(payment: Payment) -> Payment:
    lock_charges(payment.case_id)
    return Payment.objects.select_for_update().get(pk=payment.pk)
