"""Which payment a line of a statement is, held against what cases owe.

Only a reference or a whole case code that names one payment, with the very amount that it asks
for, is booked without a person. Everything else waits for somebody to look at it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.payments.models import BankLine, Payment
from services.payments.references import references_in
from services.payments.statements.columns import Line
from tenants.kit.text import fold

State, Method = Payment.State, Payment.Method
MOST_CANDIDATES = 5


class Verdict(StrEnum):
    """What is to become of a line."""

    MATCHED = "matched"
    EVIDENCE = "evidence"  # of a transfer that an official confirmed before
    CHOOSE = "choose"
    DIFFERS = "differs"
    UNKNOWN = "unknown"
    ALREADY = "already"


@dataclass(frozen=True)
class Match:
    """A line with the payments that it may be; exactly one for the first two verdicts."""

    line: Line
    verdict: Verdict
    payments: tuple[Payment, ...] = ()


class Books:
    """What is owed and what came, as the lines of one statement need it: read once for all."""

    def __init__(self, lines: Iterable[Line]) -> None:
        lines = list(lines)
        self._references = {line.row: references_in(line.text) for line in lines}
        wanted = {one for found in self._references.values() for one in found}
        self._named = {
            one.reference: one
            for one in Payment.objects.filter(reference__in=wanted, method=Method.TRANSFER)
        }
        self._open = list(Payment.objects.filter(method=Method.TRANSFER, state=State.WAITING))
        self._by_tail: dict[str, list[Payment]] = {}
        self._by_amount: dict[int, list[Payment]] = {}
        for one in self._open:
            self._by_tail.setdefault(_tail(one.case_code), []).append(one)
            self._by_amount.setdefault(one.amount, []).append(one)
        self._seen = set(
            BankLine.objects.filter(
                fingerprint__in=[line.fingerprint for line in lines]
            ).values_list("fingerprint", flat=True)
        )
        self._with_evidence = set(
            BankLine.objects.filter(
                payment__in=[one.pk for one in self._named.values()]
            ).values_list("payment_id", flat=True)
        )

    def match(self, line: Line) -> Match:
        """What this line is."""
        if line.fingerprint in self._seen:
            return Match(line, Verdict.ALREADY)
        named = self._by_reference(line)
        exact = named or self._by_whole_code(line)
        if len({one.case_id for one in exact}) > 1:
            return Match(line, Verdict.CHOOSE, tuple(exact[:MOST_CANDIDATES]))
        if exact:
            return self._of_one(line, exact[0])
        guessed = self._guessed(line)
        verdict = Verdict.CHOOSE if guessed else Verdict.UNKNOWN
        return Match(line, verdict, tuple(guessed[:MOST_CANDIDATES]))

    def _of_one(self, line: Line, payment: Payment) -> Match:
        if payment.is_paid and payment.pk not in self._with_evidence:
            same = payment.amount == line.amount and (
                not line.number
                or not payment.outside_number
                or payment.outside_number == line.number
            )
            return Match(line, Verdict.EVIDENCE if same else Verdict.CHOOSE, (payment,))
        if payment.state != State.WAITING:
            # Paid already, or not owed any more: the money is too much, and a person says so.
            return Match(line, Verdict.CHOOSE, (payment,))
        verdict = Verdict.MATCHED if payment.amount == line.amount else Verdict.DIFFERS
        return Match(line, verdict, (payment,))

    def _by_reference(self, line: Line) -> list[Payment]:
        found = (self._named.get(one) for one in self._references[line.row])
        return [one for one in found if one is not None]

    def _by_whole_code(self, line: Line) -> list[Payment]:
        words = _signs(line.text)
        return [one for one in self._by_tails(line) if _signs(one.case_code) in words]

    def _guessed(self, line: Line) -> list[Payment]:
        """The end of a case's code, or the payer's name with the amount: never booked unseen."""
        by_tail = self._by_tails(line)
        if by_tail:
            return by_tail
        words = f" {fold(f'{line.text} {line.payer}')} "
        return [
            one
            for one in self._by_amount.get(line.amount, ())
            if one.payer_name and f" {fold(one.payer_name)} " in words
        ]

    def _by_tails(self, line: Line) -> list[Payment]:
        digits = re.sub(r"[^0-9A-Z]", "", line.text.upper())
        found: dict[object, Payment] = {}
        for start in range(len(digits) - 9):
            for one in self._by_tail.get(digits[start : start + 10], ()):
                found.setdefault(one.pk, one)
        return list(found.values())


def match_all(lines: Sequence[Line]) -> list[Match]:
    """Every line with what it is. Two lines for one payment: only the first is it."""
    books = Books(lines)
    taken: set[object] = set()
    matches = []
    for line in lines:
        match = books.match(line)
        if match.verdict in (Verdict.MATCHED, Verdict.EVIDENCE):
            if match.payments[0].pk in taken:
                match = Match(line, Verdict.CHOOSE, match.payments)
            taken.add(match.payments[0].pk)
        matches.append(match)
    return matches


def _signs(text: str) -> str:
    return re.sub(r"[^0-9A-Z]", "", text.upper())


def _tail(case_code: str) -> str:
    """Day and number of a case code, ten digits: ``H26.00004-261122-0001`` → ``2611220001``."""
    return _signs(case_code)[-10:]
