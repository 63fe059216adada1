"""When a result is due. Pure functions over a working calendar; times in Asia/Ho_Chi_Minh.

Sources: Law on Civil Status 60/2014 art. 5.3 and Decree 23/2015 art. 7 (same-day procedures,
received after 15:00); Decree 118/2025 (a case received after 15:00 is forwarded on the next
working morning). Eight working hours are one working day.
"""

from __future__ import annotations

import datetime

from services.catalogue.schema import Limit
from tenants.calendar.working_time import WorkingCalendar

LATE_INTAKE = datetime.time(15, 0)
MINUTES_PER_DAY = 8 * 60


def clock_start(received: datetime.datetime, calendar: WorkingCalendar) -> datetime.datetime:
    """The moment from which working days run: now, or the next working morning after 15:00."""
    if calendar.is_working_day(received.date()) and received.time() > LATE_INTAKE:
        return calendar.next_opening(calendar.closing(received.date()))
    return calendar.next_opening(received)


def due_time(
    limit: Limit, received: datetime.datetime, calendar: WorkingCalendar
) -> datetime.datetime:
    """When the result is due for a case received at that local time."""
    if limit.kind == "same_day":
        return calendar.closing(_same_day(received, calendar))
    amount = limit.amount or 0
    if limit.kind == "working_hours":
        return calendar.add_working_minutes(calendar.next_opening(received), round(amount * 60))
    if limit.kind == "working_days":
        start = clock_start(received, calendar)
        return calendar.add_working_minutes(start, round(amount * MINUTES_PER_DAY))
    day = received.date() + datetime.timedelta(days=round(amount))
    if not calendar.is_working_day(day):
        day = calendar.next_working_day(day)
    return calendar.closing(day)


def step_due_time(
    hours: float, started: datetime.datetime, calendar: WorkingCalendar
) -> datetime.datetime:
    """When a step of so many working hours should be done that began at that local time."""
    return calendar.add_working_minutes(calendar.next_opening(started), round(hours * 60))


def due_after_pause(
    due: datetime.datetime,
    stopped: datetime.datetime,
    resumed: datetime.datetime,
    calendar: WorkingCalendar,
) -> datetime.datetime:
    """The due time when the clock stood still from ``stopped`` to ``resumed``.

    What was left of the working time then is left now; a case that was already late stays due
    when it was. Never earlier than before: the applicant was promised that time.
    """
    if stopped >= due:
        return due
    left = calendar.working_minutes_between(stopped, due)
    return max(due, calendar.add_working_minutes(calendar.next_opening(resumed), left))


def _same_day(received: datetime.datetime, calendar: WorkingCalendar) -> datetime.date:
    day = received.date()
    if calendar.is_working_day(day) and received.time() <= LATE_INTAKE:
        return day
    return calendar.next_working_day(day)
