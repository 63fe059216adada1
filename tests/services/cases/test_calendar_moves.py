"""A day off that is declared after slips were printed: what moves, and who is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine

from documents.registers.models import Document
from services.cases.calendar_changes import (
    CalendarError,
    Day,
    Hours,
    calendar_with,
    declare_days,
    remove_day,
    remove_hours,
    set_hours,
)
from services.cases.calendar_moves import follow_calendar, move_due_times, moves_under
from services.cases.clock import commune_calendar, recompute
from services.cases.intake import answer_supplement, request_supplement
from services.cases.lifecycle import seen_token
from services.cases.models import Case
from services.cases.processing import current_step
from services.tracking.models import TrackedCase
from tenants.calendar.days import forget_calendar
from tenants.calendar.models import OfficeHours, SpecialDay
from tenants.calendar.working_time import VIETNAM
from tenants.communes.current import CommuneInfo
from tenants.history.events import events_of
from tenants.history.models import Event
from tenants.jobs.models import Job
from tenants.jobs.runner import run_pending_jobs
from tenants.notices.models import Notice
from tests.factories import make_account, make_case, the_official

STATUS = "1.004873"
WEDNESDAY = dt.date(2026, 11, 18)
STORM = "Nghỉ tránh bão"


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> dt.datetime:
    return dt.datetime(2026, month, day, hour, minute, tzinfo=VIETNAM)


@pytest.fixture(autouse=True)
def _monday(in_ba_dinh: CommuneInfo) -> Iterator[None]:
    """Monday 16 November 2026, ten o'clock; a limit of three working days ends on Thursday."""
    with time_machine.travel(at(16, 10), tick=False):
        yield
    forget_calendar("")


def declare(*days: Day, name: str = STORM) -> None:
    declare_days(days=days, name=name, official=the_official("administrator"))


def follow() -> None:
    """Run the jobs that move appointments; nothing is printed or sent here."""
    Job.objects.exclude(task__contains="calendar_moves").delete()
    run_pending_jobs()


def off(day: dt.date) -> Day:
    return Day(day, SpecialDay.Kind.OFF)


def stored(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def test_a_running_case_moves_and_its_applicant_and_holder_are_told() -> None:
    account = make_account()
    case = make_case(STATUS, up_to="in_process", account=account)
    first, step_due = case.due_at, current_step(case).due_at
    assert first == at(19, 10) and step_due is not None
    slip = Document.objects.get(case_id=case.pk, kind=Document.Kind.RECEIPT_SLIP).content
    follow()
    Notice.objects.all().delete()
    with time_machine.travel(at(17, 9), tick=False):
        declare(off(WEDNESDAY))
        follow()
    case = stored(case)
    assert (case.original_due_at, case.due_at) == (first, at(20, 10))
    assert case.step_due_at == current_step(case).due_at
    assert TrackedCase.objects.get(case_id=case.pk).due_at == at(20, 10)
    told = events_of(case.pk).last()
    assert told is not None and told.verb == "move_due"
    assert STORM in (told.details or {})["reason"]
    assert recompute(case, events_of(case.pk), commune_calendar()) == case.due_at
    assert sorted(Notice.objects.values_list("audience", "kind")) == [
        ("citizen", "due_moved"),
        ("official", "desk_due_moved"),
    ]
    now_printed = Document.objects.get(case_id=case.pk, kind=Document.Kind.RECEIPT_SLIP).content
    assert now_printed == slip, "what was printed stays as it was"


def test_running_the_job_again_moves_and_tells_nothing() -> None:
    case = make_case(STATUS, up_to="in_process", account=make_account())
    declare(off(WEDNESDAY))
    follow()
    before = (seen_token(stored(case)), Event.objects.count(), Notice.objects.count())
    move_due_times.func(WEDNESDAY.isoformat(), STORM)
    follow_calendar.func()
    follow()
    assert (seen_token(stored(case)), Event.objects.count(), Notice.objects.count()) == before


def test_a_day_before_the_case_came_or_after_it_is_due_moves_nothing() -> None:
    case = make_case(STATUS, up_to="in_process")
    with time_machine.travel(at(17, 9), tick=False):
        declare(off(dt.date(2026, 11, 20)))
        declare(off(dt.date(2026, 11, 12)))
        follow()
    assert stored(case).due_at == at(19, 10)


def test_a_case_that_waits_for_its_applicant_moves_when_it_goes_on() -> None:
    account = make_account()
    case = make_case(STATUS, up_to="in_process", account=account)
    with time_machine.travel(at(16, 11), tick=False):
        official = the_official(case.step_role)
        case = request_supplement(case=case, official=official, items=["Giấy cũ"], reason="")
    with time_machine.travel(at(16, 14), tick=False):
        declare(off(WEDNESDAY))
        assert moves_under(commune_calendar(), WEDNESDAY).waiting == 1
        follow()
    assert stored(case).due_at == at(19, 10)
    with time_machine.travel(at(16, 15), tick=False):
        case = answer_supplement(case=case, account=account, message="Đây ạ")
    # Half an hour of the morning and an hour and a half of the afternoon were waited.
    assert case.due_at == at(20, 14)
    assert recompute(case, events_of(case.pk), commune_calendar()) == case.due_at


def test_taking_the_day_back_takes_no_promise_back() -> None:
    case = make_case(STATUS, up_to="in_process")
    declare(off(WEDNESDAY))
    follow()
    assert remove_day(date=WEDNESDAY, official=the_official("administrator"))
    follow()
    case = stored(case)
    assert case.due_at == at(20, 10)
    assert commune_calendar().is_working_day(WEDNESDAY)
    assert recompute(case, events_of(case.pk), commune_calendar()) == at(20, 10)
    assert not remove_day(date=WEDNESDAY, official=the_official("administrator"))


def test_a_swapped_day_moves_what_would_have_been_done_on_it() -> None:
    case = make_case(STATUS, up_to="in_process")
    saturday = Day(dt.date(2026, 11, 21), SpecialDay.Kind.WORKED)
    declare(off(dt.date(2026, 11, 19)), off(dt.date(2026, 11, 20)), saturday)
    follow()
    assert stored(case).due_at == at(21, 10)


def test_other_hours_move_what_is_due_by_the_hour() -> None:
    case = make_case(STATUS, up_to="in_process")
    hours = Hours(dt.date(2026, 11, 18), dt.time(8), dt.time(12), dt.time(13, 30), dt.time(17, 30))
    set_hours(hours=hours, official=the_official("administrator"))
    follow()
    assert stored(case).due_at == at(19, 11)
    assert remove_hours(valid_from=hours.valid_from, official=the_official("administrator"))
    assert stored(case).due_at == at(19, 11)


def test_the_country_s_day_is_followed_at_night() -> None:
    case = make_case(STATUS, up_to="in_process")
    SpecialDay.objects.create(date=WEDNESDAY, kind="off", name="Quốc tang")
    with time_machine.travel(at(17, 1), tick=False):
        follow_calendar.func()
        follow()
    case = stored(case)
    assert case.due_at == at(20, 10)
    told = events_of(case.pk).last()
    assert told is not None and "Quốc tang" in (told.details or {})["reason"]


def test_a_night_after_nothing_was_declared_costs_one_statement(
    django_assert_num_queries: object,
) -> None:
    SpecialDay.objects.update(declared_at=at(1, 12))
    with django_assert_num_queries(1):  # type: ignore[operator]
        follow_calendar.func()
    assert not Job.objects.filter(task__endswith="move_due_times").exists()


def test_the_preview_says_what_would_move_and_changes_nothing() -> None:
    case = make_case(STATUS, up_to="in_process")
    make_case(STATUS)
    moves = moves_under(calendar_with([off(WEDNESDAY)]), WEDNESDAY)
    assert (moves.moving, moves.waiting, moves.exact) == (1, 0, True)
    ((example, due),) = moves.examples
    assert (example.pk, due) == (case.pk, at(20, 10))
    assert stored(case).due_at == at(19, 10)
    assert not SpecialDay.objects.filter(date=WEDNESDAY).exists()


@pytest.mark.parametrize(
    "days",
    [
        [off(dt.date(2026, 11, 21))],  # a Saturday
        [off(dt.date(2026, 11, 24))],  # off already
        [Day(WEDNESDAY, SpecialDay.Kind.WORKED)],
        [off(dt.date(2026, 10, 1))],  # too long ago
        [off(dt.date(2062, 11, 15))],
        [off(WEDNESDAY), off(WEDNESDAY)],
    ],
)
def test_a_day_that_makes_no_difference_is_not_declared(days: list[Day]) -> None:
    with pytest.raises(CalendarError):
        declare(*days)
    assert not Job.objects.filter(task__endswith="move_due_times").exists()


@pytest.mark.parametrize(
    "hours",
    [
        Hours(WEDNESDAY, dt.time(7), dt.time(11), dt.time(13), dt.time(16, 30)),
        Hours(WEDNESDAY, dt.time(7), dt.time(13), dt.time(12), dt.time(14)),
        Hours(dt.date(2026, 11, 16), dt.time(8), dt.time(12), dt.time(13), dt.time(17)),
    ],
)
def test_hours_are_eight_a_day_in_order_and_from_tomorrow(hours: Hours) -> None:
    with pytest.raises(CalendarError):
        set_hours(hours=hours, official=the_official("administrator"))
    assert not OfficeHours.objects.exists()
