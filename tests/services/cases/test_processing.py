"""The way through the offices: take, complete, send back."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from services.cases.decision import approve_case
from services.cases.errors import FindingsMissing, MoveNotAllowed, NotYourStep, ReasonMissing
from services.cases.models import Case
from services.cases.processing import (
    NoStepBefore,
    complete_step,
    current_step,
    save_findings,
    send_back,
    take_case,
)
from services.cases.states import CaseStatus, Outcome, StepKind
from tenants.calendar.working_time import VIETNAM
from tenants.communes.current import CommuneInfo
from tenants.history.events import events_of
from tests.factories import make_case, make_official, the_official
from tests.journeys.answers import filing

BOOK_COPY, STATUS = "2.000908", "1.004873"
MORNING = dt.datetime(2026, 11, 23, 7, 0, tzinfo=VIETNAM)


def entries(code: str = BOOK_COPY) -> dict[str, object]:
    return dict(filing(code).entries)


def details(case: Case) -> dict[str, object]:
    event = events_of(case.pk).last()
    assert event is not None and event.details is not None
    return dict(event.details)


def test_the_first_to_take_a_case_brings_it_into_process(in_ba_dinh: CommuneInfo) -> None:
    case = make_case(BOOK_COPY, "received")
    one = the_official("specialist")
    case = take_case(case=case, official=one)
    assert (case.state, case.handler_id) == (CaseStatus.IN_PROCESS, one.pk)
    other = make_official("specialist", name="Nguyễn Văn Khoa")
    case = take_case(case=case, official=other)
    assert (case.state, case.handler_name) == (CaseStatus.IN_PROCESS, "Nguyễn Văn Khoa")
    assert [event.verb for event in events_of(case.pk)] == ["file", "accept", "take", "take"]


def test_an_official_without_the_steps_role_does_nothing(in_ba_dinh: CommuneInfo) -> None:
    case = make_case(BOOK_COPY, "received")
    clerk = the_official("clerk")
    for act in (
        lambda: take_case(case=case, official=clerk),
        lambda: complete_step(case=case, official=clerk, outcome="approved", findings=entries()),
        lambda: save_findings(case=case, official=clerk, findings=entries()),
        lambda: send_back(case=case, official=clerk, reason="Lý do"),
    ):
        with pytest.raises(NotYourStep):
            act()


def test_a_step_is_handed_on_with_its_proposal_and_nobody_holds_it(
    in_ba_dinh: CommuneInfo,
) -> None:
    case = make_case(BOOK_COPY, "received")
    official = the_official("specialist")
    step = current_step(case)
    case = complete_step(
        case=case, official=official, outcome=Outcome.APPROVED, note=" Đủ. ", findings=entries()
    )
    step.refresh_from_db()
    assert (step.official_name, step.outcome) == (official.name, "approved")
    assert step.done_at is not None and case.handler_id is None
    assert current_step(case).position == step.position + 1
    assert case.step_name == current_step(case).name
    assert case.findings == entries()
    assert details(case)["note"] == "Đủ."
    assert case.due_at == case.original_due_at


def test_an_approval_needs_the_entries_of_the_result(in_ba_dinh: CommuneInfo) -> None:
    case = make_case(BOOK_COPY, "received")
    official = the_official("specialist")
    lacking = {**entries(), "entry_number": ""}
    for given in (None, {}, lacking):
        with pytest.raises(FindingsMissing, match="dự thảo kết quả"):
            complete_step(case=case, official=official, outcome="approved", findings=given)
    assert Case.objects.get(pk=case.pk).state == CaseStatus.RECEIVED
    assert Case.objects.get(pk=case.pk).findings is None


def test_entries_saved_before_count(in_ba_dinh: CommuneInfo) -> None:
    case = make_case(BOOK_COPY, "received")
    official = the_official("specialist")
    save_findings(case=case, official=official, findings=entries())
    case = complete_step(case=case, official=official, outcome="approved")
    assert case.findings == entries()


def test_entries_are_not_written_where_they_are_not_drafted(in_ba_dinh: CommuneInfo) -> None:
    waiting = make_case(BOOK_COPY)
    with pytest.raises(MoveNotAllowed):
        save_findings(case=waiting, official=the_official("reception"), findings={"book_name": "x"})
    signing = make_case(BOOK_COPY, "awaiting_decision")
    with pytest.raises(MoveNotAllowed):
        save_findings(case=signing, official=the_official("leader"), findings={"book_name": "x"})
    assert Case.objects.get(pk=signing.pk).findings == entries()


def test_proposing_a_rejection_takes_a_reason_and_no_entries(in_ba_dinh: CommuneInfo) -> None:
    case = make_case(BOOK_COPY, "received")
    official = the_official("specialist")
    with pytest.raises(ReasonMissing):
        complete_step(case=case, official=official, outcome=Outcome.REJECTED, note=" ")
    case = complete_step(
        case=case, official=official, outcome=Outcome.REJECTED, note="Sổ không có tên này"
    )
    assert case.state == CaseStatus.IN_PROCESS and details(case)["outcome"] == "rejected"


@pytest.mark.parametrize(("hours_later", "timing"), [(1, "early"), (3, "on_time"), (3.5, "late")])
def test_a_step_is_early_on_time_or_late_by_its_own_hours(
    in_ba_dinh: CommuneInfo, hours_later: float, timing: str
) -> None:
    with time_machine.travel(MORNING, tick=False):  # three working hours from seven
        case = make_case(BOOK_COPY, "received")
    assert current_step(case).due_at == MORNING + dt.timedelta(hours=3)
    with time_machine.travel(MORNING + dt.timedelta(hours=hours_later), tick=False):
        case = complete_step(
            case=case,
            official=the_official("specialist"),
            outcome="approved",
            findings=entries(),
        )
    assert details(case)["timing"] == timing


def test_sent_back_a_case_stands_at_the_step_before_as_if_not_done(
    in_ba_dinh: CommuneInfo,
) -> None:
    case = make_case(BOOK_COPY, "awaiting_decision")
    leader = the_official("leader")
    with pytest.raises(ReasonMissing):
        send_back(case=case, official=leader, reason="")
    case = send_back(case=case, official=leader, reason="Ghi lại số quyển")
    step = current_step(case)
    assert (case.state, step.kind) == (CaseStatus.IN_PROCESS, StepKind.WORK)
    assert (step.done_at, step.outcome, step.official_name) == (None, "", "")
    assert step.started_at is not None and step.due_at is not None
    following = case.steps.get(position=step.position + 1)
    assert (following.started_at, following.due_at, following.outcome) == (None, None, "")
    assert details(case)["reason"] == "Ghi lại số quyển"
    assert case.findings == entries()
    case = complete_step(case=case, official=the_official("specialist"), outcome="approved")
    assert current_step(case).kind == StepKind.DECIDE


def test_from_the_first_working_step_there_is_no_way_back(in_ba_dinh: CommuneInfo) -> None:
    case = make_case(BOOK_COPY, "in_process")
    with pytest.raises(NoStepBefore, match="bước xử lý đầu tiên"):
        send_back(case=case, official=the_official("specialist"), reason="Lý do")


def test_a_decided_case_is_not_sent_back(in_ba_dinh: CommuneInfo) -> None:
    case = make_case(BOOK_COPY, "awaiting_decision")
    case = approve_case(case=case, official=the_official("leader"))
    with pytest.raises(MoveNotAllowed):
        send_back(case=case, official=the_official("clerk"), reason="Sai")


def test_the_step_of_a_leader_is_not_completed_like_work(in_ba_dinh: CommuneInfo) -> None:
    case = make_case(BOOK_COPY, "awaiting_decision")
    with pytest.raises(MoveNotAllowed):
        complete_step(case=case, official=the_official("leader"), outcome="approved")
