"""The working calendar at the desk: seen as a year, changed with a look at what would move."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from tenants.calendar.days import forget_calendar
from tenants.calendar.models import OfficeHours, SpecialDay
from tenants.calendar.working_time import VIETNAM
from tenants.communes.current import in_commune
from tenants.organisation.log import Wanted, entries
from tests.services.cases.test_calendar_moves import follow
from tests.services.desk.conftest import CaseAt, Desk
from tests.services.desk.pages import BA_DINH, now_of, text_of

PAGE = "/desk/lich-lam-viec/"
MONDAY = dt.datetime(2026, 11, 16, 10, tzinfo=VIETNAM)
DAY = {"kind": "off", "date": "2026-11-18", "made_up_on": "", "name": "Nghỉ tránh bão"}


@pytest.fixture(autouse=True)
def _monday() -> Iterator[None]:
    with time_machine.travel(MONDAY, tick=True):
        yield
    forget_calendar("")


def declare(browser: Client, **given: str) -> tuple[str, str]:
    """Look at what would move, then declare; both pages."""
    sent = {**DAY, **given}
    preview = text_of(browser.post(f"{PAGE}khai-ngay/", sent))
    shown = re.search(r'name="shown" value="([^"]+)"', preview)
    assert shown, "nothing to confirm"
    after = browser.post(f"{PAGE}khai-ngay/", {**sent, "shown": shown[1]}, follow=True)
    return preview, text_of(after)


def test_the_year_shows_the_countrys_days_and_only_administrators_see_it(desk: Desk) -> None:
    page = text_of(desk("administrator").get(PAGE))
    assert page.count('<table class="month">') == 12
    assert (
        page.count('class="is-off"')
        == SpecialDay.objects.filter(date__year=2026, kind="off").count()
    )
    assert "sáng 07:00–11:30" in page
    assert "2027" in page and text_of(desk("administrator").get(f"{PAGE}?nam=2027")).count("Tết")
    assert desk("leader").get(PAGE).status_code == 404
    assert desk("leader").post(f"{PAGE}khai-ngay/", DAY).status_code == 404
    assert not SpecialDay.objects.filter(commune_code=BA_DINH).exists()


def test_declaring_a_day_says_first_what_moves(desk: Desk, case_at: CaseAt) -> None:
    case = case_at("in_process", procedure="1.004873")
    browser = desk("administrator")
    preview, after = declare(browser)
    assert "Hồ sơ phải dời hẹn: 1." in preview and case.code in preview
    assert "Đã khai" in after and "Nghỉ tránh bão" in after and "is-own-off" in after
    with in_commune(BA_DINH):
        follow()
        assert "Nghỉ tránh bão" in entries(Wanted(kind="lich"))[0].text
    moved = now_of(case)
    assert moved.due_at is not None and moved.due_at != moved.original_due_at
    page = text_of(desk("specialist").get(f"/desk/ho-so/{case.code}/"))
    assert "Lịch làm việc thay đổi" in page and "Hẹn lần đầu" in page
    assert "hẹn trả thành" in page

    gone = text_of(browser.post(f"{PAGE}bo-ngay/", {"date": "2026-11-18"}, follow=True))
    assert "vẫn giữ nguyên" in gone and "is-own-off" not in gone.partition("legend")[0]
    with in_commune(BA_DINH):
        follow()
    assert now_of(case).due_at == moved.due_at


def test_another_day_than_the_one_looked_at_is_not_declared(desk: Desk) -> None:
    browser = desk("administrator")
    browser.post(f"{PAGE}khai-ngay/", {**DAY, "shown": "2026-11-19:off"})
    browser.post(f"{PAGE}khai-ngay/", DAY)
    assert not SpecialDay.objects.filter(commune_code=BA_DINH).exists()


def test_a_swap_declares_two_days(desk: Desk) -> None:
    declare(desk("administrator"), kind="swap", made_up_on="2026-11-21")
    kinds = SpecialDay.objects.filter(commune_code=BA_DINH).values_list("kind", flat=True)
    assert sorted(kinds) == ["off", "worked"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"date": ""}, "Chọn ngày"),
        ({"date": "2026-11-22"}, "vốn đã là ngày nghỉ"),
        ({"kind": "worked"}, "vốn đã là ngày làm việc"),
        ({"kind": "swap"}, "Chọn ngày làm bù"),
        ({"name": ""}, "Ghi lý do"),
        ({"name": "x" * 101}, "100"),
        ({"date": "0001-01-01"}, "30 ngày trước"),
    ],
)
def test_what_cannot_be_declared_is_said_so(desk: Desk, given: dict[str, str], said: str) -> None:
    answer = desk("administrator").post(f"{PAGE}khai-ngay/", {**DAY, **given})
    assert answer.status_code == 422
    assert said in text_of(answer)


def test_hours_change_from_a_day_on(desk: Desk) -> None:
    browser = desk("administrator")
    hours = {
        "valid_from": "2026-12-01",
        "morning_from": "07:30",
        "morning_to": "11:30",
        "afternoon_from": "13:00",
        "afternoon_to": "17:00",
    }
    short = text_of(browser.post(f"{PAGE}gio/", {**hours, "afternoon_to": "16:00"}))
    assert "cộng lại 7:00" in short
    after = text_of(browser.post(f"{PAGE}gio/", hours, follow=True))
    assert "Từ 01/12/2026: sáng 07:30–11:30, chiều 13:00–17:00" in after
    browser.post(f"{PAGE}bo-gio/", {"valid_from": "2026-12-01"})
    assert not OfficeHours.objects.exists()


@pytest.mark.parametrize("given", ["", "hôm qua", "2026-13-40", "9" * 50, "\x00"])
def test_a_day_that_is_none_is_not_taken_back(desk: Desk, given: str) -> None:
    browser = desk("administrator")
    for address, name in (("bo-ngay/", "date"), ("bo-gio/", "valid_from")):
        answer = browser.post(f"{PAGE}{address}", {name: given}, follow=True)
        assert answer.status_code == 200
