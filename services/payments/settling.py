"""After money or fees changed: pay fees with what is there, ask for the rest, tell who waits."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.utils.module_loading import import_string

from documents.registers.issuing import issue_document
from documents.registers.models import Document
from services.payments.charges import ask_for, due_of, is_asked, lock_charges
from services.payments.contents import receipt_content
from services.payments.models import Charge, Payment
from services.payments.receiver import get_receiver


def bring_up_to_date(case_id: UUID, case_code: str, payer: dict[str, str]) -> None:
    """Settle what the case's unused money pays, and make its QR code ask for what is left.

    The caller holds the case's charges. Once nothing is due, the tasks that wait are enqueued.
    """
    charges = lock_charges(case_id)
    payments = list(Payment.objects.select_for_update().filter(case_id=case_id).order_by("pk"))
    _settle(charges, payments)
    _tell(charges)
    due = due_of(charges, payments)
    asked = next((one for one in payments if is_asked(one)), None)
    if asked is None and due:
        ask_for(case_id, case_code, due, payer or _payer(payments))
    elif asked is not None and not due:
        asked.state = Payment.State.CANCELLED
        asked.save(update_fields=["state"])
    elif asked is not None and asked.amount != due:
        asked.amount = due
        asked.save(update_fields=["amount"])


def _settle(charges: list[Charge], payments: list[Payment]) -> None:
    """Pay fees in order, as far as unused money reaches; the last money has the receipt."""
    unused = [one for one in payments if one.is_paid and one.surplus]
    at_hand, settled = sum(one.surplus for one in unused), []
    newest = max(unused, key=lambda one: (one.paid_at, one.pk), default=None)
    for charge in charges:
        if newest is None or charge.state != Charge.State.DUE:
            continue
        if charge.amount > at_hand:
            break
        at_hand -= charge.amount
        _use(unused, charge.amount)
        charge.state, charge.payment = Charge.State.PAID, newest
        charge.save(update_fields=["state", "payment"])
        settled.append(charge)
    if newest is not None and settled:
        newest.receipt_id = _issue_receipt(newest, settled).pk
        for one in unused:
            one.save(update_fields=["surplus", "receipt_id"])


def _use(payments: Iterable[Payment], amount: int) -> None:
    for payment in payments:
        taken = min(payment.surplus, amount)
        payment.surplus -= taken
        amount -= taken


def _issue_receipt(payment: Payment, settled: list[Charge]) -> Document:
    return issue_document(
        kind=Document.Kind.FEE_RECEIPT,
        template="fee_receipt",
        title="Biên lai thu phí, lệ phí",
        content=receipt_content(payment, settled, get_receiver()),
        register="fee_receipt",
        notation_pattern="{seq}/BL",
        case_id=payment.case_id,
        case_code=payment.case_code,
    )


def _owes(charges: Iterable[Charge]) -> bool:
    return any(charge.state == Charge.State.DUE for charge in charges)


def _tell(charges: list[Charge]) -> None:
    """Enqueue what waits for the fees that are paid or waived, once none is owed any more."""
    if _owes(charges):
        return
    settled = (Charge.State.PAID, Charge.State.WAIVED)
    for name in sorted({one.when_paid for one in charges if one.state in settled} - {""}):
        import_string(name).enqueue(str(charges[0].case_id))


def _payer(payments: Iterable[Payment]) -> dict[str, str]:
    return next((one.payer for one in payments if one.payer), {})
