"""What a payer is told: the account, the amount, the purpose, and the QR code that has them all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils.safestring import SafeString

from services.payments.charges import charges_of, due_of, is_asked, payments_of
from services.payments.models import Charge, Payment, Receiver
from services.payments.receiver import get_receiver
from services.payments.vietqr import vietqr_svg, vietqr_text


@dataclass(frozen=True)
class TransferAsk:
    """A transfer that is asked for; ``text`` is what the QR code says."""

    amount: int
    purpose: str
    bank_name: str
    account_number: str
    account_holder: str
    text: str

    @property
    def svg(self) -> SafeString:
        """The QR code as an inline drawing."""
        return vietqr_svg(self.text)


def transfer_of(
    charges: Iterable[Charge], payments: Iterable[Payment], receiver: Receiver | None = None
) -> TransferAsk | None:
    """How what these charges still owe is paid by transfer; None where nothing is due, or the
    commune has no account.
    """
    payments = list(payments)
    due = due_of(charges, payments)
    asked = next((one for one in payments if is_asked(one)), None)
    if not due or asked is None:
        return None
    receiver = receiver or get_receiver()
    if not receiver.has_account:
        return None
    return TransferAsk(
        amount=due,
        purpose=asked.reference,
        bank_name=receiver.bank_name,
        account_number=receiver.account_number,
        account_holder=receiver.account_holder,
        text=vietqr_text(
            bank_bin=receiver.bank_bin,
            account_number=receiver.account_number,
            amount=due,
            purpose=asked.reference,
        ),
    )


def transfer_for(case_id: UUID) -> TransferAsk | None:
    """How a case is paid by transfer, for its slips: QR code, account, amount and purpose."""
    return transfer_of(charges_of(case_id), payments_of(case_id))
