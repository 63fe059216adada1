"""Through real cases: whatever happens to their clocks, their events give the due time back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.cases.calendar_changes import (
    CalendarError,
    Day,
    calendar_with,
    declare_days,
    remove_day,
)
from services.cases.calendar_moves import move_due_times
from services.cases.clock import commune_calendar, due_of_step, facts_of, recompute
from services.cases.errors import CaseError
from services.cases.extension import extend_case, propose_extension, usual_new_day
from services.cases.intake import (
    accept_case,
    answer_supplement,
    definition_of,
    request_supplement,
)
from services.cases.models import Case
from services.cases.processing import current_step, take_case
from services.cases.states import CaseStatus
from services.catalogue.registry import current_procedure
from services.catalogue.schema import ProcedureDefinition
from tenants.accounts.models import Account
from tenants.calendar.days import forget_calendar
from tenants.calendar.models import SpecialDay
from tenants.calendar.working_time import VIETNAM
from tenants.communes.current import CommuneInfo
from tenants.history.events import events_of
from tests.factories import make_account, make_case, the_official

MONDAY = dt.datetime(2026, 11, 16, 10, tzinfo=VIETNAM)
LIMITS = [
    {"kind": "same_day", "text": "trong ngày"},
    {"kind": "working_hours", "amount": 6, "text": "6 giờ"},
    {"kind": "working_days", "amount": 3, "text": "3 ngày làm việc"},
    {"kind": "calendar_days", "amount": 5, "text": "5 ngày"},
]
turns = st.lists(
    st.tuples(
        st.sampled_from(["ask", "answer", "extend", "declare", "take_back"]),
        st.integers(1, 3 * 1440),
        st.integers(0, 25).map(lambda n: MONDAY.date() + dt.timedelta(days=n)),
    ),
    min_size=1,
    max_size=7,
)


class _Undone(Exception):
    """Ends an example: everything it did is rolled back."""


@pytest.fixture
def filed(in_ba_dinh: CommuneInfo) -> Iterator[tuple[Case, Account]]:
    """A case that was filed online and waits to be received."""
    account = make_account()
    for role in ("reception", "specialist", "leader", "administrator"):
        the_official(role)
    with time_machine.travel(MONDAY - dt.timedelta(days=3), tick=False):
        case = make_case("1.004873", account=account)
    yield case, account
    forget_calendar("")


def ask(case: Case, account: Account, day: dt.date) -> None:
    # The law allows one request; the clock must bear more.
    official = the_official(case.step_role)
    request_supplement(case=case, official=official, items=["Giấy cũ"], reason="")


def answer(case: Case, account: Account, day: dt.date) -> None:
    answer_supplement(case=case, account=account, message="Đây ạ")


def extend(case: Case, account: Account, day: dt.date) -> None:
    new_day = usual_new_day(case, definition_of(case))
    official = the_official(case.step_role)
    case = propose_extension(case=case, official=official, reason="chờ", new_day=new_day)
    extend_case(case=case, official=the_official("leader"))


def declare(case: Case, account: Account, day: dt.date) -> None:
    works = commune_calendar().is_working_day(day)
    kind = SpecialDay.Kind.OFF if works else SpecialDay.Kind.WORKED
    calendar_with([Day(day, kind)])
    declare_days(days=[Day(day, kind)], name="Thử", official=the_official("administrator"))
    move_due_times.func(day.isoformat(), "Thử")


def take_back(case: Case, account: Account, day: dt.date) -> None:
    for own in SpecialDay.objects.exclude(commune_code=""):
        remove_day(date=own.date, official=the_official("administrator"))
        move_due_times.func(own.date.isoformat(), "Thử")


ACTS = {one.__name__: one for one in (ask, answer, extend, declare, take_back)}


def procedure(limit: int, clock: str) -> ProcedureDefinition:
    """The procedure with another limit, asking as often as one likes."""
    definition = current_procedure("1.004873")
    return definition.model_copy(
        update={
            "time_limit": type(definition.time_limit).model_validate(LIMITS[limit]),
            "supplement": definition.supplement.model_copy(update={"clock": clock, "once": False}),
        }
    )


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.integers(0, 3), st.sampled_from(["pause", "restart"]), st.integers(0, 600), turns)
def test_a_recomputation_gives_the_due_time_that_is_stored(
    filed: tuple[Case, Account],
    limit: int,
    clock: str,
    late: int,
    script: list[tuple[str, int, dt.date]],
) -> None:
    case, account = filed
    definition = procedure(limit, clock)
    with pytest.MonkeyPatch.context() as patch, pytest.raises(_Undone), transaction.atomic():
        for module in ("clock", "intake", "calendar_moves"):
            patch.setattr(f"services.cases.{module}.get_version", lambda *given: definition)
        _live(case.pk, account, late, script)
        raise _Undone
    forget_calendar("")


def _live(key: object, account: Account, late: int, script: list[tuple[str, int, dt.date]]) -> None:
    at = MONDAY + dt.timedelta(minutes=late)
    with time_machine.travel(at, tick=False):
        case = accept_case(case=Case.objects.get(pk=key), official=the_official("reception"))
        take_case(case=case, official=the_official(case.step_role))
    before = case.due_at
    for name, minutes, day in script:
        at += dt.timedelta(minutes=minutes)
        with time_machine.travel(at, tick=False):
            try:
                with transaction.atomic():
                    ACTS[name](Case.objects.get(pk=key), account, day)
            except (CaseError, CalendarError):
                continue
            finally:
                # Another process would read it anew; what was undone is forgotten too.
                forget_calendar("")
            before = _check(Case.objects.get(pk=key), before)


def _check(case: Case, before: dt.datetime | None) -> dt.datetime:
    events, calendar = list(events_of(case.pk)), commune_calendar()
    assert case.due_at is not None and before is not None
    assert recompute(case, events, calendar) == case.due_at
    assert case.due_at >= before, "what was promised is never taken back"
    step = current_step(case)
    assert case.step_due_at == step.due_at
    if case.state != CaseStatus.SUPPLEMENT:
        expected = due_of_step(definition_of(case), step, facts_of(case, events), calendar)
        assert expected == step.due_at
    return case.due_at
