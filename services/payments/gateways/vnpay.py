"""VNPAY 2.1.0: a signed address to pay at, and the call (IPN) by which VNPAY tells the outcome.

Parameters are sorted by name, encoded as in forms, and signed with HMAC-SHA512 over that text.
Amounts are đồng times 100. The meaning of VNPAY's answers and of ours: docs/payments.md.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote_plus, urlsplit

from django.conf import settings
from django.utils import timezone

from services.payments.gateways.base import Notice, Outcome, Unreadable, WrongSignature
from services.payments.models import Payment, Receiver

VERSION = "2.1.0"
_SIGNATURE = "vnp_SecureHash"
_NOT_SIGNED = frozenset({_SIGNATURE, "vnp_SecureHashType"})
_SUCCESS = "00"
_TIME = "%Y%m%d%H%M%S"
LASTS = datetime.timedelta(minutes=15)
_ANSWERS = {
    Outcome.DONE: ("00", "Confirm Success"),
    Outcome.UNKNOWN: ("01", "Order not found"),
    Outcome.REPLAYED: ("02", "Order already confirmed"),
    Outcome.DIFFERS: ("04", "Invalid amount"),
    Outcome.WRONG_SIGNATURE: ("97", "Invalid signature"),
    Outcome.UNREADABLE: ("99", "Unknown error"),
}


class Vnpay:
    """The gateway VNPAY, sandbox or production as the deployment's VNPAY_PAY_URL says."""

    name = "vnpay"
    label = "VNPAY"

    @property
    def origin(self) -> str:
        """Scheme and host of VNPAY's pages."""
        parts = urlsplit(settings.VNPAY_PAY_URL)
        return f"{parts.scheme}://{parts.netloc}"

    def is_open(self, receiver: Receiver) -> bool:
        """Whether the commune has a terminal and its secret."""
        return bool(receiver.vnpay_terminal and _secret(receiver))

    def pay_url(
        self,
        receiver: Receiver,
        payment: Payment,
        *,
        back_to: str,
        address: str,
        at: datetime.datetime,
    ) -> str:
        """The address at VNPAY for this payment; it can be used for fifteen minutes."""
        local = timezone.localtime(at)
        params = {
            "vnp_Version": VERSION,
            "vnp_Command": "pay",
            "vnp_TmnCode": receiver.vnpay_terminal,
            "vnp_Amount": str(payment.amount * 100),
            "vnp_CurrCode": "VND",
            "vnp_TxnRef": payment.reference,
            # Neither names nor numbers of people go out: the reference says which case.
            "vnp_OrderInfo": f"Nop phi ho so {payment.reference}",
            "vnp_OrderType": "other",
            "vnp_Locale": "vn",
            "vnp_ReturnUrl": back_to,
            "vnp_IpAddr": address,
            "vnp_CreateDate": local.strftime(_TIME),
            "vnp_ExpireDate": (local + LASTS).strftime(_TIME),
        }
        text = signed_text(params)
        return f"{settings.VNPAY_PAY_URL}?{text}&{_SIGNATURE}={sign(text, _secret(receiver))}"

    def read(self, receiver: Receiver, query: Mapping[str, str]) -> Notice:
        """What VNPAY says of a payment. Raises WrongSignature or Unreadable."""
        params = {
            name: value
            for name, value in query.items()
            if name.startswith("vnp_") and name not in _NOT_SIGNED
        }
        given, secret = query.get(_SIGNATURE, ""), _secret(receiver)
        expected = sign(signed_text(params), secret) if secret else ""
        same = hmac.compare_digest(expected.encode(), given.lower().encode())
        if not secret or not same or params.get("vnp_TmnCode") != receiver.vnpay_terminal:
            raise WrongSignature
        amount = params.get("vnp_Amount", "")
        if not (amount.isascii() and amount.isdecimal() and len(amount) <= 15):
            raise Unreadable
        dong, rest = divmod(int(amount), 100)
        # Both say 00 for money that came; either of them anything else means that none did.
        codes = {params.get("vnp_ResponseCode"), params.get("vnp_TransactionStatus", _SUCCESS)}
        return Notice(
            reference=params.get("vnp_TxnRef", ""),
            amount=dong if not rest else -1,
            succeeded=codes == {_SUCCESS},
            number=params.get("vnp_TransactionNo", "")[:40],
        )

    def answer(self, outcome: Outcome) -> dict[str, str]:
        """VNPAY asks again, for a while, after any answer but 00 and 02."""
        code, message = _ANSWERS[outcome]
        return {"RspCode": code, "Message": message}


VNPAY = Vnpay()


def signed_text(params: Mapping[str, str]) -> str:
    """The parameters as VNPAY signs them: sorted, encoded as in forms, empty ones left out."""
    return "&".join(
        f"{quote_plus(name)}={quote_plus(value)}" for name, value in sorted(params.items()) if value
    )


def sign(text: str, secret: str) -> str:
    """HMAC-SHA512 in small hexadecimal digits."""
    return hmac.new(secret.encode(), text.encode(), hashlib.sha512).hexdigest()


def _secret(receiver: Receiver) -> str:
    return str((receiver.secrets or {}).get("vnpay", ""))
