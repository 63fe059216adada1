"""Kiosks and call screens: made once, revoked at once, and closed to everybody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from services.reception.appointments import book
from services.reception.arranging import sit_at
from services.reception.devices import COOKIE
from services.reception.models import Device, Ticket, Window
from services.reception.queue import call_again, call_next, give_ticket
from tenants.communes.current import CommuneInfo, in_commune
from tests.factories import make_account, make_case, the_official
from tests.services.desk.conftest import Desk
from tests.services.reception import conftest
from tests.services.reception.conftest import text
from tests.services.reception.test_appointments import a_slot, every_day

pytestmark = pytest.mark.django_db
DEVICE_PAGES = ("/lay-so/", "/lay-so/day/A/", "/lay-so/lich-hen/", "/lay-so/ho-so/", "/man-hinh/")


def test_an_official_makes_the_very_machine_a_kiosk_and_is_signed_out(
    desk: Desk, hall: CommuneInfo
) -> None:
    browser = desk("head")
    made = browser.post("/desk/quay/thiet-bi/", {"kind": "kiosk", "name": "Máy cửa chính"})
    assert made["Location"] == "/lay-so/" and made.cookies[COOKIE]["httponly"]
    assert browser.get("/lay-so/").status_code == 200
    assert "/dang-nhap/" in browser.get("/desk/")["Location"]
    other = desk("head")
    assert "Máy cửa chính" in text(other.get("/desk/quay/thiet-bi/"))
    with in_commune(hall.code):
        device = Device.objects.get()
    other.post(f"/desk/quay/thiet-bi/{device.pk}/thu-hoi/")
    assert browser.get("/lay-so/").status_code == 404


def test_a_stranger_finds_no_kiosk_and_takes_no_number(
    hall: CommuneInfo, desk: Desk, commune_client: Callable[[CommuneInfo], Client]
) -> None:
    for browser in (commune_client(hall), desk("reception")):
        assert {browser.get(page).status_code for page in DEVICE_PAGES} == {404}
        assert browser.post("/lay-so/lay/", {"letter": "A"}).status_code == 404
    with in_commune(hall.code):
        assert not Ticket.objects.exists()


def test_a_key_serves_only_its_kind_and_its_commune(
    hall: CommuneInfo,
    ngoc_ha: CommuneInfo,
    device: conftest.Device,
    commune_client: Callable[[CommuneInfo], Client],
) -> None:
    screen = device("screen")
    assert screen.get("/man-hinh/").status_code == 200
    assert screen.get("/lay-so/").status_code == 404
    elsewhere = commune_client(ngoc_ha)
    elsewhere.cookies.update(screen.cookies)
    assert elsewhere.get("/man-hinh/").status_code == 404
    forged = commune_client(hall)
    forged.cookies[COOKIE] = "x"
    assert forged.get("/man-hinh/").status_code == 404


def test_a_number_is_taken_at_the_kiosk(device: conftest.Device) -> None:
    kiosk = device("kiosk")
    assert "Hộ tịch" in text(kiosk.get("/lay-so/"))
    kiosk.post("/lay-so/lay/", {"letter": "A"})
    page = kiosk.get("/lay-so/day/A/")
    assert "Người khuyết tật" in text(page) and "lịch hẹn" not in text(page)
    slip = text(kiosk.post("/lay-so/lay/", {"letter": "A"}, follow=True))
    assert "A002" in slip and "Còn 1 người trước" in slip
    refused = kiosk.post("/lay-so/lay/", {"letter": "Z"})
    assert refused.status_code == 409 and "không phát số" in text(refused)


def test_nobody_gives_themselves_the_priority_of_an_appointment(
    device: conftest.Device, hall: CommuneInfo
) -> None:
    device("kiosk").post("/lay-so/lay/", {"letter": "A", "priority": "appointment"})
    with in_commune(hall.code):
        assert Ticket.objects.get().priority == ""


def test_who_has_an_appointment_gets_a_number_with_priority(
    device: conftest.Device, hall: CommuneInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    kiosk = device("kiosk")
    with in_commune(hall.code):
        every_day()
        slot = a_slot()
        made = book(account=make_account(), procedure_code="1.001193", slot_key=slot.key)
    assert "không có lịch hẹn" in text(kiosk.post("/lay-so/lich-hen/", {"code": made.code}))
    monkeypatch.setattr("django.utils.timezone.now", lambda: slot.starts_at)
    slip = text(kiosk.post("/lay-so/lich-hen/", {"code": made.code.lower()}, follow=True))
    assert "A001" in slip and "Có lịch hẹn" in slip
    assert "không có lịch hẹn" in text(kiosk.post("/lay-so/lich-hen/", {"code": made.code}))


def test_a_case_is_looked_up_by_what_a_reader_types(
    device: conftest.Device, hall: CommuneInfo
) -> None:
    kiosk = device("kiosk")
    with in_commune(hall.code):
        case = make_case(up_to="received")
    number = case.applicant_national_id
    card = f"{number}||{case.applicant_name}|01011990|Nữ|Hà Nội|01012022\r\n"
    for code in (case.code, f"http://x.vn/tra-cuu/?ma={case.code}"):
        said = text(kiosk.post("/lay-so/ho-so/", {"code": code, "national_id": card}))
        assert str(case.state.label) in said and case.applicant_name not in said
    wrong = kiosk.post("/lay-so/ho-so/", {"code": case.code, "national_id": "001099000001"})
    assert wrong.status_code == 422 and str(case.state.label) not in text(wrong)


def test_the_screen_shows_numbers_and_windows_and_costs_little(
    device: conftest.Device, hall: CommuneInfo
) -> None:
    screen = device("screen")
    assert "Chưa gọi số nào" in text(screen.get("/man-hinh/"))
    with in_commune(hall.code):
        window = sit_at(official=the_official("reception"), number=2)
        give_ticket(letter="B")
        ticket = call_next(window=window)
        assert ticket is not None
    page = screen.get("/man-hinh/so/")
    assert "B001" in text(page) and "Quầy 2" in text(page)
    assert the_name_is_nowhere(page, hall)
    with CaptureQueriesContext(connection) as asked:
        same = screen.get("/man-hinh/so/", headers={"if-none-match": page["ETag"]})
    assert (same.status_code, same.content, len(asked)) == (304, b"", 2)
    with in_commune(hall.code):
        call_again(window=Window.objects.get(number=2), ticket_id=ticket.pk)
    again = screen.get("/man-hinh/so/", headers={"if-none-match": page["ETag"]})
    assert again.status_code == 200 and again["ETag"] != page["ETag"]


def the_name_is_nowhere(page: object, hall: CommuneInfo) -> bool:
    with in_commune(hall.code):
        return the_official("reception").name not in text(page)
