"""Due times lie in working time, follow the receiving time, and survive a pause."""

from __future__ import annotations

import datetime as dt
from typing import get_args

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.cases.deadlines import clock_start, due_after_pause, due_time
from services.catalogue.schema import TimeLimit
from tenants.calendar.working_time import VIETNAM, WorkingCalendar

# The turn of 2026, with its swapped days: Friday 2 January is off, Saturday the 10th is worked.
CALENDAR = WorkingCalendar(
    off=frozenset({dt.date(2026, 1, 1), dt.date(2026, 1, 2)}),
    worked=frozenset({dt.date(2026, 1, 10)}),
)
FIRST, LAST = dt.datetime(2025, 12, 20), dt.datetime(2026, 2, 10)
moments = st.datetimes(FIRST, LAST).map(lambda moment: moment.replace(tzinfo=VIETNAM))
KINDS = ("same_day", "working_hours", "working_days", "calendar_days")


def limit(kind: str, amount: int | None = None) -> TimeLimit:
    given = None if kind == "same_day" else amount
    return TimeLimit.model_validate({"kind": kind, "amount": given, "text": "thử"})


limits = st.builds(limit, st.sampled_from(KINDS), st.integers(1, 40))


def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(2026, 1, day, hour, minute, tzinfo=VIETNAM)


def in_working_time(moment: dt.datetime) -> bool:
    """Inside a session, or at its very end."""
    return CALENDAR.is_working_day(moment.date()) and any(
        begin <= moment.time() <= end for begin, end in CALENDAR.sessions
    )


def test_every_kind_of_limit_is_tried_here() -> None:
    assert set(get_args(TimeLimit.model_fields["kind"].annotation)) == set(KINDS)


@given(limits, moments)
def test_a_due_time_is_in_working_time_and_not_before_the_case_was_received(
    rule: TimeLimit, received: dt.datetime
) -> None:
    due = due_time(rule, received, CALENDAR)
    assert due >= received
    assert in_working_time(due)


@given(limits, moments, moments)
def test_who_comes_later_is_not_served_earlier(
    rule: TimeLimit, one: dt.datetime, other: dt.datetime
) -> None:
    first, second = sorted([one, other])
    assert due_time(rule, first, CALENDAR) <= due_time(rule, second, CALENDAR)


@given(st.sampled_from(KINDS[1:]), st.integers(1, 40), moments)
def test_a_longer_limit_is_not_due_earlier(kind: str, amount: int, received: dt.datetime) -> None:
    shorter = due_time(limit(kind, amount), received, CALENDAR)
    assert shorter < due_time(limit(kind, amount + 7), received, CALENDAR)


@given(st.integers(1, 40), moments)
def test_working_days_give_the_office_eight_hours_each(amount: int, received: dt.datetime) -> None:
    due = due_time(limit("working_days", amount), received, CALENDAR)
    start = clock_start(received, CALENDAR)
    whole = dt.timedelta(seconds=start.second, microseconds=start.microsecond)
    assert CALENDAR.working_minutes_between(start - whole, due - whole) == amount * 480


@pytest.mark.parametrize(
    ("kind", "amount", "received", "due"),
    [
        # Monday the 5th to Friday the 9th are ordinary, Saturday the 10th is worked.
        ("same_day", None, at(5, 9), at(5, 17)),
        ("same_day", None, at(5, 15), at(5, 17)),
        ("same_day", None, at(5, 15, 1), at(6, 17)),
        ("same_day", None, at(9, 16), at(10, 17)),
        ("same_day", None, at(10, 16), at(12, 17)),
        ("same_day", None, at(4, 10), at(5, 17)),
        ("working_days", 1, at(5, 7), at(5, 17)),
        ("working_days", 3, at(5, 9), at(8, 9)),
        ("working_days", 3, at(5, 15), at(8, 15)),
        ("working_days", 3, at(5, 15, 1), at(8, 17)),
        ("working_days", 5, at(8, 9), at(14, 9)),
        ("working_days", 2, at(1, 9), at(6, 17)),
        ("working_hours", 4, at(5, 10), at(5, 16)),
        ("working_hours", 4, at(5, 16), at(6, 10)),
        ("calendar_days", 5, at(5, 9), at(10, 17)),
        ("calendar_days", 6, at(5, 9), at(12, 17)),
    ],
)
def test_examples_that_a_clerk_can_check(
    kind: str, amount: int | None, received: dt.datetime, due: dt.datetime
) -> None:
    assert due_time(limit(kind, amount), received, CALENDAR) == due


@given(limits, moments, st.integers(0, 30_000), st.integers(0, 60_000))
def test_a_pause_keeps_the_working_minutes_that_were_left(
    rule: TimeLimit, received: dt.datetime, worked: int, waited: int
) -> None:
    received = received.replace(second=0, microsecond=0)
    due = due_time(rule, received, CALENDAR)
    stopped = received + dt.timedelta(minutes=worked)
    assume(stopped < due)
    resumed = stopped + dt.timedelta(minutes=waited)

    new = due_after_pause(due, stopped, resumed, CALENDAR)

    assert new >= due
    if new > due:
        left = CALENDAR.working_minutes_between(stopped, due)
        assert CALENDAR.working_minutes_between(resumed, new) == left
        assert in_working_time(new)


@given(limits, moments, moments)
def test_a_case_that_is_late_already_stays_late(
    rule: TimeLimit, received: dt.datetime, resumed: dt.datetime
) -> None:
    due = due_time(rule, received, CALENDAR)
    assert due_after_pause(due, due, max(due, resumed), CALENDAR) == due


def test_a_pause_of_a_moment_never_makes_a_case_due_earlier() -> None:
    stopped = at(5, 10).replace(second=30)
    due = at(5, 17)
    assert due_after_pause(due, stopped, stopped + dt.timedelta(seconds=1), CALENDAR) == due
