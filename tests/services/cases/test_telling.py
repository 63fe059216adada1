"""Who is told what at which turn: words, ways, and that no turn waits for a partner."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from services.cases.decision import reject_case
from services.cases.delivery import release_result
from services.cases.filing import file_case
from services.cases.intake import accept_case, answer_supplement, refuse_case, request_supplement
from services.cases.lifecycle import lock_case, note_on_case
from services.cases.models import Case
from services.cases.stopping import propose_stop
from services.cases.telling import tell_officials
from services.cases.withdrawal import withdraw_case
from tenants.accounts.models import Account
from tenants.history.events import Actor
from tenants.jobs.runner import run_pending_jobs
from tenants.notices.models import Delivery, Notice
from tenants.notices.notices import notices_of_citizen, notices_of_official, notices_of_subject
from tests.factories import (
    BIRTH,
    make_account,
    make_case,
    make_draft,
    make_official,
    the_official,
)
from tests.journeys.answers import filing
from tests.messages_sent import texts_to

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_ba_dinh")]

QUEUES = ("default", "notices")


@pytest.fixture
def account() -> Account:
    return make_account(email="thuong@example.vn")


def told(case: Case, audience: str = "citizen") -> list[str]:
    return [one.kind for one in notices_of_subject(case.pk) if one.audience == audience]


def last(case: Case) -> dict[str, Any]:
    content: dict[str, Any] = Notice.objects.filter(subject_id=case.pk).latest("id").content
    return content


class TestTheApplicant:
    def test_is_told_of_every_turn_up_to_the_result(self, account: Account):
        case = make_case(up_to="returned", account=account)
        assert told(case) == ["filed", "accepted", "result_ready", "returned"]
        assert [one.path for one in notices_of_citizen(account.pk)] == [f"/ho-so/{case.code}/"] * 4

    def test_reads_until_when_and_from_whom(self, account: Account):
        case = make_case(up_to="received", account=account)
        assert case.due_at is not None
        said = last(case)["body"]
        assert "Hẹn trả kết quả: " in said
        assert "Người tiếp nhận: Nguyễn Thị Hoa, Công chức tiếp nhận hồ sơ." in said
        assert "Phường Ba Đình" in said

    def test_reads_what_to_bring_and_until_when(self, account: Account):
        case = make_case(up_to="in_process", account=account)
        case = request_supplement(
            case=case,
            official=the_official(case.step_role),
            items=["Giấy chứng sinh", "Ảnh 4x6"],
            reason="Ảnh nộp bị mờ",
        )
        said = last(case)
        assert "– Giấy chứng sinh\n– Ảnh 4x6\nLý do: Ảnh nộp bị mờ" in said["body"]
        assert f"{case.supplement_by:%d/%m/%Y}" in said["body"]
        assert f"{case.supplement_by:%d/%m/%Y}" in said["sms"]
        case = answer_supplement(case=case, account=account, message="Đã có giấy.")
        assert told(case)[-1] == "supplement_received"
        assert told(case, "official") == ["desk_supplement"]

    def test_reads_no_empty_promise(self, account: Account):
        # Before acceptance there is no due time yet.
        case = make_case(account=account)
        official = the_official("reception")
        case = request_supplement(case=case, official=official, items=["Ảnh"], reason="")
        assert "Lý do" not in last(case)["body"]
        case = answer_supplement(case=case, account=account, message="Đây.")
        assert "Hẹn trả" not in last(case)["body"]

    def test_is_told_why_a_case_is_refused(self, account: Account):
        case = make_case(account=account)
        case = refuse_case(case=case, official=the_official("reception"), reason="Sai nơi nộp")
        assert told(case) == ["filed", "refused"]
        assert "Lý do: Sai nơi nộp" in last(case)["body"]

    def test_is_not_told_of_a_result_when_the_answer_is_no(self, account: Account):
        case = make_case(up_to="awaiting_decision", account=account)
        leader = the_official("leader")
        case = reject_case(case=case, official=leader, reason="Không đủ điều kiện")
        while not case.finished_at:
            case = release_result(case=case, official=the_official(case.step_role))
        assert told(case)[-1] == "rejected"

    def test_of_a_case_taken_back_before_acceptance_no_leader_hears(self, account: Account):
        the_official("leader")
        case = make_case(account=account)
        case = withdraw_case(case=case, account=account, reason="Nộp nhầm")
        assert told(case) == ["filed", "withdrawn"]
        assert told(case, "official") == []

    def test_without_account_is_told_where_the_form_says(self):
        case = make_case(
            answers={"requester_phone": "0912345678", "requester_email": "ba.lan@example.vn"}
        )
        run_pending_jobs(QUEUES)
        [text] = texts_to("0912345678")
        assert case.code in text
        assert text.strip().endswith("/tra-cuu/")
        assert len(texts_to("ba.lan@example.vn")) == 1

    def test_with_account_is_told_there_and_not_at_what_the_form_says(self, account: Account):
        make_case(account=account, answers={"requester_email": "nguoi-khac@example.vn"})
        run_pending_jobs(QUEUES)
        assert [one.to for one in mail.outbox] == [["thuong@example.vn"]]

    def test_no_message_names_a_person_or_a_number(self):
        case = make_case(up_to="returned", answers={"requester_phone": "0912345679"})
        run_pending_jobs(QUEUES)
        said = "\n".join(texts_to("0912345679"))
        assert said
        for secret in (case.applicant_name, case.subject_name, case.applicant_national_id):
            assert secret not in said


class TestOfficials:
    def test_who_holds_a_case_is_told_but_not_of_what_they_did(self, account: Account):
        case = make_case(up_to="in_process", account=account)
        holder = the_official("specialist")
        other = make_official("specialist", name="Lê Thị Thu")
        assert told(case, "official") == []
        case = note_on_case(
            lock_case(case.pk),
            verb="assign",
            by=Actor.official(the_official("head")),
            details={"to": other.name},
            handler_id=other.pk,
            handler_name=other.name,
        )
        [notice] = notices_of_official(other.account_id, "00004")
        assert notice.kind == "desk_assigned"
        assert not notices_of_official(holder.account_id, "00004").exists()
        note_on_case(case, verb="assign", by=Actor.official(other), handler_id=other.pk)
        assert notices_of_official(other.account_id, "00004").count() == 1

    def test_a_proposal_goes_to_those_who_may_sign(self, account: Account):
        leader = the_official("leader")
        make_official("leader", name="Ngô Văn Hưu", may_sign=False)
        elsewhere = make_official("leader", name="Bùi Thị Én", scope="9.999999")
        case = make_case(up_to="in_process", account=account)
        propose_stop(
            case=case,
            official=the_official("specialist"),
            ground="Quá hạn bổ sung",
            reason="Đã chờ 30 ngày",
        )
        assert notices_of_official(leader.account_id, "00004").count() == 1
        assert not notices_of_official(elsewhere.account_id, "00004").exists()
        assert told(case, "official") == ["desk_proposal"]

    def test_a_warning_says_which_step_and_until_when(self, account: Account):
        case = make_case(up_to="in_process", account=account)
        holder = the_official("specialist")
        tell_officials([holder], case, "desk_warning", reason="Còn 1 giờ làm việc.")
        [notice] = notices_of_official(holder.account_id, "00004")
        assert case.step_name in notice.content["body"]
        assert notice.content["body"].endswith("Còn 1 giờ làm việc.")


class TestPartners:
    @pytest.mark.parametrize("backend", ["tests.messages_sent.BrokenGateway", "no.such.Sender"])
    def test_no_fault_of_a_partner_reaches_a_turn(
        self, backend: str, settings: Settings, caplog: pytest.LogCaptureFixture
    ):
        settings.SMS_BACKEND = backend
        settings.EMAIL_BACKEND = "no.such.EmailBackend"
        case = make_case(
            up_to="received",
            answers={"requester_phone": "0912345680", "requester_email": "ba.lan@example.vn"},
        )
        assert run_pending_jobs(("notices",)) == 6
        found = Delivery.objects.filter(notice__subject_id=case.pk)
        assert {(one.state, one.attempts) for one in found} == {("waiting", 1)}
        assert all(one.error for one in found)
        assert "0912345680" not in caplog.text
        assert "ba.lan" not in caplog.text


class TestCost:
    def test_filing_costs_two_statements_more(self, monkeypatch: pytest.MonkeyPatch):
        account = make_account()

        def cost() -> int:
            one = filing(BIRTH, commune="00004")
            draft = make_draft(one, account=account)
            with CaptureQueriesContext(connection) as captured:
                file_case(draft=draft, declared=True, account=account)
            return len([one for one in captured if "SAVEPOINT" not in one["sql"]])

        cost()
        with_notice = cost()
        monkeypatch.setattr("services.cases.filing.tell_turn", lambda *args, **kwargs: None)
        assert with_notice - cost() == 2

    def test_accepting_costs_two_statements_more(self, monkeypatch: pytest.MonkeyPatch):
        account = make_account()
        cases = [make_case(account=account) for _ in range(3)]
        official = the_official("reception")

        def cost(case: Case) -> int:
            with CaptureQueriesContext(connection) as captured:
                accept_case(case=case, official=official)
            return len([one for one in captured if "SAVEPOINT" not in one["sql"]])

        cost(cases[0])
        with_notice = cost(cases[1])
        monkeypatch.setattr("services.cases.lifecycle.tell_turn", lambda *args, **kwargs: None)
        assert with_notice - cost(cases[2]) == 2
