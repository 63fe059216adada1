"""Receiving a case, asking for what is missing, refusing: each in writing."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from documents.registers.models import Document
from services.cases.clock import commune_calendar
from services.cases.deadlines import due_time
from services.cases.decision import approve_case
from services.cases.delivery import documents_of
from services.cases.errors import (
    AlreadyDecided,
    AskedAlready,
    MoveNotAllowed,
    NotYourStep,
    ReasonMissing,
    SupplementClosed,
)
from services.cases.intake import (
    accept_case,
    answer_supplement,
    definition_of,
    refuse_case,
    request_supplement,
)
from services.cases.models import Attachment, Case
from services.cases.processing import current_step
from services.cases.states import CaseStatus
from services.cases.supplements import asked_of
from services.cases.withdrawal import withdraw_case
from services.tracking.models import TrackedCase
from tenants.calendar.working_time import VIETNAM
from tenants.communes.current import CommuneInfo
from tenants.history.events import events_of
from tests.factories import make_account, make_case, pdf_upload, the_official

STATUS, BUSINESS, BOOK_COPY, BIRTH = "1.004873", "1.001612", "2.000908", "1.001193"
ITEMS = ["Ảnh rõ mặt sau thẻ căn cước", "  ", "Giấy xác nhận nơi ở cũ"]


def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    """A time of the ordinary working week from Monday 23 November 2026 on."""
    return dt.datetime(2026, 11, day, hour, minute, tzinfo=VIETNAM)


def slip(case: Case, kind: str) -> Document:
    return Document.objects.get(case_id=case.pk, kind=kind)


def test_accepting_gives_a_due_time_a_slip_and_the_first_step(in_ba_dinh: CommuneInfo) -> None:
    with time_machine.travel(at(23, 9, 12), tick=False):
        case = make_case(STATUS)
        case = accept_case(case=case, official=the_official("reception"))
    assert case.state == CaseStatus.RECEIVED
    # Tuesday the 24th is a day off in 2026.
    assert case.due_at == case.original_due_at == at(27, 9, 12)
    intake, work = case.steps.all()[:2]
    assert (intake.outcome, intake.official_name) == ("accept", "Nguyễn Thị Hoa")
    assert (work.started_at, case.step_name) == (case.accepted_at, work.name)
    content = slip(case, Document.Kind.RECEIPT_SLIP).content
    assert content["received"] == "09 giờ 12 phút, ngày 23 tháng 11 năm 2026"
    assert content["due"] == "09 giờ 12 phút, thứ Sáu ngày 27 tháng 11 năm 2026"
    assert content["applicant"]["name"] == case.applicant_name
    assert content["book_number"] == "0001"
    assert TrackedCase.objects.get(case_id=case.pk).due_at == case.due_at


def test_received_after_three_a_same_day_case_is_due_the_next_working_day(
    in_ba_dinh: CommuneInfo,
) -> None:
    with time_machine.travel(at(23, 15, 1), tick=False):
        case = make_case(BOOK_COPY, "received")
    assert case.due_at == at(25, 17)


def test_only_reception_accepts_and_only_once(in_ba_dinh: CommuneInfo) -> None:
    case = make_case()
    with pytest.raises(NotYourStep, match="không thuộc việc"):
        accept_case(case=case, official=the_official("leader"))
    reception = the_official("reception")
    accept_case(case=case, official=reception)
    with pytest.raises(NotYourStep):
        accept_case(case=case, official=reception)
    assert Document.objects.count() == 1


def test_a_refusal_is_numbered_gives_the_reason_and_ends_the_case(in_ba_dinh: CommuneInfo) -> None:
    case = make_case()
    reception = the_official("reception")
    with pytest.raises(ReasonMissing):
        refuse_case(case=case, official=reception, reason="  ")
    case = refuse_case(case=case, official=reception, reason="Nộp nhầm nơi. ")
    assert case.state == CaseStatus.REFUSED and not case.is_open
    document = slip(case, Document.Kind.REFUSAL)
    assert (document.notation, document.content["reason"]) == ("01/TCHS", "Nộp nhầm nơi.")
    with pytest.raises(MoveNotAllowed, match="Không được tiếp nhận"):
        accept_case(case=case, official=reception)


def test_asked_at_intake_a_case_waits_and_comes_back_to_intake(in_ba_dinh: CommuneInfo) -> None:
    account = make_account()
    with time_machine.travel(at(23, 9), tick=False):
        case = make_case(BIRTH, account=account)
        reception = the_official("reception")
        with pytest.raises(ReasonMissing):
            request_supplement(case=case, official=reception, items=["", " "], reason="Thiếu")
        case = request_supplement(case=case, official=reception, items=ITEMS, reason="Mờ.")
    assert case.state == CaseStatus.SUPPLEMENT and case.clock_stopped_at is None
    assert case.supplement_by == dt.date(2026, 12, 23)
    document = slip(case, Document.Kind.SUPPLEMENT_REQUEST)
    assert document.notation == "01/HDHS"
    assert document.content["items"] == ["Ảnh rõ mặt sau thẻ căn cước", "Giấy xác nhận nơi ở cũ"]
    assert document.content["answer_by"] == "23/12/2026"
    asked = asked_of(case, events_of(case.pk))
    assert asked is not None and asked.reason == "Mờ." and len(asked.items) == 2

    with pytest.raises(ReasonMissing):
        answer_supplement(case=case, account=account, message=" ")
    case = answer_supplement(
        case=case, account=account, uploads=[("birth_certificate", pdf_upload("mặt sau.pdf"))]
    )
    assert case.state == CaseStatus.REGISTERED and case.supplement_by is None
    assert Attachment.objects.filter(owner_id=case.pk).count() == 2
    assert asked_of(case, events_of(case.pk)) is None
    assert accept_case(case=case, official=reception).state == CaseStatus.RECEIVED


def test_where_the_clock_pauses_the_minutes_that_were_left_are_left(
    in_ba_dinh: CommuneInfo,
) -> None:
    with time_machine.travel(at(23, 9), tick=False):
        case = make_case(STATUS, "in_process")
        step_due = current_step(case).due_at
    with time_machine.travel(at(23, 10), tick=False):
        case = request_supplement(
            case=case, official=the_official("specialist"), items=ITEMS, reason=""
        )
    assert case.clock_stopped_at == at(23, 10)
    with time_machine.travel(at(27, 10), tick=False):  # two working days later
        case = answer_supplement(case=case, official=the_official("reception"), message="Đã có")
    assert case.state == CaseStatus.IN_PROCESS and case.clock_stopped_at is None
    assert case.original_due_at == at(27, 9)
    # Friday 27, Monday 30 November, Tuesday 1 December: as much as was left on the 23rd.
    calendar = commune_calendar()
    left = calendar.working_minutes_between(at(23, 10), at(27, 9))
    assert calendar.working_minutes_between(at(27, 10), case.due_at) == left
    new_step_due = current_step(case).due_at
    assert step_due is not None and new_step_due is not None
    assert calendar.working_minutes_between(
        at(27, 10), new_step_due
    ) == calendar.working_minutes_between(at(23, 10), step_due)


def test_where_the_clock_begins_anew_the_due_time_is_that_of_a_fresh_case(
    in_ba_dinh: CommuneInfo,
) -> None:
    with time_machine.travel(at(23, 9), tick=False):
        case = make_case(BUSINESS, "in_process")
        case = request_supplement(
            case=case, official=the_official(case.step_role), items=ITEMS, reason=""
        )
    with time_machine.travel(at(26, 14), tick=False):
        case = answer_supplement(case=case, official=the_official("reception"), message="Đã có")
        fresh = make_case(BUSINESS, "received")
    definition = definition_of(case)
    assert case.due_at == due_time(definition.time_limit, at(26, 14), commune_calendar())
    assert case.due_at == fresh.due_at
    assert case.original_due_at < case.due_at
    assert current_step(case).due_at == current_step(fresh).due_at


def test_a_second_request_is_not_made(in_ba_dinh: CommuneInfo) -> None:
    case = make_case()
    reception = the_official("reception")
    request_supplement(case=case, official=reception, items=ITEMS, reason="")
    answer_supplement(case=case, official=reception, message="Đã có")
    with pytest.raises(AskedAlready, match="một lần"):
        request_supplement(case=case, official=reception, items=ITEMS, reason="")
    assert Case.objects.get(pk=case.pk).state == CaseStatus.REGISTERED


def test_after_the_decision_nothing_more_is_asked(in_ba_dinh: CommuneInfo) -> None:
    case = make_case(BOOK_COPY, "awaiting_decision")
    case = approve_case(case=case, official=the_official("leader"))
    with pytest.raises(AlreadyDecided):
        request_supplement(case=case, official=the_official("clerk"), items=ITEMS, reason="")


def test_only_reception_takes_papers_for_an_applicant(in_ba_dinh: CommuneInfo) -> None:
    case = make_case()
    request_supplement(case=case, official=the_official("reception"), items=ITEMS, reason="")
    with pytest.raises(NotYourStep):
        answer_supplement(case=case, official=the_official("leader"), message="Đã có")


def test_nothing_is_answered_that_was_not_asked(in_ba_dinh: CommuneInfo) -> None:
    account = make_account()
    case = make_case(account=account)
    with pytest.raises(SupplementClosed, match="Mới đăng ký"):
        answer_supplement(case=case, account=account, message="Gửi thêm")


@pytest.mark.parametrize("waiting", [False, True])
def test_before_acceptance_the_applicant_takes_the_case_back_alone(
    in_ba_dinh: CommuneInfo, waiting: bool
) -> None:
    account = make_account()
    case = make_case(account=account)
    if waiting:
        request_supplement(case=case, official=the_official("reception"), items=ITEMS, reason="")
    case = withdraw_case(case=case, account=account, reason="Nộp nhầm")
    assert case.state == CaseStatus.STOPPED and case.supplement_by is None
    last = events_of(case.pk).last()
    assert last is not None
    assert (last.verb, last.actor_id, last.details) == (
        "withdraw",
        account.pk,
        {"reason": "Nộp nhầm"},
    )
    assert TrackedCase.objects.get(case_id=case.pk).status == CaseStatus.STOPPED


def test_after_acceptance_it_is_no_longer_the_applicants_alone(in_ba_dinh: CommuneInfo) -> None:
    account = make_account()
    case = make_case(STATUS, "in_process", account=account)
    with pytest.raises(MoveNotAllowed):
        withdraw_case(case=case, account=account)
    request_supplement(case=case, official=the_official("specialist"), items=ITEMS, reason="")
    with pytest.raises(MoveNotAllowed, match="Chờ bổ sung"):
        withdraw_case(case=case, account=account)


def test_the_tracking_row_says_when_its_case_moved_last(in_ba_dinh: CommuneInfo) -> None:
    with time_machine.travel(at(23, 9), tick=False):
        case = make_case()
    with time_machine.travel(at(25, 9), tick=False):
        accept_case(case=case, official=the_official("reception"))
    tracked = TrackedCase.objects.get(case_id=case.pk)
    assert (tracked.status, tracked.updated_at) == (CaseStatus.RECEIVED, at(25, 9))
    assert [document.kind for document in documents_of(case)] == [Document.Kind.RECEIPT_SLIP]
