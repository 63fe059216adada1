"""The working calendar of a commune, from the table of special days."""

from __future__ import annotations

import csv
import datetime
from pathlib import Path

from django.db import transaction

from tenants.calendar.models import SpecialDay
from tenants.calendar.working_time import WorkingCalendar
from tenants.kit.expiring_cache import ExpiringCache

_DATA = Path(__file__).parent / "data" / "days.csv"
_calendars: ExpiringCache[str, WorkingCalendar] = ExpiringCache(seconds=60, size=12_000)


def working_calendar(commune_code: str = "") -> WorkingCalendar:
    """Return a commune's calendar, at most a minute old; "" for the country's."""
    return _calendars.get(commune_code, lambda: _load(commune_code))


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
    )
