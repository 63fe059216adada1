"""Importing a statement: kept for the preview, then each line is booked by itself, once.

Each line is a transaction of its own: a line that fails leaves the others, and two people who
import the same file wait for each other at the line's fingerprint.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from services.payments.booking import asked_payment, book, new_payment, unbook
from services.payments.charges import lock_charges
from services.payments.errors import LineSettled
from services.payments.models import BankLine, Payment, StatementImport
from services.payments.receiver import collector, get_receiver
from services.payments.statements.columns import (
    Columns,
    Line,
    Unread,
    columns_from,
    lines_of,
    recognise,
)
from services.payments.statements.matching import Match, Verdict, match_all
from services.payments.statements.reading import read_table
from tenants.history.events import Actor, record_event
from tenants.organisation.models import Official

State = BankLine.State
# A preview that nobody confirms holds people's names; it goes with the next upload after a day.
KEPT = datetime.timedelta(days=1)
_STATES = {
    Verdict.MATCHED: State.UNKNOWN,
    Verdict.EVIDENCE: State.UNKNOWN,
    Verdict.CHOOSE: State.CHOOSE,
    Verdict.DIFFERS: State.DIFFERS,
    Verdict.UNKNOWN: State.UNKNOWN,
}


@dataclass(frozen=True)
class Preview:
    """What would become of a statement."""

    columns: Columns
    matches: list[Match]
    unread: list[Unread]

    def count(self, verdict: Verdict) -> int:
        """How many lines have this verdict."""
        return sum(match.verdict == verdict for match in self.matches)


@transaction.atomic
def upload_statement(*, file_name: str, data: bytes, official: Official) -> StatementImport:
    """Keep a bank's file for its preview. Raises StatementRefused or MayNotCollect."""
    collector(official)
    table = read_table(data)
    StatementImport.objects.filter(
        confirmed_at=None, lines=None, uploaded_at__lt=timezone.now() - KEPT
    ).delete()
    return StatementImport.objects.create(
        file_name=file_name[:120],
        content={"table": table, "columns": recognise(table).to_json()},
        official_id=official.pk,
        official_name=official.name,
    )


@transaction.atomic
def set_columns(*, statement: StatementImport, columns: Columns, official: Official) -> None:
    """Say which column is what. Raises LineSettled for a statement that is in the books."""
    collector(official)
    statement = _lock(statement)
    statement.content = {**statement.content, "columns": columns.to_json()}
    statement.save(update_fields=["content"])


def table_of(statement: StatementImport) -> list[list[str]]:
    """The rows of a statement that is not confirmed; none of one that is."""
    return list((statement.content or {}).get("table", []))


def preview(statement: StatementImport) -> Preview:
    """What confirming would do now; it changes nothing."""
    if statement.content is None:
        return Preview(Columns(), [], [])
    columns = columns_from(statement.content["columns"])
    if not columns.are_enough:
        return Preview(columns, [], [])
    account = get_receiver().account_number
    lines, unread = lines_of(table_of(statement), columns, account)
    return Preview(columns, match_all(lines), unread)


def confirm_statement(*, statement: StatementImport, official: Official) -> StatementImport:
    """Book what is certain and keep the other lines for a person; a second time adds nothing.

    Raises LineSettled for a statement that is in the books already, and MayNotCollect.
    """
    by = collector(official)
    found = preview(statement)
    for match in found.matches:
        if match.verdict != Verdict.ALREADY:
            _keep(statement, match, by, official)
    with transaction.atomic():
        statement = _lock(statement)
        statement.confirmed_at, statement.content = timezone.now(), None
        statement.save(update_fields=["confirmed_at", "content"])
        record_event(
            verb="import_statement",
            subject_id=statement.pk,
            actor=by,
            details={"lines": len(found.matches), "file": statement.file_name},
        )
    return statement


@transaction.atomic
def book_line(*, line: BankLine, case_id: UUID, case_code: str, official: Official) -> BankLine:
    """Book a line for the case that a person chose, whatever is owed: the rest is surplus.

    Raises LineSettled or MayNotCollect.
    """
    by = collector(official)
    lock_charges(case_id)
    line = BankLine.objects.select_for_update().get(pk=line.pk)
    if line.payment_id is not None:
        raise LineSettled
    payment = asked_payment(case_id) or new_payment(
        case_id, case_code, line.amount, Payment.Method.TRANSFER
    )
    _book(line, payment, by, official)
    return line


@transaction.atomic
def undo_line(*, line: BankLine, official: Official) -> BankLine:
    """Take a booked line back, while the day is open. Raises DayClosed or LineSettled.

    What was only evidence of a transfer that somebody confirmed leaves that as it is.
    """
    by = collector(official)
    known = BankLine.objects.get(pk=line.pk)
    if known.payment is None:
        raise LineSettled
    lock_charges(known.payment.case_id)
    line = BankLine.objects.select_for_update().get(pk=line.pk)
    if line.payment is None:
        raise LineSettled
    payment, booked = line.payment, line.state == State.BOOKED
    line.state, line.payment = State.UNDONE, None
    line.save(update_fields=["state", "payment"])
    if booked:
        unbook(payment, by=by)
    return line


def candidates_of(line: BankLine) -> list[Payment]:
    """The payments that a line may be, as the books stand now."""
    text = line.text or {}
    one = Line(
        row=line.number,
        day=line.day,
        amount=line.amount,
        text=str(text.get("text", "")),
        number=line.outside_number,
        payer=str(text.get("payer", "")),
    )
    return list(match_all([one])[0].payments)


def _keep(statement: StatementImport, match: Match, by: Actor, official: Official) -> None:
    """One line, in a transaction of its own; a line that is there already stays as it is."""
    line = match.line
    try:
        with transaction.atomic():
            kept = BankLine.objects.create(
                statement=statement,
                number=line.row,
                fingerprint=line.fingerprint,
                day=line.day,
                amount=line.amount,
                text={"text": line.text, "payer": line.payer},
                outside_number=line.number,
                state=_STATES[match.verdict],
            )
            if match.verdict in (Verdict.MATCHED, Verdict.EVIDENCE):
                _book_match(kept, match, by, official)
    except IntegrityError:
        if not BankLine.objects.filter(fingerprint=line.fingerprint).exists():
            raise


def _book_match(line: BankLine, match: Match, by: Actor, official: Official) -> None:
    """Book what the preview matched, if that is still so under the locks."""
    (payment,) = match.payments
    lock_charges(payment.case_id)
    payment = Payment.objects.select_for_update().get(pk=payment.pk)
    taken = BankLine.objects.filter(payment=payment).exists()
    if match.verdict == Verdict.EVIDENCE and payment.is_paid and not taken:
        line.state, line.payment = State.EVIDENCE, payment
        line.save(update_fields=["state", "payment"])
        return
    if payment.state == Payment.State.WAITING and payment.amount == line.amount:
        _book(line, payment, by, official)
        return
    # Paid in the meantime by another way: somebody has to look at it.
    line.state = State.CHOOSE
    line.save(update_fields=["state"])


def _book(line: BankLine, payment: Payment, by: Actor, official: Official) -> None:
    payment.outside_number = line.outside_number
    payment.official_id, payment.official_name = official.pk, official.name
    payment = book(payment, amount=line.amount, by=by)
    line.state, line.payment = State.BOOKED, payment
    line.save(update_fields=["state", "payment"])


def _lock(statement: StatementImport) -> StatementImport:
    statement = StatementImport.objects.select_for_update().get(pk=statement.pk)
    if statement.confirmed_at is not None:
        raise LineSettled
    return statement
