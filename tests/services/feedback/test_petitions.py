"""Complaints and proposals: taken, given out, answered in time, seen by whom they concern."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from django.http import Http404
from django.test import Client
from time_machine import travel

from services.feedback.access import (
    get_petition_for_asker,
    get_petition_for_official,
    petitions_for,
)
from services.feedback.errors import MayNotHandle, NotYetAnswered, PetitionClosed
from services.feedback.models import Petition
from services.feedback.petitions import (
    answer_petition,
    assign_petition,
    decline_petition,
    file_petition,
    judge_answer,
)
from services.feedback.terms import answer_due, term_of
from tenants.calendar.working_time import VIETNAM, WorkingCalendar
from tenants.communes.current import CommuneInfo, in_commune
from tenants.history.events import events_of, verify_chain
from tenants.jobs.runner import run_pending_jobs
from tenants.notices.models import Delivery, Notice
from tests.factories import account_of, make_account, the_official
from tests.second_factor import open_desk
from tests.services.desk.pages import text_of

pytestmark = pytest.mark.django_db

SAID = {
    "kind": "complaint",
    "subject": "Chờ ở quầy quá lâu",
    "text": "Sáng thứ Hai tôi chờ hai giờ mới được gọi số.",
}


@pytest.fixture
def here(ba_dinh: CommuneInfo) -> Iterator[CommuneInfo]:
    with in_commune(ba_dinh.code):
        yield ba_dinh


def make_petition(**given: object) -> Petition:
    account = given.pop("account", None) or make_account()
    return file_petition(account=account, **{**SAID, **given})  # type: ignore[arg-type]


class TestTerms:
    def test_days_are_working_days_of_the_calendar(self) -> None:
        friday = dt.datetime(2026, 11, 20, 16, 0, tzinfo=VIETNAM)
        due = answer_due("complaint", friday, WorkingCalendar())
        assert due == dt.datetime(2026, 12, 11, 16, 0, tzinfo=VIETNAM)

    def test_a_day_off_moves_the_day(self) -> None:
        friday = dt.datetime(2026, 11, 20, 16, 0, tzinfo=VIETNAM)
        calendar = WorkingCalendar(off=frozenset({dt.date(2026, 11, 23)}))
        assert answer_due("complaint", friday, calendar).date() == dt.date(2026, 12, 14)

    def test_before_the_first_rule_there_is_none(self) -> None:
        with pytest.raises(LookupError):
            term_of("complaint", dt.date(2020, 1, 1))


class TestTheWay:
    def test_sent_given_out_answered_judged(self, here: CommuneInfo) -> None:
        asker, leader, specialist = (
            make_account(),
            the_official("leader"),
            the_official("specialist"),
        )
        petition = make_petition(account=asker)
        petition = assign_petition(petition=petition, to=specialist, by=leader)
        petition = answer_petition(petition=petition, official=specialist, answer="Đã mở quầy 3.")
        judge_answer(petition=petition, account=asker, satisfied=True)
        petition.refresh_from_db()
        assert (petition.state, petition.handler_name) == ("answered", specialist.name)
        assert petition.content["answer"] == "Đã mở quầy 3." and petition.satisfied
        verbs = [event.verb for event in events_of(petition.pk)]
        assert verbs == ["file_petition", "assign_petition", "answer_petition", "judge_answer"]
        verify_chain()

    def test_codes_follow_one_another(self, here: CommuneInfo) -> None:
        first, second = make_petition(), make_petition()
        assert int(second.code[-4:]) == int(first.code[-4:]) + 1

    def test_nothing_of_what_was_said_lies_in_clear(self, here: CommuneInfo) -> None:
        petition = make_petition()
        (raw,) = Petition.objects.raw("SELECT id, content FROM feedback_petition")
        assert b"qu\xc3\xa1 l\xc3\xa2u" not in bytes(raw.__dict__["content"])
        assert petition.content["name"]

    def test_an_answer_is_given_once(self, here: CommuneInfo) -> None:
        petition, leader = make_petition(), the_official("leader")
        answer_petition(petition=petition, official=leader, answer="Một.")
        for again in (
            lambda: answer_petition(petition=petition, official=leader, answer="Hai."),
            lambda: decline_petition(petition=petition, official=leader, reason="Hai."),
            lambda: assign_petition(petition=petition, to=leader, by=leader),
        ):
            with pytest.raises(PetitionClosed):
                again()
        petition.refresh_from_db()
        assert petition.content["answer"] == "Một."

    def test_who_left_is_given_nothing(self, here: CommuneInfo) -> None:
        petition, clerk = make_petition(), the_official("clerk")
        clerk.active = False
        with pytest.raises(MayNotHandle):
            assign_petition(petition=petition, to=clerk, by=the_official("leader"))

    def test_only_an_answer_is_judged(self, here: CommuneInfo) -> None:
        asker = make_account()
        with pytest.raises(NotYetAnswered):
            judge_answer(petition=make_petition(account=asker), account=asker, satisfied=False)

    def test_being_late_is_in_the_history(self, here: CommuneInfo) -> None:
        petition = make_petition()
        with travel(petition.due_at + dt.timedelta(minutes=1), tick=False):
            answer_petition(petition=petition, official=the_official("leader"), answer="Muộn.")
        assert events_of(petition.pk).last().details["on_time"] is False


class TestWhoIsTold:
    def test_the_asker_is_told_that_there_is_an_answer_and_not_what_it_says(
        self, here: CommuneInfo
    ) -> None:
        asker = make_account(email="hoi@example.vn")
        petition = make_petition(account=asker)
        answer_petition(
            petition=petition, official=the_official("leader"), answer="Chuyện riêng của tôi."
        )
        notice = Notice.objects.get(subject_id=petition.pk)
        assert notice.account_id == asker.pk and petition.code in notice.content["title"]
        assert "Chuyện riêng" not in str(notice.content)

    def test_somebody_without_an_account_is_told_by_phone(self, here: CommuneInfo) -> None:
        petition = file_petition(
            official=the_official("reception"), name="Lê Văn Tám", phone="0912345678", **SAID
        )
        answer_petition(petition=petition, official=the_official("leader"), answer="Đã rõ.")
        notice = Notice.objects.get(subject_id=petition.pk)
        assert notice.account_id is None
        run_pending_jobs(("notices",))
        assert Delivery.objects.get(notice=notice, channel="sms").address == "0912345678"

    def test_who_gives_it_to_themselves_is_not_told(self, here: CommuneInfo) -> None:
        leader = the_official("leader")
        petition = assign_petition(petition=make_petition(), to=leader, by=leader)
        assert not Notice.objects.filter(subject_id=petition.pk).exists()


class TestWhoSees:
    def test_a_stranger_does_not(self, here: CommuneInfo) -> None:
        petition = make_petition()
        with pytest.raises(Http404):
            get_petition_for_asker(make_account("Người Lạ"), petition.code)

    def test_officials_see_those_given_to_them_and_overseers_all(self, here: CommuneInfo) -> None:
        petition, other = make_petition(), make_petition()
        specialist, leader = the_official("specialist"), the_official("leader")
        with pytest.raises(Http404):
            get_petition_for_official(specialist, petition.code)
        assign_petition(petition=petition, to=specialist, by=leader)
        assert get_petition_for_official(specialist, petition.code) == petition
        assert [one.pk for one in petitions_for(specialist)] == [petition.pk]
        assert {one.pk for one in petitions_for(leader)} == {petition.pk, other.pk}


class TestPages:
    @pytest.fixture
    def at_desk(
        self, ba_dinh: CommuneInfo, commune_client: Callable[[CommuneInfo], Client]
    ) -> Callable[[str], Client]:
        def opened(role: str) -> Client:
            with in_commune(ba_dinh.code):
                account = account_of(the_official(role))
            browser = commune_client(ba_dinh)
            browser.force_login(account)
            open_desk(browser, ba_dinh)
            return browser

        return opened

    def test_a_citizen_sends_and_reads_the_answer(
        self,
        ba_dinh: CommuneInfo,
        commune_client: Callable[[CommuneInfo], Client],
        at_desk: Callable[[str], Client],
    ) -> None:
        citizen = commune_client(ba_dinh)
        citizen.force_login(make_account())
        page = citizen.post("/phan-anh/", SAID, follow=True)
        (petition_url, _status) = page.redirect_chain[-1]
        assert "15 ngày làm việc" in text_of(page)
        leader = at_desk("leader")
        assert SAID["subject"] in text_of(leader.get("/desk/phan-anh/"))
        code = petition_url.strip("/").rpartition("/")[2]
        leader.post(f"/desk/phan-anh/{code}/", {"answer": "Xã đã mở thêm quầy."})
        assert "Xã đã mở thêm quầy." in text_of(citizen.get(petition_url))
        judged = citizen.post(f"{petition_url}danh-gia/", {"khong": ""}, follow=True)
        assert "chưa hài lòng" in text_of(judged)

    def test_a_bad_form_keeps_what_was_typed(
        self, ba_dinh: CommuneInfo, commune_client: Callable[[CommuneInfo], Client]
    ) -> None:
        citizen = commune_client(ba_dinh)
        citizen.force_login(make_account())
        page = citizen.post("/phan-anh/", {**SAID, "subject": ""})
        assert page.status_code == 422 and SAID["text"] in text_of(page)

    def test_reception_writes_down_what_somebody_says(
        self, at_desk: Callable[[str], Client], ba_dinh: CommuneInfo
    ) -> None:
        reception = at_desk("reception")
        told = {**SAID, "name": "Lê Văn Tám", "phone": "0912 345 678"}
        assert reception.post("/desk/phan-anh/ghi-nhan/", {**told, "phone": "1"}).status_code == 422
        reception.post("/desk/phan-anh/ghi-nhan/", told)
        with in_commune(ba_dinh.code):
            assert Petition.objects.get().content["phone"] == "0912345678"

    def test_a_specialist_gives_nothing_out(
        self, at_desk: Callable[[str], Client], ba_dinh: CommuneInfo
    ) -> None:
        with in_commune(ba_dinh.code):
            specialist = the_official("specialist")
            petition = assign_petition(
                petition=make_petition(), to=specialist, by=the_official("leader")
            )
        page = at_desk("specialist").post(
            f"/desk/phan-anh/{petition.code}/giao/", {"to": str(specialist.pk)}
        )
        assert page.status_code == 404
