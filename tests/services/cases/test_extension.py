"""More time for a case: once, in writing, signed by the leader, both due times kept."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from documents.registers.models import Document
from services.cases.clock import commune_calendar, recompute
from services.cases.delivery import documents_of
from services.cases.errors import MayNotSign, MoveNotAllowed, NothingProposed, NotYourStep
from services.cases.extension import (
    ExtendedAlready,
    NotALaterDay,
    extend_case,
    propose_extension,
    timeliness_of,
    usual_new_day,
)
from services.cases.intake import answer_supplement, definition_of, request_supplement
from services.cases.models import Case
from services.cases.processing import current_step
from services.cases.proposals import decline_proposal
from services.cases.states import Proposal
from services.tracking.models import TrackedCase
from tenants.calendar.working_time import VIETNAM
from tenants.communes.current import CommuneInfo
from tenants.history.events import events_of
from tests.factories import make_account, make_case, the_official

STATUS = "1.004873"
REASON = "chờ nơi cư trú trước đây trả lời"


def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(2026, 11, day, hour, minute, tzinfo=VIETNAM)


def proposed(case: Case, day: dt.date) -> Case:
    official = the_official(case.step_role)
    return propose_extension(case=case, official=official, reason=REASON, new_day=day)


@pytest.fixture
def case(in_ba_dinh: CommuneInfo) -> Case:
    """A case of three working days, accepted on Monday at 10:00 and due on Thursday at 10:00.

    Tuesday the 24th of November is a day off.
    """
    with time_machine.travel(at(16, 10), tick=False):
        return make_case(STATUS, up_to="in_process")


def test_the_leader_signs_and_the_due_time_moves_with_a_letter(case: Case) -> None:
    first, step_due = case.due_at, current_step(case).due_at
    assert first == at(19, 10) and step_due is not None
    with time_machine.travel(at(17, 9), tick=False):
        case = proposed(case, dt.date(2026, 11, 25))
        assert (case.proposal, case.due_at) == (Proposal.EXTENSION, first)
        case = extend_case(case=case, official=the_official("leader"))
    assert (case.original_due_at, case.due_at) == (first, at(25, 17))
    assert (case.extended_at, case.proposal) == (at(17, 9), "")
    assert TrackedCase.objects.get(case_id=case.pk).due_at == at(25, 17)
    letter = documents_of(case)[-1]
    assert (letter.kind, letter.register) == (Document.Kind.EXTENSION_LETTER, "outgoing")
    content = Document.objects.get(pk=letter.pk).content
    assert content["reason"] == REASON
    assert "17 giờ 00" in content["new_due"] and "25 tháng 11" in content["new_due"]
    assert "10 giờ 00" in content["old_due"] and "19 tháng 11" in content["old_due"]
    moved = current_step(case).due_at
    assert moved is not None and case.step_due_at == moved
    calendar = commune_calendar()
    gained = calendar.working_minutes_between(step_due, moved)
    assert gained == calendar.working_minutes_between(at(19, 10), at(25, 17))
    assert recompute(case, events_of(case.pk), calendar) == case.due_at


def test_a_case_is_extended_once(case: Case) -> None:
    with time_machine.travel(at(17, 9), tick=False):
        case = extend_case(
            case=proposed(case, dt.date(2026, 11, 23)), official=the_official("leader")
        )
        with pytest.raises(ExtendedAlready):
            proposed(case, dt.date(2026, 11, 27))


def test_who_may_not_sign_or_propose_does_not(case: Case) -> None:
    with time_machine.travel(at(17, 9), tick=False):
        with pytest.raises(NotYourStep):
            propose_extension(
                case=case,
                official=the_official("clerk"),
                reason=REASON,
                new_day=dt.date(2026, 11, 23),
            )
        with pytest.raises(NothingProposed):
            extend_case(case=case, official=the_official("leader"))
        case = proposed(case, dt.date(2026, 11, 23))
        with pytest.raises(MayNotSign):
            extend_case(case=case, official=the_official("specialist"))
        case = decline_proposal(case=case, official=the_official("leader"), reason="làm kịp")
        with pytest.raises(NothingProposed):
            extend_case(case=case, official=the_official("leader"))
    assert case.due_at == at(19, 10)


@pytest.mark.parametrize(
    "day",
    [
        dt.date(2026, 11, 17),  # today
        dt.date(2026, 11, 18),  # before it is due
        dt.date(2026, 11, 21),  # a Saturday
        dt.date(2026, 11, 24),  # a day off
        dt.date(2028, 3, 1),  # no appointment at all
    ],
)
def test_the_new_day_is_a_working_day_after_the_old_one(case: Case, day: dt.date) -> None:
    with time_machine.travel(at(17, 9), tick=False), pytest.raises(NotALaterDay):
        proposed(case, day)


def test_what_was_proposed_for_a_day_that_has_gone_by_is_not_signed(case: Case) -> None:
    with time_machine.travel(at(17, 9), tick=False):
        case = proposed(case, dt.date(2026, 11, 23))
    with time_machine.travel(at(25, 9), tick=False), pytest.raises(NotALaterDay):
        extend_case(case=case, official=the_official("leader"))


def test_nothing_is_extended_while_the_applicant_is_waited_for(in_ba_dinh: CommuneInfo) -> None:
    account = make_account()
    with time_machine.travel(at(16, 10), tick=False):
        case = make_case(STATUS, up_to="in_process", account=account)
    with time_machine.travel(at(17, 9), tick=False):
        case = proposed(case, dt.date(2026, 11, 23))
        official = the_official(case.step_role)
        case = request_supplement(case=case, official=official, items=["Giấy cũ"], reason="")
        with pytest.raises(MoveNotAllowed):
            extend_case(case=case, official=the_official("leader"))
    with time_machine.travel(at(18, 9), tick=False):
        case = answer_supplement(case=case, account=account, message="Đây ạ")
        assert case.due_at == at(20, 10)
        case = extend_case(case=case, official=the_official("leader"))
    assert case.due_at == at(23, 17)
    assert recompute(case, events_of(case.pk), commune_calendar()) == case.due_at


def test_the_page_says_how_long_there_is_to_write_and_when_it_is_late(case: Case) -> None:
    early = timeliness_of(case, at(17, 9))
    assert (early.late, early.overdue, early.ready_by) == (False, False, at(18, 10))
    assert "10:00 18/11/2026" in early.text
    assert timeliness_of(case, at(18, 11)).late
    late = timeliness_of(case, at(20, 9))
    assert late.late and late.overdue and "quá hẹn" in late.text
    with time_machine.travel(at(20, 9), tick=False):
        case = proposed(case, usual_new_day(case, definition_of(case)))
        case = extend_case(case=case, official=the_official("leader"))
    assert case.due_at is not None and case.due_at > at(20, 9)


def test_the_usual_new_day_is_what_the_procedure_allows(case: Case) -> None:
    definition = definition_of(case)
    assert definition.extension is not None
    days = definition.extension.working_days
    with time_machine.travel(at(17, 9), tick=False):
        day = usual_new_day(case, definition)
    calendar = commune_calendar()
    assert calendar.working_minutes_between(at(19, 10), calendar.closing(day)) // 480 == days
