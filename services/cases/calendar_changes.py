"""A commune's administrator changes its working calendar; running cases follow by a job.

Days of the country are the operators' (``declare_day`` on the command line). A commune's own day
comes before the country's.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from services.cases.calendar_moves import move_due_times
from tenants.calendar.days import forget_calendar, working_calendar
from tenants.calendar.models import OfficeHours, SpecialDay
from tenants.calendar.working_time import MINUTES_A_DAY, WorkingCalendar
from tenants.communes.current import current_commune
from tenants.history.events import Actor, record_event
from tenants.organisation.models import Official

# A storm is declared afterwards too; what lies further back is past mending by a calendar.
BACK = datetime.timedelta(days=30)
AHEAD = datetime.timedelta(days=730)
_KEYS = uuid.UUID("8a2b6c1e-2f5d-5f0a-9d55-3b7f0f9a6c11")


class CalendarError(Exception):
    """A day or hours cannot be declared so; the text says why and what to do."""


@dataclass(frozen=True)
class Day:
    """A day that is to differ from the ordinary week."""

    date: datetime.date
    kind: str


@dataclass(frozen=True)
class Hours:
    """Office hours that hold from a day on."""

    valid_from: datetime.date
    morning_from: datetime.time
    morning_to: datetime.time
    afternoon_from: datetime.time
    afternoon_to: datetime.time

    @property
    def minutes(self) -> int:
        """Working minutes of a day."""
        return _minutes(self.morning_from, self.morning_to) + _minutes(
            self.afternoon_from, self.afternoon_to
        )


def calendar_with(days: Iterable[Day]) -> WorkingCalendar:
    """The commune's calendar as it would be with these days. Raises ``CalendarError``."""
    calendar = working_calendar(current_commune().code)
    days = list(days)
    for day in days:
        _check(day, calendar)
    if len({day.date for day in days}) < len(days):
        raise CalendarError(_("Ngày nghỉ và ngày làm bù phải là hai ngày khác nhau."))
    off = {day.date for day in days if day.kind == SpecialDay.Kind.OFF}
    worked = {day.date for day in days if day.kind == SpecialDay.Kind.WORKED}
    return replace(
        calendar,
        off=calendar.off - worked | off,
        worked=calendar.worked - off | worked,
    )


@transaction.atomic
def declare_days(*, days: Iterable[Day], name: str, official: Official) -> None:
    """Declare days off, worked or swapped, with their reason; open cases follow by a job.

    Raises ``CalendarError`` for a day that is like that already, is declared, or is too far away.
    """
    days = list(days)
    calendar_with(days)
    code = current_commune().code
    rows = [SpecialDay(date=day.date, kind=day.kind, name=name, commune_code=code) for day in days]
    try:
        with transaction.atomic():
            SpecialDay.objects.bulk_create(rows)
    except IntegrityError:
        raise CalendarError(
            _("Ngày này đơn vị đã khai. Bỏ ngày đã khai trước, rồi khai lại.")
        ) from None
    first = min(day.date for day in days)
    move_due_times.enqueue(first.isoformat(), f"{name} ({first:%d/%m/%Y})")
    _forget(code)
    for day in days:
        _record(f"calendar.{day.kind}", day.date, official, reason=name)


@transaction.atomic
def remove_day(*, date: datetime.date, official: Official) -> bool:
    """Take back a day of the commune's own; what was promised because of it stays promised.

    Returns whether there was one.
    """
    code = current_commune().code
    day = SpecialDay.objects.select_for_update().filter(commune_code=code, date=date).first()
    if day is None:
        return False
    name = day.name
    day.delete()
    # A worked day that is taken back leaves less time: cases that counted on it move.
    move_due_times.enqueue(date.isoformat(), f"{name} ({date:%d/%m/%Y})")
    _forget(code)
    _record("calendar.removed", date, official, reason=name)
    return True


@transaction.atomic
def set_hours(*, hours: Hours, official: Official) -> None:
    """Change the office's hours from a day on, eight a day; open cases follow by a job.

    Raises ``CalendarError`` for hours out of order, of more or less than eight hours, or from a
    day that has begun.
    """
    if not (hours.morning_from < hours.morning_to <= hours.afternoon_from < hours.afternoon_to):
        raise CalendarError(_("Giờ phải theo thứ tự: sáng từ, sáng đến, chiều từ, chiều đến."))
    if hours.minutes != MINUTES_A_DAY:
        raise CalendarError(
            _("Một ngày làm việc là 8 giờ; giờ vừa nhập cộng lại %(hours)s.")
            % {"hours": f"{hours.minutes // 60}:{hours.minutes % 60:02d}"}
        )
    today = timezone.localdate()
    if not today < hours.valid_from <= today + AHEAD:
        raise CalendarError(_("Giờ mới áp dụng từ ngày mai trở đi, không quá hai năm."))
    code = current_commune().code
    OfficeHours.objects.update_or_create(
        commune_code=code,
        valid_from=hours.valid_from,
        defaults={
            "morning_from": hours.morning_from,
            "morning_to": hours.morning_to,
            "afternoon_from": hours.afternoon_from,
            "afternoon_to": hours.afternoon_to,
            "declared_at": timezone.now(),
        },
    )
    move_due_times.enqueue(hours.valid_from.isoformat(), _("giờ làm việc thay đổi"))
    _forget(code)
    _record(
        "calendar.hours",
        hours.valid_from,
        official,
        morning=f"{hours.morning_from:%H:%M}–{hours.morning_to:%H:%M}",
        afternoon=f"{hours.afternoon_from:%H:%M}–{hours.afternoon_to:%H:%M}",
    )


@transaction.atomic
def remove_hours(*, valid_from: datetime.date, official: Official) -> bool:
    """Take back hours that have not begun; returns whether there were such."""
    code = current_commune().code
    planned = OfficeHours.objects.filter(
        commune_code=code, valid_from=valid_from, valid_from__gt=timezone.localdate()
    )
    deleted, _rows = planned.delete()
    if not deleted:
        return False
    _forget(code)
    _record("calendar.hours_removed", valid_from, official)
    return True


def own_days(year: int) -> list[SpecialDay]:
    """The country's and the commune's special days of a year, in order."""
    codes = {"", current_commune().code}
    days = SpecialDay.objects.filter(commune_code__in=codes, date__year=year)
    return list(days.order_by("date", "commune_code"))


def own_hours() -> list[OfficeHours]:
    """The hours that the commune declared, the latest first."""
    hours = OfficeHours.objects.filter(commune_code=current_commune().code)
    return list(hours.order_by("-valid_from"))


def _check(day: Day, calendar: WorkingCalendar) -> None:
    today = timezone.localdate()
    if not today - BACK <= day.date <= today + AHEAD:
        raise CalendarError(
            _("Chỉ khai được ngày từ 30 ngày trước đến hai năm sau; kiểm tra lại năm.")
        )
    works = calendar.is_working_day(day.date)
    words = {"day": f"{day.date:%d/%m/%Y}"}
    if day.kind == SpecialDay.Kind.OFF and not works:
        raise CalendarError(_("Ngày %(day)s vốn đã là ngày nghỉ.") % words)
    if day.kind == SpecialDay.Kind.WORKED and works:
        raise CalendarError(_("Ngày %(day)s vốn đã là ngày làm việc.") % words)


def _forget(code: str) -> None:
    # Once now for this transaction, once when others can see it.
    forget_calendar(code)
    transaction.on_commit(lambda: forget_calendar(code))


def _record(verb: str, day: datetime.date, official: Official, **details: str) -> None:
    key = uuid.uuid5(_KEYS, f"{current_commune().code}:{day}")
    record_event(
        verb=verb,
        subject_id=key,
        actor=Actor.official(official),
        details={"day_on": day.isoformat(), **details},
    )


def _minutes(begin: datetime.time, end: datetime.time) -> int:
    return (end.hour - begin.hour) * 60 + end.minute - begin.minute
