"""The days of the cash desk: to which day money counts, and the closing of a day.

Whoever books money holds the day's row shared until the commit, whoever closes the day holds it
alone: no payment slips into a day after its report was made.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import uuid6
from django.db import connection, transaction
from django.utils import timezone

from documents.registers.issuing import issue_document
from documents.registers.models import Document
from services.payments.contents import METHODS, day_closing_content
from services.payments.errors import DayClosed, DayNotOver, GroundMissing
from services.payments.models import CollectionDay, Payment, Refund
from services.payments.receiver import collector
from tenants.history.events import record_event
from tenants.organisation.models import Official

Method = Payment.Method


@dataclass
class Sums:
    """Money that came and went by one way, in đồng."""

    received: int = 0
    count: int = 0
    refunded: int = 0

    @property
    def net(self) -> int:
        """What is left."""
        return self.received - self.refunded


@dataclass
class DayTotals:
    """What a day of the cash desk comes to."""

    payments: list[Payment]
    refunds: list[Refund]
    by_method: dict[str, Sums] = field(default_factory=lambda: defaultdict(Sums))
    by_official: dict[str, Sums] = field(default_factory=lambda: defaultdict(Sums))

    @property
    def net(self) -> int:
        """All that came less all that went back."""
        return sum(sums.net for sums in self.by_method.values())

    def cash_by_official(self) -> dict[str, int]:
        """What each official must have in the drawer."""
        cash: dict[str, int] = defaultdict(int)
        for payment in self.payments:
            if payment.method == Method.CASH:
                cash[payment.official_name] += payment.amount
        for refund in self.refunds:
            if refund.method == Method.CASH:
                cash[refund.official_name] -= refund.amount
        return dict(cash)

    @property
    def expected_cash(self) -> int:
        """What must lie in the drawer, but for money that was there before."""
        return self.by_method[Method.CASH].net


def booking_day() -> datetime.date:
    """The day to which money counts that is booked now, held until the transaction ends.

    It is today; once today is closed, the next day that is not.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("A booking day is held in a transaction.")
    day = timezone.localdate()
    while _is_closed(day):
        day += datetime.timedelta(days=1)
    return day


def is_closed(day: datetime.date) -> bool:
    """Whether the day was closed."""
    return CollectionDay.objects.filter(day=day, closed_at__isnull=False).exists()


def check_day_open(day: datetime.date) -> None:
    """Hold the day in the transaction. Raises ``DayClosed``: what it says stays as it is."""
    if _is_closed(day):
        raise DayClosed(f"{day:%d/%m/%Y}")


def totals_of(day: datetime.date) -> DayTotals:
    """Everything that counts to a day, by way and by who took it."""
    payments = list(Payment.objects.filter(booked_on=day).order_by("paid_at", "pk"))
    refunds = list(
        Refund.objects.filter(booked_on=day).select_related("payment").order_by("done_at", "pk")
    )
    totals = DayTotals(payments, refunds)
    for payment in payments:
        for sums in (
            totals.by_method[payment.method],
            totals.by_official[payment.official_name or payment.gateway],
        ):
            sums.received += payment.amount
            sums.count += 1
    for refund in refunds:
        totals.by_method[refund.method].refunded += refund.amount
        totals.by_official[refund.official_name].refunded += refund.amount
    return totals


def unclosed_days(*, before: datetime.date) -> list[datetime.date]:
    """Days with money that nobody has closed, oldest first."""
    rows = CollectionDay.objects.filter(closed_at=None, day__lt=before)
    return list(rows.values_list("day", flat=True))


@transaction.atomic
def close_day(
    *, day: datetime.date, counted: int, reason: str, official: Official
) -> CollectionDay:
    """Close a day with the cash that was counted; its report gets a number and stays as it is.

    Raises ``DayNotOver`` for a day to come or without money, ``DayClosed`` when it is closed
    already, ``GroundMissing`` when the cash differs from the books and nobody says why, and
    ``MayNotCollect``.
    """
    by = collector(official)
    today = timezone.localdate()
    if day == today:
        CollectionDay.objects.bulk_create([CollectionDay(day=day)], ignore_conflicts=True)
    row = CollectionDay.objects.select_for_update().filter(day=day, day__lte=today).first()
    if row is None:
        raise DayNotOver
    if row.closed_at is not None:
        raise DayClosed(f"{day:%d/%m/%Y}")
    totals = totals_of(day)
    if counted != totals.expected_cash and not reason.strip():
        raise GroundMissing
    row.closed_at, row.official_id, row.official_name = timezone.now(), official.pk, official.name
    row.expected_cash, row.counted_cash = totals.expected_cash, counted
    row.reason = reason.strip()[:150] if counted != totals.expected_cash else ""
    report = issue_document(
        kind=Document.Kind.DAY_CLOSING,
        template="day_closing",
        title=f"Báo cáo thu phí, lệ phí ngày {day:%d/%m/%Y}",
        content=day_closing_content(
            day=day,
            payments=totals.payments,
            refunds=totals.refunds,
            by_method={METHODS[key]: sums.net for key, sums in totals.by_method.items()},
            counts={METHODS[key]: sums.count for key, sums in totals.by_method.items()},
            cash_by_official=totals.cash_by_official(),
            expected=totals.expected_cash,
            counted=counted,
            reason=row.reason,
            official=official,
            numbers=receipt_numbers(totals.payments),
        ),
        register="day_closing",
        notation_pattern="{seq}/BC-TP",
        signer=official,
    )
    row.report_id = report.pk
    row.save()
    record_event(
        verb="close_day",
        subject_id=row.pk,
        actor=by,
        details={"day": day.isoformat(), "expected": totals.expected_cash, "counted": counted},
    )
    return row


def receipt_numbers(payments: Iterable[Payment]) -> dict[object, str]:
    """The receipts' numbers as printed, by the receipts' keys."""
    keys = [payment.receipt_id for payment in payments if payment.receipt_id]
    return dict(Document.objects.filter(pk__in=keys).values_list("pk", "notation"))


def _is_closed(day: datetime.date) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO payments_collectionday"
            " (id, day, official_name, expected_cash, counted_cash, reason)"
            " VALUES (%s, %s, '', 0, 0, '') ON CONFLICT (day) DO NOTHING",
            [uuid6.uuid7(), day],
        )
        cursor.execute(
            "SELECT closed_at FROM payments_collectionday WHERE day = %s FOR SHARE", [day]
        )
        return cursor.fetchone()[0] is not None
