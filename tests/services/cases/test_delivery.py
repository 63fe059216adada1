"""The end of a case: released, then handed over or collected, once."""

from __future__ import annotations

import pytest

from services.cases.decision import approve_case, reject_case
from services.cases.delivery import collect_online, get_result, hand_over, release_result
from services.cases.errors import MoveNotAllowed, NotYourStep, ResultNotReady
from services.cases.models import Case
from services.cases.processing import current_step
from services.cases.states import CaseStatus
from tenants.communes.current import CommuneInfo
from tenants.history.events import events_of
from tenants.jobs.runner import run_pending_jobs
from tests.factories import make_account, make_case, the_official
from tests.journeys.answers import filing

BOOK_COPY, MARRIAGE = "2.000908", "1.000894"


def test_the_last_finishing_step_makes_the_result_ready(in_ba_dinh: CommuneInfo) -> None:
    case = make_case(MARRIAGE, "approved")
    steps = 0
    while case.state == CaseStatus.IN_PROCESS:
        name = case.step_name
        case = release_result(case=case, official=the_official(case.step_role))
        steps += 1
        event = events_of(case.pk).last()
        assert event is not None and (event.details or {})["step"] == name
    assert steps == case.steps.filter(kind="finish").count()
    assert case.finished_at is not None and case.handler_id is None
    assert (case.step_name, case.step_role) == ("Chờ trả kết quả", "reception")
    assert not case.steps.filter(done_at=None).exists()


def test_nothing_is_released_before_the_decision(in_ba_dinh: CommuneInfo) -> None:
    case = make_case(BOOK_COPY, "awaiting_decision")
    with pytest.raises(MoveNotAllowed):
        release_result(case=case, official=the_official("leader"))
    with pytest.raises(NotYourStep):
        release_result(case=case, official=the_official("clerk"))


def test_a_result_is_handed_over_to_a_named_person(in_ba_dinh: CommuneInfo) -> None:
    case = make_case(BOOK_COPY, "result_ready")
    run_pending_jobs()
    with pytest.raises(NotYourStep):
        hand_over(case=case, official=the_official("leader"), receiver="Ai đó")
    case = hand_over(case=case, official=the_official("reception"), receiver=" Hoàng Anh Tuấn ")
    event = events_of(case.pk).last()
    assert case.state == CaseStatus.RETURNED and case.returned_at is not None
    assert event is not None and event.details is not None
    assert event.details["receiver"] == case.receiver_name == "Hoàng Anh Tuấn"
    with pytest.raises(MoveNotAllowed, match="Đã trả kết quả"):
        hand_over(case=case, official=the_official("reception"), receiver="Người khác")


def test_what_is_not_printed_yet_is_not_handed_over(in_ba_dinh: CommuneInfo) -> None:
    case = make_case(BOOK_COPY, "result_ready")
    with pytest.raises(ResultNotReady, match="ít phút"):
        hand_over(case=case, official=the_official("reception"), receiver="")
    assert Case.objects.get(pk=case.pk).state == CaseStatus.RESULT_READY


def test_a_case_without_a_decision_is_not_told_that_its_result_is_being_printed(
    in_ba_dinh: CommuneInfo,
) -> None:
    account = make_account()
    case = make_case(BOOK_COPY, "in_process", account=account)
    with pytest.raises(MoveNotAllowed, match="Đang giải quyết"):
        collect_online(case=case, account=account)
    with pytest.raises(MoveNotAllowed, match="Đang giải quyết"):
        hand_over(case=case, official=the_official("reception"), receiver="")


def test_collecting_twice_is_collecting_once(in_ba_dinh: CommuneInfo) -> None:
    account = make_account()
    case = make_case(BOOK_COPY, "result_ready", account=account)
    run_pending_jobs()
    first = collect_online(case=case, account=account)
    again = collect_online(case=case, account=account)
    assert again.returned_at == first.returned_at
    assert [event.verb for event in events_of(case.pk)].count("collect") == 1


def test_a_rejection_is_delivered_like_a_result(in_ba_dinh: CommuneInfo) -> None:
    account = make_account()
    case = make_case(BOOK_COPY, "awaiting_decision", account=account)
    case = reject_case(case=case, official=the_official("leader"), reason="Không còn sổ gốc")
    while case.state == CaseStatus.IN_PROCESS:
        case = release_result(case=case, official=the_official(current_step(case).role))
    run_pending_jobs()
    case = collect_online(case=case, account=account)
    assert (case.state, get_result(case).template) == (CaseStatus.RETURNED, "letter")


def test_every_procedure_ends_with_a_step_that_releases_its_result(
    in_ba_dinh: CommuneInfo,
) -> None:
    case = make_case(BOOK_COPY, "awaiting_decision")
    assert filing(BOOK_COPY).entries
    case = approve_case(case=case, official=the_official("leader"))
    assert release_result(case=case, official=the_official("clerk")).finished_at is not None
