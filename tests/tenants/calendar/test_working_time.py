import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.calendar.working_time import MINUTES_A_DAY, VIETNAM, NoWorkingDay, WorkingCalendar

CALENDAR = WorkingCalendar(
    off=frozenset({dt.date(2026, 11, 24), dt.date(2026, 8, 31)}),
    worked=frozenset({dt.date(2026, 8, 22)}),
)
moments = st.datetimes(
    min_value=dt.datetime(2026, 1, 1), max_value=dt.datetime(2027, 6, 1), timezones=st.just(dt.UTC)
)
limits = st.integers(min_value=0, max_value=40 * MINUTES_A_DAY)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("day", "works"),
    [("2026-11-23", True), ("2026-11-24", False), ("2026-11-22", False), ("2026-08-22", True)],
)
def test_days_off_and_swapped_days_are_known(day: str, works: bool):
    assert CALENDAR.is_working_day(dt.date.fromisoformat(day)) is works


@pytest.mark.parametrize(
    ("moment", "minutes", "due"),
    [
        ("2026-11-23T07:00", 60, "2026-11-23T08:00"),
        ("2026-11-23T11:00", 60, "2026-11-23T14:00"),  # over noon
        ("2026-11-23T09:00", 480, "2026-11-25T09:00"),  # over the day off of 24 November
        ("2026-11-20T17:00", 480, "2026-11-23T17:00"),  # over the weekend; ends at closing
        ("2026-11-21T10:00", 30, "2026-11-23T07:30"),  # asked on a Saturday
        ("2026-08-21T16:00", 120, "2026-08-22T08:00"),  # a Saturday that is worked
        ("2026-11-23T12:00", 0, "2026-11-23T13:30"),
        ("2026-11-23T11:30", 0, "2026-11-23T13:30"),
    ],
)
def test_a_limit_ends_after_so_much_working_time(moment: str, minutes: int, due: str):
    assert CALENDAR.add_working_minutes(at(moment), minutes) == at(due)


def test_closing_and_the_next_working_day():
    assert CALENDAR.closing(dt.date(2026, 11, 23)) == at("2026-11-23T17:00")
    assert CALENDAR.next_working_day(dt.date(2026, 11, 23)) == dt.date(2026, 11, 25)
    assert CALENDAR.next_opening(at("2026-11-23T17:00")) == at("2026-11-25T07:00")


def test_results_are_in_vietnamese_time():
    due = CALENDAR.add_working_minutes(dt.datetime(2026, 11, 23, 0, 0, tzinfo=dt.UTC), 60)
    assert due.isoformat() == "2026-11-23T08:00:00+07:00"


def test_negative_time_is_refused():
    with pytest.raises(ValueError, match="negative"):
        CALENDAR.add_working_minutes(at("2026-11-23T08:00"), -1)


def test_a_calendar_without_work_is_an_error_and_not_a_hang():
    start = dt.date(2026, 1, 1)
    never = WorkingCalendar(off=frozenset(start + dt.timedelta(days=n) for n in range(400)))
    with pytest.raises(NoWorkingDay):
        never.add_working_minutes(at("2026-01-05T08:00"), 10)


@given(moments, limits)
def test_what_was_added_is_what_lies_between(moment: dt.datetime, minutes: int):
    due = CALENDAR.add_working_minutes(moment, minutes)
    assert due >= moment
    assert CALENDAR.working_minutes_between(moment, due) == minutes
    assert CALENDAR.is_working_day(due.date())


@given(moments, limits, limits)
def test_two_limits_in_turn_end_with_their_sum(moment: dt.datetime, first: int, second: int):
    between = CALENDAR.add_working_minutes(moment, first)
    in_turn = CALENDAR.add_working_minutes(between, second)
    at_once = CALENDAR.add_working_minutes(moment, first + second)
    # No time lies between closing and the next opening; both are the same end.
    assert CALENDAR.next_opening(in_turn) == CALENDAR.next_opening(at_once)


@given(moments, moments)
def test_backwards_there_is_no_time(one: dt.datetime, other: dt.datetime):
    earlier, later = sorted((one, other))
    assert CALENDAR.working_minutes_between(later, earlier) == 0
    assert CALENDAR.working_minutes_between(earlier, later) >= 0
