"""Stops, withdrawals, proposals, payments and referrals: what each does, and every refusal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine

from documents.registers.models import Document
from services.cases.clock import commune_calendar
from services.cases.decision import approve_case
from services.cases.delivery import documents_of, hand_over, send_by_post
from services.cases.errors import (
    AmountMissing,
    CaseChanged,
    CaseError,
    DecisionMade,
    MayNotSign,
    MoveNotAllowed,
    NotConsulted,
    NothingProposed,
    NotYourStep,
    PostCodeMissing,
    ProposalOpen,
    ReasonMissing,
    ReferralClosed,
    ReferralsOpen,
    StillUnpaid,
)
from services.cases.grounds import ground_for, grounds_on
from services.cases.intake import accept_case, request_supplement
from services.cases.lifecycle import seen_token
from services.cases.models import Case
from services.cases.obligations import (
    confirm_payment,
    owed_on,
    require_payment,
    settle_obligation,
)
from services.cases.processing import complete_step, take_case
from services.cases.proposals import decline_proposal, proposed_on
from services.cases.referrals import answer_referral, refer_case, withdraw_referral
from services.cases.states import CaseStatus, Proposal, ReturnWay
from services.cases.stopping import propose_stop, stop_case
from services.cases.story import tell
from services.cases.supplements import is_overdue
from services.cases.withdrawal import agree_withdrawal, ask_withdrawal, decline_withdrawal
from tenants.communes.current import CommuneInfo
from tenants.history.events import Actor, events_of
from tenants.jobs.runner import run_pending_jobs
from tenants.organisation.models import Department, Official
from tests.factories import make_account, make_case, make_official, the_official
from tests.journeys.answers import filing

BOOK_COPY = "2.000908"
PAYING: dict[str, Any] = {"amount": 150_000, "reason": "Lệ phí đo đạc"}
STOP: dict[str, Any] = {"ground": "Người nộp không bổ sung", "reason": "Quá hạn từ thứ Hai"}
MONDAY = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.timezone(dt.timedelta(hours=7)))


@pytest.fixture
def working(in_ba_dinh: CommuneInfo) -> Case:
    return make_case(BOOK_COPY, "in_process", account=make_account())


@pytest.fixture
def specialist(in_ba_dinh: CommuneInfo) -> Official:
    return the_official("specialist")


@pytest.fixture
def leader(in_ba_dinh: CommuneInfo) -> Official:
    return the_official("leader")


def verbs(case: Case) -> list[str]:
    return [event.verb for event in events_of(case.pk)]


def told(case: Case, **given: bool) -> str:
    return " | ".join(
        f"{line.who} {line.text} {line.note}" for line in tell(events_of(case.pk), **given)
    )


# ── Stops ────────────────────────────────────────────────────────────────


def test_a_stop_is_a_numbered_notice_with_ground_and_reason(
    working: Case, leader: Official
) -> None:
    case = stop_case(
        case=working, official=leader, returned_papers=["Sổ hộ khẩu"], refund=8000, **STOP
    )
    assert case.state == CaseStatus.STOPPED and case.handler_id is None
    notice = documents_of(case)[-1]
    assert notice.kind == Document.Kind.STOP_NOTICE and notice.notation.endswith("/TB-UBND")
    said = str(notice.content)
    assert all(text in said for text in (*STOP.values(), "Sổ hộ khẩu", "8.000"))
    assert notice.notation in told(case, for_applicant=True)


def test_a_case_that_was_never_taken_is_stopped_along_the_arcs(
    in_ba_dinh: CommuneInfo, leader: Official
) -> None:
    case = stop_case(case=make_case(BOOK_COPY, "received"), official=leader, **STOP)
    assert verbs(case)[-2:] == ["resume", "stop"]


def test_who_may_not_sign_stops_nothing(working: Case, specialist: Official) -> None:
    deputy = make_official("leader", may_sign=False)
    for official in (specialist, deputy, the_official("head")):
        with pytest.raises(MayNotSign):
            stop_case(case=working, official=official, **STOP)


@pytest.mark.parametrize("empty", ["ground", "reason"])
def test_nothing_is_stopped_without_ground_and_reason(
    working: Case, leader: Official, specialist: Official, empty: str
) -> None:
    with pytest.raises(ReasonMissing):
        stop_case(case=working, official=leader, **{**STOP, empty: "  "})
    with pytest.raises(ReasonMissing):
        propose_stop(case=working, official=specialist, **{**STOP, empty: "  "})


@pytest.mark.parametrize(
    ("stage", "error"), [("registered", MoveNotAllowed), ("approved", DecisionMade)]
)
def test_what_is_too_early_or_decided_is_not_stopped(
    in_ba_dinh: CommuneInfo,
    leader: Official,
    specialist: Official,
    stage: Any,
    error: type[CaseError],
) -> None:
    case = make_case(BOOK_COPY, stage)
    for act, official in ((stop_case, leader), (propose_stop, specialist)):
        with pytest.raises(error):
            act(case=case, official=official, **STOP)


def test_the_leader_is_shown_a_proposal_and_declines_it_with_a_reason(
    working: Case, leader: Official, specialist: Official
) -> None:
    case = propose_stop(case=working, official=specialist, **STOP)
    assert case.proposal == Proposal.STOP and case.state == CaseStatus.IN_PROCESS
    shown = proposed_on(case, events_of(case.pk))
    assert shown is not None and shown.who == specialist.name and shown.ground == STOP["ground"]
    with pytest.raises(ProposalOpen):
        propose_stop(case=case, official=the_official("head"), **STOP)
    with pytest.raises(MayNotSign):
        decline_proposal(case=case, official=specialist, reason="Không")
    with pytest.raises(ReasonMissing):
        decline_proposal(case=case, official=leader, reason=" ")
    case = decline_proposal(case=case, official=leader, reason="Gọi lại lần nữa")
    assert not case.proposal and "Gọi lại lần nữa" in told(case)
    assert "Gọi lại" not in told(case, for_applicant=True)
    with pytest.raises(NothingProposed):
        decline_proposal(case=case, official=leader, reason="Không")


def test_reception_proposes_nothing(working: Case) -> None:
    with pytest.raises(NotYourStep):
        propose_stop(case=working, official=the_official("reception"), **STOP)


def test_a_decision_leaves_no_proposal_behind(working: Case, specialist: Official) -> None:
    propose_stop(case=working, official=specialist, **STOP)
    entries = dict(filing(BOOK_COPY).entries)
    case = complete_step(case=working, official=specialist, outcome="approved", findings=entries)
    assert case.proposal and not approve_case(case=case, official=the_official("leader")).proposal


def test_an_unanswered_supplement_stops_nothing_by_itself_and_brings_a_ground(
    in_ba_dinh: CommuneInfo, leader: Official
) -> None:
    with time_machine.travel(MONDAY, tick=False) as time:
        case = make_case(BOOK_COPY)
        reception = the_official("reception")
        case = request_supplement(case=case, official=reception, items=["Đơn"], reason="")
        assert case.supplement_by is not None
        time.move_to(MONDAY + dt.timedelta(days=40))
        run_pending_jobs()
        last = case.supplement_by
        case = Case.objects.get(pk=case.pk)
        today = dt.date(2027, 1, 2)
        assert is_overdue(case, today) and not is_overdue(case, last)
        assert case.state == CaseStatus.SUPPLEMENT
        ground = ground_for(case, today)
        assert ground in grounds_on(today) and "bổ sung" in ground
        assert (
            stop_case(case=case, official=leader, ground=ground, reason="Quá hạn").is_open is False
        )


def test_a_ground_is_offered_while_it_is_in_force() -> None:
    assert len(grounds_on(dt.date(2025, 6, 30))) == len(grounds_on(dt.date(2025, 7, 1))) - 1


# ── Withdrawals ──────────────────────────────────────────────────────────


def test_the_leader_agrees_in_writing_to_a_withdrawal(working: Case, leader: Official) -> None:
    reception = the_official("reception")
    with pytest.raises(ReasonMissing):
        ask_withdrawal(case=working, official=reception, reason=" ")
    case = ask_withdrawal(case=working, official=reception, reason="Đổi ý")
    with pytest.raises(MayNotSign):
        agree_withdrawal(case=case, official=reception)
    case = agree_withdrawal(case=case, official=leader, returned_papers=("Giấy khai sinh",))
    assert case.state == CaseStatus.STOPPED
    said = str(documents_of(case)[-1].content)
    assert "Đề nghị rút hồ sơ ngày" in said and "Đổi ý" in said and "Giấy khai sinh" in said


def test_the_leader_declines_a_withdrawal_and_the_case_goes_on(
    working: Case, leader: Official
) -> None:
    due = working.due_at
    case = ask_withdrawal(case=working, official=the_official("reception"), reason="Đổi ý")
    assert case.clock_stopped_at is None and case.due_at == due
    with pytest.raises(ReasonMissing):
        decline_withdrawal(case=case, official=leader, reason="")
    case = decline_withdrawal(case=case, official=leader, reason="Đã trình ký")
    assert case.state == CaseStatus.IN_PROCESS
    assert "Đã trình ký" in told(case, for_applicant=True)
    for answer, said in ((agree_withdrawal, {}), (decline_withdrawal, {"reason": "x"})):
        with pytest.raises(MoveNotAllowed):
            answer(case=case, official=leader, **said)  # type: ignore[arg-type]


@pytest.mark.parametrize("waits", ["supplement", "payment"])
def test_who_waits_for_the_applicant_waits_no_more_when_they_withdraw(
    in_ba_dinh: CommuneInfo, specialist: Official, waits: str
) -> None:
    with time_machine.travel(MONDAY, tick=False) as time:
        case = make_case(BOOK_COPY, "in_process")
        promised = case.due_at
        if waits == "supplement":
            request_supplement(case=case, official=specialist, items=["Đơn"], reason="")
        else:
            require_payment(case=case, official=specialist, **PAYING)
        time.move_to(MONDAY + dt.timedelta(days=1))
        case = ask_withdrawal(case=case, official=the_official("reception"), reason="Đổi ý")
    assert case.state == CaseStatus.WITHDRAWING and verbs(case)[-2:] == ["resume", "ask_withdrawal"]
    assert case.clock_stopped_at is None and case.supplement_by is None
    assert case.due_at is not None and promised is not None and case.due_at > promised


@pytest.mark.parametrize(
    ("stage", "error"), [("registered", MoveNotAllowed), ("approved", DecisionMade)]
)
def test_what_is_not_accepted_or_decided_is_not_asked_for(
    in_ba_dinh: CommuneInfo, stage: Any, error: type[CaseError]
) -> None:
    account = make_account()
    case = make_case(BOOK_COPY, stage, account=account)
    with pytest.raises(error):
        ask_withdrawal(case=case, account=account, reason="Đổi ý")


# ── Payments ─────────────────────────────────────────────────────────────


def test_a_payment_stops_the_clock_and_its_receipt_starts_it_again(
    in_ba_dinh: CommuneInfo, specialist: Official
) -> None:
    with time_machine.travel(MONDAY, tick=False) as time:
        case = make_case(BOOK_COPY, "in_process")
        promised = case.due_at
        case = require_payment(case=case, official=specialist, **PAYING)
        assert case.state == CaseStatus.PAYMENT and case.clock_stopped_at is not None
        owed = owed_on(case, events_of(case.pk))
        assert owed is not None and owed.amount == 150_000 and not owed.elsewhere
        time.move_to(MONDAY + dt.timedelta(days=2))
        case = settle_obligation(case=case, by=Actor.system())
    assert case.state == CaseStatus.IN_PROCESS and case.clock_stopped_at is None
    assert case.due_at is not None and promised is not None and case.due_at > promised
    assert case.original_due_at == promised
    assert "yêu cầu nộp 150.000 đồng: Lệ phí đo đạc" in told(case, for_applicant=True)
    with pytest.raises(MoveNotAllowed):
        settle_obligation(case=case, by=Actor.system())


def test_what_this_office_collects_is_confirmed_by_its_receipt_alone(
    working: Case, specialist: Official
) -> None:
    case = require_payment(case=working, official=specialist, **PAYING)
    with pytest.raises(StillUnpaid):
        confirm_payment(case=case, official=specialist, note="Giấy nộp tiền")


def test_what_is_paid_elsewhere_is_confirmed_with_the_proof(
    working: Case, specialist: Official
) -> None:
    case = require_payment(case=working, official=specialist, elsewhere=True, **PAYING)
    with pytest.raises(ReasonMissing):
        confirm_payment(case=case, official=specialist, note=" ")
    with pytest.raises(NotYourStep):
        confirm_payment(case=case, official=the_official("clerk"), note="Số 12")
    case = confirm_payment(case=case, official=the_official("reception"), note="Giấy nộp tiền 12")
    assert case.state == CaseStatus.IN_PROCESS and "Giấy nộp tiền 12" in told(case)
    with pytest.raises(MoveNotAllowed):
        confirm_payment(case=case, official=specialist, note="Số 12")


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"amount": 0}, AmountMissing),
        ({"amount": -5}, AmountMissing),
        ({"amount": 3_000_000_000}, AmountMissing),
        ({"reason": " "}, ReasonMissing),
    ],
)
def test_a_payment_is_asked_for_with_amount_and_reason(
    working: Case, specialist: Official, given: dict[str, Any], error: type[CaseError]
) -> None:
    with pytest.raises(error):
        require_payment(case=working, official=specialist, **{**PAYING, **given})


def test_a_payment_is_asked_for_while_the_case_is_worked_on(
    in_ba_dinh: CommuneInfo, specialist: Official
) -> None:
    with pytest.raises(MoveNotAllowed):
        require_payment(case=make_case(BOOK_COPY, "received"), official=specialist, **PAYING)
    decided = make_case(BOOK_COPY, "approved")
    with pytest.raises(DecisionMade):
        require_payment(case=decided, official=the_official(decided.step_role), **PAYING)
    with pytest.raises(NotYourStep):
        require_payment(case=decided, official=the_official("reception"), **PAYING)


# ── Others ───────────────────────────────────────────────────────────────


@pytest.fixture
def department(in_ba_dinh: CommuneInfo) -> Department:
    return Department.objects.create(name="Phòng Kinh tế")


def test_a_department_is_asked_and_the_step_waits_for_its_answer(
    working: Case, specialist: Official, department: Department
) -> None:
    due = working.due_at
    case = refer_case(
        case=working,
        official=specialist,
        question="Có trong quy hoạch không?",
        days=2,
        department=department,
    )
    assert case.open_referrals == 1 and case.due_at == due and case.clock_stopped_at is None
    entries = dict(filing(BOOK_COPY).entries)
    with pytest.raises(ReferralsOpen, match="1 việc phối hợp"):
        complete_step(case=case, official=specialist, outcome="approved", findings=entries)
    referral = case.referrals.get()
    with pytest.raises(NotConsulted, match="Phòng Kinh tế"):
        answer_referral(case=case, referral_id=referral.pk, official=specialist, answer="Có")
    adviser = make_official("specialist", name="Ngô Thị Bích Ngọc", department=department)
    with pytest.raises(ReasonMissing):
        answer_referral(case=case, referral_id=referral.pk, official=adviser, answer=" ")
    case = answer_referral(case=case, referral_id=referral.pk, official=adviser, answer="Có.")
    assert case.open_referrals == 0
    assert "ghi trả lời phối hợp của Phòng Kinh tế, đúng hạn Có." in told(case)
    assert "phối hợp" not in told(case, for_applicant=True)
    with pytest.raises(ReferralClosed):
        answer_referral(case=case, referral_id=referral.pk, official=adviser, answer="Có.")
    complete_step(case=case, official=specialist, outcome="approved", findings=entries)


def test_a_part_goes_to_another_agency_with_a_deadline_of_its_own(
    in_ba_dinh: CommuneInfo, specialist: Official
) -> None:
    with time_machine.travel(MONDAY, tick=False):
        case = make_case(BOOK_COPY, "in_process")
        case = refer_case(
            case=case, official=specialist, question="Xác minh", days=3, agency="Công an phường"
        )
        referral = case.referrals.get()
    calendar = commune_calendar()
    assert calendar.working_minutes_between(MONDAY, referral.due_at) == 3 * 8 * 60
    assert "đề nghị Công an phường phối hợp" in told(case, for_applicant=True)
    assert "Xác minh" not in told(case, for_applicant=True)
    with pytest.raises(NotYourStep):
        answer_referral(
            case=case, referral_id=referral.pk, official=the_official("reception"), answer="Đúng"
        )
    with pytest.raises(NotYourStep):
        withdraw_referral(case=case, referral_id=referral.pk, official=the_official("clerk"))
    case = withdraw_referral(case=case, referral_id=referral.pk, official=the_official("head"))
    assert case.open_referrals == 0
    with pytest.raises(ReferralClosed):
        withdraw_referral(case=case, referral_id=referral.pk, official=specialist)


@pytest.mark.parametrize("given", [{"question": " ", "agency": "A"}, {"question": "Gì?"}])
def test_a_question_has_words_and_an_addressee(
    working: Case, specialist: Official, given: dict[str, Any]
) -> None:
    with pytest.raises(ReasonMissing):
        refer_case(case=working, official=specialist, days=1, **given)


def test_nobody_is_asked_about_what_is_not_worked_on(
    in_ba_dinh: CommuneInfo, specialist: Official
) -> None:
    asking: dict[str, Any] = {"question": "Gì?", "agency": "A", "days": 1}
    with pytest.raises(MoveNotAllowed):
        refer_case(case=make_case(BOOK_COPY), official=the_official("reception"), **asking)
    decided = make_case(BOOK_COPY, "approved")
    with pytest.raises(DecisionMade):
        refer_case(case=decided, official=the_official(decided.step_role), **asking)
    with pytest.raises(NotYourStep):
        refer_case(case=decided, official=the_official("reception"), **asking)


def test_a_stopped_case_asks_nobody_any_more(
    working: Case, specialist: Official, leader: Official
) -> None:
    refer_case(case=working, official=specialist, question="Gì?", days=1, agency="A")
    case = stop_case(case=working, official=leader, **STOP)
    referral = case.referrals.get()
    assert case.open_referrals == 0 and referral.withdrawn_at is not None
    with pytest.raises(MoveNotAllowed):
        answer_referral(case=case, referral_id=referral.pk, official=specialist, answer="Muộn")


# ── The ways out, and the register ───────────────────────────────────────


@pytest.fixture
def printed(in_ba_dinh: CommuneInfo, monkeypatch: pytest.MonkeyPatch) -> Case:
    monkeypatch.setattr("services.cases.delivery.get_result", lambda case: None)
    return make_case(BOOK_COPY, "result_ready")


@pytest.mark.parametrize("number", ["", "12", "EB 12?", "x" * 40])
def test_a_letter_has_the_number_of_the_post_office(printed: Case, number: str) -> None:
    with pytest.raises(PostCodeMissing, match="EB123456789VN"):
        send_by_post(case=printed, official=the_official("reception"), post_code=number)


def test_a_result_goes_by_post_however_late_it_is(printed: Case) -> None:
    Case.objects.filter(pk=printed.pk).update(due_at=MONDAY - dt.timedelta(days=90))
    case = send_by_post(case=printed, official=the_official("clerk"), post_code="eb 123456789 vn")
    assert case.state == CaseStatus.RETURNED and case.return_way == ReturnWay.POST
    assert "số hiệu EB123456789VN" in told(case, for_applicant=True)
    with pytest.raises(MoveNotAllowed):
        hand_over(case=case, official=the_official("clerk"), receiver="Ai")


def test_each_acceptance_takes_the_next_row_of_the_years_register(in_ba_dinh: CommuneInfo) -> None:
    reception = the_official("reception")
    with time_machine.travel(MONDAY, tick=False) as time:
        first, second, third = (make_case(BOOK_COPY) for _ in range(3))
        accept_case(case=first, official=reception)
        with pytest.raises(NotYourStep):
            accept_case(case=second, official=the_official("leader"))
        accept_case(case=second, official=reception)
        time.move_to(MONDAY + dt.timedelta(days=60))
        accept_case(case=third, official=reception)
    numbers = Case.objects.order_by("filed_at").values_list("register_number", flat=True)
    assert list(numbers) == [1, 2, 1]


def test_a_page_that_is_not_up_to_date_makes_no_move(
    working: Case, leader: Official, specialist: Official
) -> None:
    old = seen_token(working)
    take_case(case=working, official=specialist)
    acts: list[Callable[[], Case]] = [
        lambda: stop_case(case=working, official=leader, seen=old, **STOP),
        lambda: propose_stop(case=working, official=specialist, seen=old, **STOP),
        lambda: require_payment(case=working, official=specialist, seen=old, **PAYING),
        lambda: refer_case(
            case=working, official=specialist, question="Gì?", agency="A", days=1, seen=old
        ),
        lambda: ask_withdrawal(
            case=working, official=the_official("reception"), reason="Đổi ý", seen=old
        ),
    ]
    for act in acts:
        with pytest.raises(CaseChanged, match=specialist.name):
            act()
