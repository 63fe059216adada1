"""In a real browser: a card reader types into the counter's form; a phone confirms a filing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from playwright.sync_api import Browser, sync_playwright

from services.cases.drafts import start_draft
from services.cases.models import Draft
from services.catalogue.forms.pages import visible_pages
from services.catalogue.registry import current_procedure
from services.desk.views.counter_card import takes_card
from services.reception.arranging import arrange_usually
from services.reception.devices import COOKIE as DEVICE_COOKIE
from services.reception.devices import pair_device, set_device_cookie
from tenants.accounts.desk_cookie import COOKIE as DESK_COOKIE
from tenants.accounts.desk_cookie import set_desk_cookie
from tenants.communes.current import CommuneInfo, in_commune
from tests.database import TestServer
from tests.factories import account_of, make_draft, the_official
from tests.journeys.answers import filing
from tests.journeys.in_chromium import DESK, PHONE, Person
from tests.journeys.running_product import Product, communes, running_product
from tests.journeys.test_browser import CHROMIUM
from tests.second_factor import make_desk

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(os.environ.get("BROWSER") == "off", reason="BROWSER=off"),
]

BIRTH = "1.001193"
CARD = "001188012345||Nguyễn Thị Hoài|05121988|Nữ|Số 12, Kim Mã, Hà Nội|01072021"


@dataclass
class Hall:
    """The running product, its hall, and the cookies of who works and what stands there."""

    product: Product
    here: CommuneInfo
    browser: Browser
    cookies: dict[str, dict[str, str]]
    new_draft: Draft
    # The page of its form that asks for the applicant.
    card_page: str
    full_draft: Draft


@pytest.fixture(scope="module")
def hall_running(
    django_db_setup: TestServer,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Hall]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.fail("Chromium is missing: apt-get install chromium (or BROWSER=off)")
    folder: Path = tmp_path_factory.mktemp("product")
    with django_db_blocker.unblock(), running_product(django_db_setup, folder) as product:
        prepared = _prepare()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
            yield Hall(product=product, browser=browser, **prepared)
            browser.close()


def _prepare() -> dict[str, Any]:
    here, _neighbour = communes()
    with in_commune(here.code):
        head, official = the_official("head"), the_official("reception")
        arrange_usually(official=head)
        answer = HttpResponse()
        set_desk_cookie(answer, make_desk(official.account_id, here.code))
        client = Client()
        client.force_login(account_of(official))
        name = settings.SESSION_COOKIE_NAME
        cookies = {
            "official": {
                name: client.cookies[name].value,
                DESK_COOKIE: answer.cookies[DESK_COOKIE].value,
            }
        }
        for kind in ("kiosk", "screen"):
            device, key = pair_device(official=head, kind=kind, name="Máy ở sảnh")
            set_device_cookie(answer, device, key)
            cookies[kind] = {DEVICE_COOKIE: answer.cookies[DEVICE_COOKIE].value}
        definition = current_procedure(BIRTH)
        page = next(one for one in visible_pages(definition, {}) if takes_card(definition, one))
        new = start_draft(definition=definition, official=official)
        full = make_draft(filing(BIRTH), official=official)
    drafts = {"new_draft": new, "card_page": page.key, "full_draft": full}
    return {"here": here, "cookies": cookies, **drafts}


@pytest.fixture
def arrive(hall_running: Hall) -> Iterator[Callable[..., Person]]:
    """`arrive("official")`: somebody, or something, with a browser of its own."""
    contexts = []

    def come(who: str = "", size: Any = DESK) -> Person:
        context = hall_running.browser.new_context(viewport=size, locale="vi-VN")
        context.set_default_timeout(60_000)
        contexts.append(context)
        # As if over https, which the prefix of the names demands; browsers take localhost for it.
        url = f"https://{hall_running.here.host}/"
        for name, value in hall_running.cookies.get(who, {}).items():
            context.add_cookies([{"name": name, "value": value, "url": url}])
        return Person(context)

    yield come
    for context in contexts:
        context.close()


def test_a_reader_types_the_card_into_the_form(
    hall_running: Hall, arrive: Callable[..., Person]
) -> None:
    official = arrive("official")
    path = f"/desk/tai-quay/ban/{hall_running.new_draft.pk}/{hall_running.card_page}/"
    official.open(hall_running.product.commune(hall_running.here, path))
    # The field waits for the reader, which types like a keyboard and ends with Enter.
    official.page.keyboard.type(CARD)
    official.page.keyboard.press("Enter")
    official.page.get_by_text("Đã điền từ thẻ").wait_for()
    official.look()
    assert official.page.input_value("[name=requester_name]") == "Nguyễn Thị Hoài"
    assert official.page.input_value("[name=requester_national_id]") == "001188012345"
    assert official.page.input_value("[name=requester_birth_date_year]") == "1988"


def test_the_person_confirms_on_their_phone_and_the_counter_files(
    hall_running: Hall, arrive: Callable[..., Person]
) -> None:
    import io

    import zxingcpp
    from PIL import Image

    official, phone = arrive("official"), arrive(size=PHONE)
    path = f"/desk/quay/xac-nhan/{hall_running.full_draft.pk}/"
    official.open(hall_running.product.commune(hall_running.here, path))
    official.press("Tạo mã")
    shown = official.page.locator(".confirm-qr").screenshot()
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(shown)).convert("L"))
    phone.open(code.text)
    assert "Trần Nguyễn Gia Hân" in phone.text()
    phone.press("Tôi xác nhận")
    assert "Anh/chị đã xác nhận" in phone.text()
    # Nobody pressed anything at the counter: its page asks by itself.
    official.page.get_by_text("Người nộp đã xác nhận").wait_for()
    official.press("Nộp và tiếp nhận, in giấy hẹn")
    assert "Đã nhập và tiếp nhận" in official.text()


def test_the_screen_follows_the_window_and_says_when_it_cannot(
    hall_running: Hall, arrive: Callable[..., Person]
) -> None:
    official = arrive("official")
    kiosk, screen = arrive("kiosk", {"width": 1080, "height": 1920}), arrive("screen")
    screen.open(hall_running.product.commune(hall_running.here, "/man-hinh/"))
    kiosk.open(hall_running.product.commune(hall_running.here, "/lay-so/"))
    kiosk.page.get_by_role("link", name="Hộ tịch").click()
    kiosk.look()
    kiosk.page.get_by_role("button", name="Lấy số").click()
    kiosk.page.get_by_text("A001").wait_for()
    kiosk.look()
    official.open(hall_running.product.commune(hall_running.here, "/desk/quay/"))
    official.page.get_by_role("button", name="Ngồi quầy này 1").click()
    official.page.get_by_role("button", name="Gọi số tiếp theo").click()
    official.look()
    screen.page.get_by_text("A001").wait_for()
    screen.look()
    screen.context.set_offline(True)
    screen.page.get_by_text("Mất kết nối").wait_for()
    screen.context.set_offline(False)
    screen.page.get_by_text("Mất kết nối").wait_for(state="hidden")
