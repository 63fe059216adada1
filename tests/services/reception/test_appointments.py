"""Times that are offered, booked never too often, kept, missed and reminded of."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from services.reception import appointments
from services.reception.appointments import Slot, book, cancel, close_past, slots_for
from services.reception.arranging import add_plan, arrange_usually, remove_plan, sit_at
from services.reception.errors import AlreadyBooked, PlanInUse, ReceptionError, SlotFull
from services.reception.models import Appointment, SlotPlan, Window
from services.reception.tasks import end_the_day, remind_of_appointments
from tenants.calendar.days import working_calendar
from tenants.calendar.models import SpecialDay
from tenants.calendar.working_time import VIETNAM
from tenants.communes.current import CommuneInfo, in_commune
from tenants.kit.expiring_cache import clear_all_caches
from tenants.notices.models import Notice
from tests.at_once import at_once
from tests.factories import make_account, the_official
from tests.services.desk.conftest import Desk
from tests.services.reception.conftest import text

pytestmark = pytest.mark.django_db
BIRTH, MARRIAGE = "1.001193", "1.000894"


def every_day(**given: object) -> None:
    """Times from 08:00 to 09:00 on every day of the week, a person each half hour."""
    plan = {
        "starts": datetime.time(8),
        "ends": datetime.time(9),
        "minutes": 30,
        "people": 1,
        "letter": "A",
        "procedures": [],
    } | given
    for weekday in range(7):
        add_plan(official=the_official("head"), weekday=weekday, **plan)  # type: ignore[arg-type]


def a_slot(procedure: str = BIRTH) -> Slot:
    """A time tomorrow or later."""
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    return next(
        slot
        for slot in slots_for(procedure)
        if slot.starts_at.astimezone(VIETNAM).date() >= tomorrow
    )


class TestTimes:
    def test_they_are_offered_on_working_days_two_weeks_ahead(
        self, in_ba_dinh: CommuneInfo
    ) -> None:
        every_day()
        days = {slot.starts_at.astimezone(VIETNAM).date() for slot in slots_for(BIRTH)}
        calendar = working_calendar(in_ba_dinh.code)
        assert days and all(calendar.is_working_day(day) for day in days)
        assert max(days) <= timezone.localdate() + datetime.timedelta(days=14)
        times = {f"{slot.starts_at.astimezone(VIETNAM):%H:%M}" for slot in slots_for(BIRTH)}
        assert times == {"08:00", "08:30"}

    def test_a_day_off_takes_its_times_away(self, in_ba_dinh: CommuneInfo) -> None:
        every_day()
        day = a_slot().starts_at.astimezone(VIETNAM).date()
        SpecialDay.objects.create(
            date=day, kind=SpecialDay.Kind.OFF, name="Nghỉ", commune_code=in_ba_dinh.code
        )
        clear_all_caches()
        assert a_slot().starts_at.astimezone(VIETNAM).date() > day

    def test_a_plan_may_be_for_some_procedures(self, in_ba_dinh: CommuneInfo) -> None:
        every_day(procedures=[MARRIAGE])
        assert slots_for(MARRIAGE) and not slots_for(BIRTH)


class TestBooking:
    def test_the_last_place_is_given_once_and_comes_back_when_cancelled(
        self, in_ba_dinh: CommuneInfo
    ) -> None:
        every_day()
        slot = a_slot()
        made = book(account=make_account(), procedure_code=BIRTH, slot_key=slot.key)
        with pytest.raises(SlotFull, match="Chọn giờ khác"):
            book(account=make_account(), procedure_code=BIRTH, slot_key=slot.key)
        assert slot.key not in {one.key for one in slots_for(BIRTH)}
        cancel(appointment=made)
        assert slot.key in {one.key for one in slots_for(BIRTH)}

    def test_one_open_appointment_for_a_procedure(self, in_ba_dinh: CommuneInfo) -> None:
        every_day(people=5)
        mother = make_account()
        book(account=mother, procedure_code=BIRTH, slot_key=a_slot().key)
        with pytest.raises(AlreadyBooked):
            book(account=mother, procedure_code=BIRTH, slot_key=a_slot().key)
        assert book(account=mother, procedure_code=MARRIAGE, slot_key=a_slot().key)

    @pytest.mark.parametrize(
        "key", ["", "x", "/", "0/2026-13-01T08:00", "{plan}/2026-01-01T08:00", "{plan}/{odd}"]
    )
    def test_a_time_that_is_not_offered_is_refused(self, in_ba_dinh: CommuneInfo, key: str) -> None:
        every_day()
        slot = a_slot()
        odd = slot.starts_at.astimezone(VIETNAM) + datetime.timedelta(minutes=7)
        sent = key.replace("{plan}", str(slot.plan_id)).replace("{odd}", f"{odd:%Y-%m-%dT%H:%M}")
        with pytest.raises(SlotFull):
            book(account=make_account(), procedure_code=BIRTH, slot_key=sent)

    def test_hours_that_somebody_booked_stay(self, in_ba_dinh: CommuneInfo) -> None:
        every_day()
        made = book(account=make_account(), procedure_code=BIRTH, slot_key=a_slot().key)
        with pytest.raises(PlanInUse, match="1 người"):
            remove_plan(official=the_official("head"), plan_id=made.plan_id)
        cancel(appointment=made)
        remove_plan(official=the_official("head"), plan_id=made.plan_id)
        assert not SlotPlan.objects.filter(pk=made.plan_id).exists()


@pytest.mark.django_db(transaction=True)
def test_ten_people_at_once_get_the_three_places_that_there_are(ba_dinh: CommuneInfo) -> None:
    with in_commune(ba_dinh.code):
        arrange_usually(official=the_official("head"))
        every_day(people=3)
        slot = a_slot()
        people = [make_account() for _ in range(10)]
    results = at_once(
        ba_dinh.code,
        [
            lambda one=one: book(account=one, procedure_code=BIRTH, slot_key=slot.key)
            for one in people
        ],
    )
    assert sum(isinstance(one, Appointment) for one in results) == 3
    assert sum(isinstance(one, SlotFull) for one in results) == 7, results


class TestAfterwards:
    def test_everybody_is_reminded_once_the_day_before(self, in_ba_dinh: CommuneInfo) -> None:
        every_day(people=9)
        made = book(account=make_account(), procedure_code=BIRTH, slot_key=a_slot().key)
        tomorrow = timezone.localdate() + datetime.timedelta(days=1)
        at = datetime.datetime.combine(tomorrow, datetime.time(8), VIETNAM)
        Appointment.objects.filter(pk=made.pk).update(starts_at=at)
        for _ in range(2):
            remind_of_appointments.call()
        notice = Notice.objects.get()
        assert notice.subject_id == made.pk and "08:00" in notice.content["title"]

    def test_who_did_not_come_is_marked_after_the_day(self, in_ba_dinh: CommuneInfo) -> None:
        every_day()
        made = book(account=make_account(), procedure_code=BIRTH, slot_key=a_slot().key)
        assert close_past(timezone.now()) == 0
        Appointment.objects.update(starts_at=timezone.now() - datetime.timedelta(days=1))
        end_the_day.call()
        made.refresh_from_db()
        assert made.state == Appointment.State.MISSED
        Appointment.objects.update(starts_at=timezone.now() - datetime.timedelta(days=93))
        end_the_day.call()
        assert not Appointment.objects.exists()

    def test_officials_mark_only_what_can_be_known(self, in_ba_dinh: CommuneInfo) -> None:
        every_day()
        made = book(account=make_account(), procedure_code=BIRTH, slot_key=a_slot().key)
        with pytest.raises(ReceptionError):
            appointments.mark(appointment_id=made.pk, came=False)


def test_a_window_that_was_not_left_is_free_the_next_morning(in_ba_dinh: CommuneInfo) -> None:
    arrange_usually(official=the_official("head"))
    sit_at(official=the_official("reception"), number=1)
    end_the_day.call()
    assert not Window.objects.exclude(official_id=None).exists()


def test_a_citizen_books_sees_and_cancels(
    hall: CommuneInfo, commune_client: Callable[[CommuneInfo], Client], desk: Desk
) -> None:
    browser = commune_client(hall)
    assert "chưa nhận đặt lịch" in text(browser.get("/dat-lich/"))
    with in_commune(hall.code):
        every_day()
        slot = a_slot()
    assert "/dang-nhap/" in browser.post(f"/dat-lich/{BIRTH}/", {"slot": slot.key})["Location"]
    browser.force_login(make_account("Trần Thu Hà"))
    assert "08:00" in text(browser.get(f"/dat-lich/{BIRTH}/"))
    made = browser.post(f"/dat-lich/{BIRTH}/", {"slot": slot.key})
    page = text(browser.get(made["Location"]))
    assert "Mã hẹn" in page and "<svg" in page
    again = browser.post(f"/dat-lich/{BIRTH}/", {"slot": slot.key})
    assert again.status_code == 422 and "hết chỗ" in text(again)
    day = f"{slot.starts_at.astimezone(VIETNAM):%Y-%m-%d}"
    assert "Trần Thu Hà" in text(desk("reception").get(f"/desk/quay/lich-hen/?ngay={day}"))
    assert "Đã hủy lịch hẹn" in text(browser.post(f"{made['Location']}huy/", follow=True))

    stranger = commune_client(hall)
    stranger.force_login(make_account())
    assert stranger.get(made["Location"]).status_code == 404
    assert stranger.post(f"{made['Location']}huy/").status_code == 404
