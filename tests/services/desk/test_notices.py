"""Notices at the desk: one's own, and what an applicant was told in a case."""

from __future__ import annotations

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from services.cases.models import Case
from services.cases.telling import tell_officials
from tenants.communes.current import CommuneInfo, in_commune
from tenants.jobs.models import Job
from tenants.jobs.runner import run_pending_jobs
from tenants.notices.models import Delivery
from tenants.notices.notices import notify, unread_of_official
from tests.factories import the_official
from tests.messages_sent import texts_to
from tests.services.desk.conftest import CaseAt, Desk
from tests.services.desk.pages import address, text_of

pytestmark = pytest.mark.django_db

BROKEN = "tests.messages_sent.BrokenGateway"
PHONE = {"requester_phone": "0912345670", "requester_email": "ba.lan@example.vn"}


def warn(case: Case, role: str = "specialist") -> None:
    with in_commune("00004"):
        tell_officials([the_official(role)], case, "desk_warning", reason="Còn 1 giờ làm việc.")


class TestOnesOwn:
    def test_the_number_stands_on_the_list_until_they_were_opened(
        self, desk: Desk, case_at: CaseAt
    ):
        case = case_at("in_process")
        browser = desk("specialist")
        warn(case)
        assert '1<span class="vh"> chưa đọc' in text_of(browser.get("/desk/"))
        page = text_of(browser.get("/desk/thong-bao/"))
        assert f"Hồ sơ {case.code} cần làm gấp" in page
        assert "Còn 1 giờ làm việc." in page
        assert "mới</span>" in page
        assert "chưa đọc" not in text_of(browser.get("/desk/"))
        assert "mới</span>" not in text_of(browser.get("/desk/thong-bao/"))

    def test_asking_for_the_head_or_loading_ahead_opens_none(self, desk: Desk, case_at: CaseAt):
        browser = desk("specialist")
        warn(case_at("in_process"))
        browser.head("/desk/thong-bao/")
        browser.get("/desk/thong-bao/", headers={"Sec-Purpose": "prefetch"})
        with in_commune("00004"):
            account = the_official("specialist").account_id
        assert unread_of_official(account, "00004") == 1

    def test_no_official_reads_anothers(self, desk: Desk, case_at: CaseAt):
        warn(case_at("in_process"))
        page = text_of(desk("clerk").get("/desk/thong-bao/"))
        assert "cần làm gấp" not in page
        assert "Chưa có thông báo nào" in page

    def test_the_number_costs_one_statement_and_no_other_page_any(
        self, desk: Desk, case_at: CaseAt
    ):
        case = case_at("in_process")
        browser = desk("specialist")
        asked = {}
        for path in ("/desk/", address(case)):
            browser.get(path)
            with CaptureQueriesContext(connection) as captured:
                browser.get(path)
            found = [one["sql"] for one in captured if "count(" in one["sql"].lower()]
            asked[path] = len([sql for sql in found if "notices_notice" in sql])
        assert list(asked.values()) == [1, 0]


class TestOfACase:
    @pytest.fixture
    def case(self, ba_dinh: CommuneInfo, case_at: CaseAt) -> Case:
        case = case_at("received", answers=PHONE)
        run_pending_jobs(("notices",))
        return case

    def test_each_delivery_stands_there_and_no_address_in_full(self, desk: Desk, case: Case):
        page = text_of(desk("reception").get(address(case)))
        assert "2 thông báo cho người nộp" in page
        assert page.count("đã gửi</span>") == 4
        assert "b…@example.vn" in page
        assert "0912…70" in page
        assert "0912345670" not in page.partition("told")[2].partition("Diễn biến")[0]

    def test_before_the_jobs_ran_it_says_so(self, desk: Desk, case_at: CaseAt):
        case = case_at(answers=PHONE)
        assert "Đang chuẩn bị gửi" in text_of(desk("reception").get(address(case)))

    def test_nobody_to_write_to_is_told_at_the_counter(self, desk: Desk, case_at: CaseAt):
        case = case_at()
        with in_commune("00004"):
            notify(
                account_id=None,
                commune_code="00004",
                subject_id=case.pk,
                code=case.code,
                kind="accepted",
                title="Hồ sơ đã được tiếp nhận",
                body="Hẹn trả trong ngày.",
                path="/tra-cuu/",
            )
        page = text_of(desk("reception").get(address(case)))
        assert "Hãy báo khi họ đến quầy" in page

    def test_what_failed_is_shown_with_its_reason_and_sent_again(
        self, desk: Desk, case_at: CaseAt, settings: Settings
    ):
        settings.SMS_BACKEND = BROKEN
        case = case_at(answers={**PHONE, "requester_phone": "0912345671"})
        for _ in range(7):
            run_pending_jobs(("notices",))
            Job.objects.filter(state="later").update(not_before="2020-01-01T00:00Z")
        [failed] = Delivery.objects.filter(channel="sms")
        assert (failed.state, failed.attempts, failed.error) == ("failed", 6, "SmsFailed")
        browser = desk("reception")
        page = text_of(browser.get(address(case)))
        assert "1 không gửi được" in page
        assert "tổng đài tin nhắn chưa nhận (SmsFailed), đã thử 6 lần" in page
        again = f"{address(case)}thong-bao/{failed.pk}/gui-lai/"
        assert again in page

        settings.SMS_BACKEND = "tenants.kit.sms.FileSender"
        assert "Đang gửi lại" in text_of(browser.post(again, follow=True))
        run_pending_jobs(("notices",))
        assert len(texts_to("0912345671")) == 1
        assert "không cần gửi lại" in text_of(browser.post(again, follow=True))
        assert len(mail.outbox) == 1

    def test_only_of_this_case_and_this_commune(
        self, desk: Desk, case: Case, case_at: CaseAt, ngoc_ha: CommuneInfo
    ):
        other = case_at()
        delivery = Delivery.objects.filter(notice__subject_id=case.pk).first()
        assert delivery is not None
        path = f"{address(other)}thong-bao/{delivery.pk}/gui-lai/"
        assert desk("reception").post(path).status_code == 404
        path = f"{address(case)}thong-bao/{delivery.pk}/gui-lai/"
        assert desk("reception", ngoc_ha).post(path).status_code == 404
