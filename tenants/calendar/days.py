"""The working calendar of a commune, from the table of special days."""

from __future__ import annotations

import csv
import datetime
from pathlib import Path

from django.db import transaction

from tenants.calendar.models import OfficeHours, SpecialDay
from tenants.calendar.working_time import Sessions, WorkingCalendar
from tenants.kit.expiring_cache import ExpiringCache

_DATA = Path(__file__).parent / "data" / "days.csv"
_calendars: ExpiringCache[str, WorkingCalendar] = ExpiringCache(seconds=60, size=12_000)


def working_calendar(commune_code: str = "") -> WorkingCalendar:
    """Return a commune's calendar, at most a minute old; "" for the country's."""
    return _calendars.get(commune_code, lambda: _load(commune_code))


def forget_calendar(commune_code: str) -> None:
    """Read a commune's calendar anew when it is next asked for, in this process.

    Other processes do so within a minute; ""'s days are in everybody's calendar.
    """
    if commune_code:
        _calendars.forget(commune_code)
    else:
        _calendars.clear()


def changed_since(moment: datetime.datetime, commune_code: str) -> datetime.date | None:
    """Return the earliest day that was declared for a commune since a moment, if any.

    One statement; days and hours alike, the country's and the commune's own.
    """
    codes = {"", commune_code}
    days = SpecialDay.objects.filter(commune_code__in=codes, declared_at__gte=moment)
    hours = OfficeHours.objects.filter(commune_code__in=codes, declared_at__gte=moment)
    rows = days.order_by().values_list("date").union(hours.order_by().values_list("valid_from"))
    return min((day for (day,) in rows), default=None)


@transaction.atomic
def load_calendar() -> int:
    """Bring the country's special days up to the data file; return how many were new.

    A day that is there already is left alone: an operator may have corrected it.
    """
    with _DATA.open(encoding="utf-8", newline="") as file:
        days = [
            SpecialDay(
                date=datetime.date.fromisoformat(row["date"]), kind=row["kind"], name=row["name"]
            )
            for row in csv.DictReader(file)
        ]
    before = SpecialDay.objects.count()
    SpecialDay.objects.bulk_create(days, ignore_conflicts=True)
    _calendars.clear()
    return SpecialDay.objects.count() - before


def _load(commune_code: str) -> WorkingCalendar:
    days: dict[datetime.date, str] = {}
    rows = SpecialDay.objects.filter(commune_code__in={"", commune_code}).order_by("commune_code")
    for date, kind in rows.values_list("date", "kind"):
        days[date] = kind  # the commune's own day comes last and stays
    return WorkingCalendar(
        off=frozenset(day for day, kind in days.items() if kind == SpecialDay.Kind.OFF),
        worked=frozenset(day for day, kind in days.items() if kind == SpecialDay.Kind.WORKED),
        hours=_hours(commune_code),
    )


def _hours(commune_code: str) -> tuple[tuple[datetime.date, Sessions], ...]:
    rows = OfficeHours.objects.filter(commune_code__in={"", commune_code}).order_by("valid_from")
    own = [row for row in rows if row.commune_code]
    # From its own first day on a commune goes by its own hours alone.
    country = [
        row
        for row in rows
        if not row.commune_code and not (own and row.valid_from >= own[0].valid_from)
    ]
    return tuple(
        (
            row.valid_from,
            ((row.morning_from, row.morning_to), (row.afternoon_from, row.afternoon_to)),
        )
        for row in [*country, *own]
    )
