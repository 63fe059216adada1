"""The due time of a case follows from what happened to its clock, under any calendar."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.cases.clock import Fact, fold
from services.cases.deadlines import due_after_pause, due_time, step_due_time
from services.catalogue.registry import current_procedure
from services.catalogue.schema import Limit, ProcedureDefinition, TimeLimit
from services.catalogue.terms import term_problems
from tenants.calendar.working_time import VIETNAM, WorkingCalendar
from tenants.communes.current import CommuneInfo
from tests.services.cases.test_deadlines import CALENDAR, KINDS, limit

FIRST = dt.datetime(2025, 12, 20, tzinfo=VIETNAM)
starts = st.integers(0, 40 * 1440).map(lambda minutes: FIRST + dt.timedelta(minutes=minutes))
days = st.integers(0, 80).map(lambda n: FIRST.date() + dt.timedelta(days=n))
limits = st.builds(limit, st.sampled_from(KINDS), st.integers(1, 12))
# What happens next, and how many minutes after the last thing.
turns = st.lists(
    st.tuples(
        st.sampled_from(["wait", "answer", "extend", "holiday", "workday", "ordinary"]),
        st.integers(1, 6 * 1440),
        days,
    ),
    max_size=12,
)


@dataclass
class Desk:
    """An office that keeps the due time as it goes, turn by turn, with the plain rules alone.

    Only where a calendar changed does it ask the fold; all else is what the columns of a case say.
    """

    limit: Limit
    restarts: bool
    calendar: WorkingCalendar
    now: dt.datetime
    due: dt.datetime = field(init=False)
    stopped: dt.datetime | None = None
    changed_while_stopped: bool = False
    facts: list[Fact] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.due = due_time(self.limit, self.now, self.calendar)
        self.facts.append(Fact("start", self.now, self.due))

    def wait(self, day: dt.date) -> None:
        if self.stopped is None:
            self.stopped = self.now
            self.facts.append(Fact("stop", self.now, self.due))

    def answer(self, day: dt.date) -> None:
        if self.stopped is None:
            return
        if self.changed_while_stopped:
            kind = Fact("restart" if self.restarts else "resume", self.now)
            self.due = self._folded([*self.facts, kind])
        elif self.restarts:
            self.due = max(self.due, due_time(self.limit, self.now, self.calendar))
        else:
            self.due = due_after_pause(self.due, self.stopped, self.now, self.calendar)
        self.facts.append(Fact("restart" if self.restarts else "resume", self.now, self.due))
        self.stopped, self.changed_while_stopped = None, False

    def extend(self, day: dt.date) -> None:
        if self.stopped is not None:
            return
        to = self.calendar.closing(self.calendar.next_working_day(self.due.date()))
        minutes = self.calendar.working_minutes_between(self.due, to)
        self.due = to
        self.facts.append(Fact("extend", self.now, to, minutes))

    def holiday(self, day: dt.date) -> None:
        self._declare(replace(self.calendar, off=self.calendar.off | {day}))

    def workday(self, day: dt.date) -> None:
        self._declare(replace(self.calendar, worked=self.calendar.worked | {day}))

    def ordinary(self, day: dt.date) -> None:
        off, worked = self.calendar.off - {day}, self.calendar.worked - {day}
        self._declare(replace(self.calendar, off=off, worked=worked))

    def _declare(self, calendar: WorkingCalendar) -> None:
        self.calendar = calendar
        if self.stopped is not None:
            self.changed_while_stopped = True
            return
        due = self._folded(self.facts)
        assert due >= self.due, "what was promised is never taken back"
        if due > self.due:
            self.due = due
            self.facts.append(Fact("move", self.now, due))

    def _folded(self, facts: list[Fact]) -> dt.datetime:
        return fold(facts, self.limit, self.calendar)[-1].due


def played(
    rule: Limit, restarts: bool, start: dt.datetime, script: list[tuple[str, int, dt.date]]
) -> Desk:
    desk = Desk(rule, restarts, CALENDAR, start)
    for name, minutes, day in script:
        desk.now += dt.timedelta(minutes=minutes)
        getattr(desk, name)(day)
    return desk


@settings(max_examples=400)
@given(limits, st.booleans(), starts, turns)
def test_folding_a_history_anew_gives_the_due_time_that_was_kept(
    rule: TimeLimit, restarts: bool, start: dt.datetime, script: list[tuple[str, int, dt.date]]
) -> None:
    desk = played(rule, restarts, start, script)
    assert fold(desk.facts, rule, desk.calendar)[-1].due == desk.due


@settings(max_examples=200)
@given(limits, st.booleans(), starts, turns)
def test_without_changes_of_the_calendar_the_promises_need_not_be_written_down(
    rule: TimeLimit, restarts: bool, start: dt.datetime, script: list[tuple[str, int, dt.date]]
) -> None:
    script = [turn for turn in script if turn[0] in ("wait", "answer", "extend")]
    desk = played(rule, restarts, start, script)
    bare = [replace(fact, promised=None) for fact in desk.facts]
    assert fold(bare, rule, CALENDAR)[-1].due == desk.due


@settings(max_examples=200)
@given(limits, st.booleans(), starts, turns)
def test_no_turn_brings_a_due_time_forward(
    rule: TimeLimit, restarts: bool, start: dt.datetime, script: list[tuple[str, int, dt.date]]
) -> None:
    desk = played(rule, restarts, start, script)
    promised = [fact.promised for fact in desk.facts if fact.promised]
    assert promised == sorted(promised)


def at(day: int, hour: int, minute: int = 0, month: int = 1) -> dt.datetime:
    return dt.datetime(2026, month, day, hour, minute, tzinfo=VIETNAM)


# Monday 5 January 2026 is an ordinary working day.
@pytest.mark.parametrize(
    ("kind", "amount", "received", "due"),
    [
        ("same_day", None, at(5, 15), at(5, 17)),
        ("same_day", None, at(5, 15, 1), at(6, 17)),
        ("same_day", None, at(9, 15, 1), at(10, 17)),  # the Saturday that is worked
        ("same_day", None, at(5, 6, 59), at(5, 17)),
        ("working_hours", 1, at(5, 11, 30), at(5, 14, 30)),
        ("working_hours", 1, at(5, 11, 29), at(5, 14, 29)),
        ("working_hours", 1, at(5, 13, 30), at(5, 14, 30)),
        ("working_hours", 1, at(5, 16), at(5, 17)),
        ("working_hours", 1, at(5, 17), at(6, 8)),
        ("working_hours", 1, at(11, 9), at(12, 8)),  # a Sunday
        ("working_days", 1, at(5, 7), at(5, 17)),
        ("working_days", 1, at(5, 15), at(6, 15)),
        ("working_days", 1, at(5, 15, 1), at(6, 17)),
        ("working_days", 1, at(5, 17), at(6, 17)),
        ("calendar_days", 5, at(5, 17), at(10, 17)),
        ("calendar_days", 6, at(5, 8), at(12, 17)),  # Sunday the 11th: it moves on
    ],
)
def test_the_minutes_at_which_the_rules_turn(
    kind: str, amount: int | None, received: dt.datetime, due: dt.datetime
) -> None:
    assert due_time(limit(kind, amount), received, CALENDAR) == due


def test_what_is_due_in_tet_is_due_after_it() -> None:
    tet = frozenset(dt.date(2026, 2, 16) + dt.timedelta(days=n) for n in range(5))
    calendar = WorkingCalendar(off=tet)
    friday = at(13, 15, month=2)
    assert due_time(limit("working_days", 1), friday, calendar) == at(23, 15, month=2)
    assert due_time(limit("calendar_days", 3), friday, calendar) == at(23, 17, month=2)
    assert due_time(limit("same_day"), at(13, 15, 1, month=2), calendar) == at(23, 17, month=2)
    assert step_due_time(2, at(13, 16, month=2), calendar) == at(23, 8, month=2)


def test_a_day_off_declared_while_the_clock_stands_still_counts_when_it_goes_on() -> None:
    rule = limit("working_days", 3)
    facts = [
        Fact("start", at(5, 8), at(8, 8)),
        Fact("stop", at(6, 8), at(8, 8)),
    ]
    later = WorkingCalendar(off=frozenset({dt.date(2026, 1, 7)}))
    assert fold(facts, rule, later)[-1].due == at(8, 8), "nobody is told while they are waited for"
    went_on = fold([*facts, Fact("resume", at(6, 9))], rule, later)[-1].due
    assert went_on == at(9, 9)


def test_an_online_case_may_have_a_limit_of_its_own() -> None:
    both = TimeLimit.model_validate(
        {
            "kind": "working_days",
            "amount": 3,
            "text": "ba ngày",
            "online": {"kind": "working_days", "amount": 2, "text": "hai ngày"},
        }
    )
    assert (both.of("counter").amount, both.of("post").amount) == (3, 3)
    assert both.of("online").amount == 2


def test_an_online_limit_without_its_amount_is_a_fault_of_the_file(in_ba_dinh: CommuneInfo) -> None:
    given = current_procedure("1.004873").to_json()
    limit = {**given["time_limit"], "online": {"kind": "working_days", "text": "hai ngày"}}
    definition = ProcedureDefinition.model_validate({**given, "time_limit": limit})
    assert [where for where, _ in term_problems(definition)] == [("time_limit", "online", "amount")]
