"""Warnings climb the ladder: official, head, leader; each is told once, whatever happens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from pydantic import ValidationError

from services.cases.lifecycle import seen_token
from services.cases.models import Case
from services.cases.processing import send_back
from services.cases.story import tell
from services.cases.warnings import reached, told_so_far, warn_of_deadlines
from services.catalogue.registry import current_procedure
from services.catalogue.schema import ProcedureDefinition
from services.catalogue.timing_rules import LADDER, PREPARED_BEFORE, Rung, in_order, rule_on
from services.desk.list_rows import list_rows
from tenants.calendar.working_time import VIETNAM, WorkingCalendar
from tenants.communes.current import CommuneInfo, in_commune
from tenants.history.events import events_of, verify_chain
from tenants.notices.models import Notice
from tenants.organisation.models import Department, Official
from tests.at_once import at_once
from tests.factories import make_case, make_official, the_official

STATUS = "1.004873"
USUAL = rule_on(dt.date(2026, 11, 16), LADDER)


def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(2026, 11, day, hour, minute, tzinfo=VIETNAM)


def warned_at(moment: dt.datetime) -> list[str]:
    """Run the job at a moment; the names of those who were told by it, in order."""
    Notice.objects.all().delete()
    with time_machine.travel(moment, tick=False):
        warn_of_deadlines.func()
    names = {str(one.account_id): one.name for one in Official.objects.all()}
    return [names[str(one.account_id)] for one in Notice.objects.order_by("id")]


@pytest.fixture
def case(in_ba_dinh: CommuneInfo) -> Case:
    """A case in a specialist's hand whose step ends on Tuesday 17 November 2026 at 10:00."""
    here, there = (Department.objects.create(name=name) for name in ("Tư pháp", "Kinh tế"))
    with time_machine.travel(at(16, 10), tick=False):
        make_official("head", name="Trưởng Khác", department=there)
        make_official("head", name="Trưởng Mình", department=here)
        make_official("leader", name="Chủ Tịch")
        make_official("specialist", name="Chuyên Viên", department=here)
        case = make_case(STATUS, up_to="in_process")
    assert case.handler_name == "Chuyên Viên"
    Case.objects.filter(pk=case.pk).update(step_due_at=at(17, 10))
    return Case.objects.get(pk=case.pk)


def stored(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def test_the_official_is_told_first_then_their_head_then_the_leader(case: Case) -> None:
    seen = seen_token(case)
    assert warned_at(at(16, 14)) == []
    assert warned_at(at(16, 16)) == ["Chuyên Viên"]
    assert warned_at(at(16, 16, 15)) == []
    assert warned_at(at(17, 8)) == ["Trưởng Mình"]
    assert warned_at(at(17, 9, 45)) == []
    assert warned_at(at(17, 10)) == ["Chủ Tịch"]
    assert warned_at(at(19, 10)) == []
    case = stored(case)
    assert case.warned == 3
    assert told_so_far(case) == "đã nhắc lãnh đạo"
    told = [line.text for line in tell(events_of(case.pk)) if line.verb == "warn"]
    assert told == [
        "nhắc hạn, lần 3: Chủ Tịch",
        "nhắc hạn, lần 2: Trưởng Mình",
        "nhắc hạn, lần 1: Chuyên Viên",
    ]
    assert not [
        line for line in tell(events_of(case.pk), for_applicant=True) if "nhắc" in line.text
    ]
    assert seen_token(case) == seen, "an open page is not out of date because of a warning"


def test_the_list_says_how_often_was_warned(case: Case) -> None:
    warned_at(at(17, 8))
    with time_machine.travel(at(17, 8), tick=False):
        (row,) = list_rows([stored(case)], at(17, 8))
    assert "đã nhắc 2 lần" in row


def test_who_was_not_told_in_time_is_told_in_order(case: Case) -> None:
    assert warned_at(at(18, 10)) == ["Chuyên Viên", "Trưởng Mình", "Chủ Tịch"]


def test_a_new_step_begins_at_the_bottom(case: Case) -> None:
    assert len(warned_at(at(18, 8))) == 3
    with time_machine.travel(at(18, 9), tick=False):
        one = make_case(STATUS, up_to="awaiting_decision")
        one = send_back(case=one, official=the_official(one.step_role), reason="Xem lại")
        assert one.warned == 0


def test_a_job_that_is_killed_has_told_nothing_and_is_done_again(case: Case) -> None:
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        assert warned_at(at(16, 16)) == ["Chuyên Viên"]
        raise KeyboardInterrupt
    assert stored(case).warned == 0
    assert not Notice.objects.filter(kind="desk_warning").exists()
    assert warned_at(at(16, 16)) == ["Chuyên Viên"]


def test_what_waits_or_is_done_is_not_warned_about(case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(status=5)
    assert warned_at(at(19, 15)) == []


def test_nothing_running_out_costs_one_statement(
    case: Case, django_assert_num_queries: Callable[[int], object]
) -> None:
    warned_at(at(16, 10))
    with time_machine.travel(at(16, 10), tick=False), django_assert_num_queries(3) as held:  # type: ignore[attr-defined]
        warn_of_deadlines.func()
    asked = [one["sql"] for one in held.captured_queries if "SAVEPOINT" not in one["sql"]]
    assert len(asked) == 1


@pytest.mark.django_db(transaction=True)
def test_jobs_that_run_at_the_same_moment_tell_once(ba_dinh: CommuneInfo) -> None:
    with in_commune(ba_dinh.code):
        keys = [make_case(STATUS, up_to="in_process").pk for _ in range(3)]
        Case.objects.filter(pk__in=keys).update(
            step_due_at=timezone.now() - dt.timedelta(minutes=1)
        )
        for role in ("head", "leader"):
            the_official(role)
        Notice.objects.all().delete()
    results = at_once(ba_dinh.code, [warn_of_deadlines.func] * 4)
    assert results == [None] * 4
    with in_commune(ba_dinh.code):
        assert [events_of(key).filter(verb="warn").count() for key in keys] == [3, 3, 3]
        told = Notice.objects.values_list("subject_id", "account_id")
        assert len(told) == len(set(told)) == 9
        verify_chain()


@pytest.mark.parametrize("ladder", [LADDER[-1][1]])
def test_the_usual_ladder_goes_up(ladder: tuple[Rung, ...]) -> None:
    assert in_order(ladder)
    assert not in_order(ladder[::-1])
    assert not in_order((ladder[0], ladder[0]))
    assert not in_order((Rung(who="handler", before_hours=1), Rung(who="head", before_hours=2)))


def test_a_procedure_may_have_its_own_ladder_and_a_wrong_one_is_refused(
    in_ba_dinh: CommuneInfo,
) -> None:
    stored_form = current_procedure(STATUS).to_json()
    own = [{"who": "head", "before_hours": 8}]
    assert (
        len(ProcedureDefinition.model_validate({**stored_form, "warnings": own}).warnings or ())
        == 1
    )
    wrong = [{"who": "leader", "before_hours": 8}, {"who": "handler", "before_hours": 2}]
    with pytest.raises(ValidationError):
        ProcedureDefinition.model_validate({**stored_form, "warnings": wrong})


CLIMB = ((7, 0), (7, 59), (8, 0), (8, 29), (8, 30), (9, 0))


def test_at_night_before_the_time_is_over_nobody_is_called_late() -> None:
    calendar = WorkingCalendar()
    assert reached(USUAL, at(17, 7), at(16, 20), calendar) == 2
    assert reached(USUAL, at(17, 7), at(17, 7), calendar) == 3


def test_a_step_of_two_hours_is_not_warned_of_at_its_beginning() -> None:
    calendar = WorkingCalendar()
    told = [reached(USUAL, at(17, 9), at(17, *time), calendar, at(17, 7)) for time in CLIMB]
    assert told == [0, 0, 1, 1, 2, 3]
    # A day's step keeps the usual distances: four hours, two hours, none.
    assert reached(USUAL, at(17, 17), at(17, 11), calendar, at(17, 7)) == 1
    assert reached(USUAL, at(17, 17), at(17, 10), calendar, at(17, 7)) == 0


def test_before_the_first_rule_there_was_none() -> None:
    assert rule_on(dt.date(2026, 11, 16), PREPARED_BEFORE) == 1
    with pytest.raises(LookupError):
        rule_on(dt.date(2000, 1, 1), PREPARED_BEFORE)
