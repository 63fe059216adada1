"""What a gateway must be able to do, so that others can stand beside the first.

A gateway sends the payer away and tells us later, by a call of its own, what came of it. Only that
call (the IPN) fulfils; the page to which the payer comes back shows and changes nothing.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from services.payments.models import Payment, Receiver


class WrongSignature(Exception):
    """What came in was not signed with our secret."""


class Unreadable(Exception):
    """It was signed with our secret, and still says nothing that we understand."""


class Outcome(StrEnum):
    """What became of a gateway's notice."""

    DONE = "done"
    UNKNOWN = "unknown"
    REPLAYED = "replayed"
    DIFFERS = "differs"
    WRONG_SIGNATURE = "wrong_signature"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Notice:
    """What a gateway says of a payment; the amount in đồng, the number is the gateway's own."""

    reference: str
    amount: int
    succeeded: bool
    number: str


class Gateway(Protocol):
    """One gateway: builds the address to pay at, reads its notices, answers them."""

    name: str
    label: str

    @property
    def origin(self) -> str:
        """Scheme and host to which the payer is sent, for the page's content policy."""

    def is_open(self, receiver: Receiver) -> bool:
        """Whether the commune has a contract and its secret."""

    def pay_url(
        self,
        receiver: Receiver,
        payment: Payment,
        *,
        back_to: str,
        address: str,
        at: datetime.datetime,
    ) -> str:
        """Where the payer goes: signed, ``back_to`` is our page that shows what came of it."""

    def read(self, receiver: Receiver, query: Mapping[str, str]) -> Notice:
        """A notice, or what the payer brings back. Raises WrongSignature or Unreadable."""

    def answer(self, outcome: Outcome) -> dict[str, str]:
        """What the gateway wants to hear after a notice (JSON)."""
