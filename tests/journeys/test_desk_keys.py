"""The work list in a real browser: the hand need not leave the keyboard."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page, sync_playwright

from tenants.communes.current import in_commune
from tests.database import TestServer
from tests.factories import account_of, make_case, the_official
from tests.journeys.in_chromium import Person
from tests.journeys.running_product import communes, running_product
from tests.second_factor import open_desk

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(os.environ.get("BROWSER") == "off", reason="BROWSER=off"),
]

BOOK_COPY, CASES = "2.000908", 5
OLD_SCREEN = {"width": 1366, "height": 768}
CURRENT = "tr.cur .c-code a"


@pytest.fixture(scope="module")
def new_browser(
    django_db_setup: TestServer,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[], BrowserContext]]:
    """Browsers of somebody at the counter with five new cases, the desk open."""
    folder = tmp_path_factory.mktemp("desk")
    with django_db_blocker.unblock(), running_product(django_db_setup, folder) as product:
        here, _neighbour = communes()
        with in_commune(here.code):
            account = account_of(the_official("reception"))
            for _ in range(CASES):
                make_case(BOOK_COPY)
        client = Client(SERVER_NAME=here.host)
        client.force_login(account)
        open_desk(client, here)
        site = product.commune(here)
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox"]
            )
            # This machine counts as safe, so a cookie for safe sites is sent to it.
            safe = site.replace("http:", "https:")
            cookies = [
                {"name": one.key, "value": one.value, "url": safe, "secure": bool(one["secure"])}
                for one in client.cookies.values()
            ]

            def opened() -> BrowserContext:
                context = chromium.new_context(viewport=OLD_SCREEN, locale="vi-VN", base_url=site)  # type: ignore[arg-type]
                context.add_cookies(cookies)  # type: ignore[arg-type]
                return context

            yield opened
            chromium.close()


@pytest.fixture
def clerk(new_browser: Callable[[], BrowserContext]) -> Iterator[Person]:
    """That clerk in a new tab: one remembers the row on which it was left."""
    context = new_browser()
    yield Person(context)
    context.close()


def keys(page: Page, *pressed: str) -> None:
    for key in pressed:
        page.keyboard.press(key)


def codes(page: Page) -> list[str]:
    return page.locator(".worklist tbody .c-code a").all_inner_texts()


def test_rows_are_walked_ticked_and_accepted_and_the_list_is_found_again(clerk: Person) -> None:
    page = clerk.page
    clerk.open("/desk/")
    listed = codes(page)
    assert len(listed) == CASES
    bar = page.locator("[data-ticked]")
    assert not bar.is_visible()

    keys(page, "j", "x", "j", "j", "x")
    assert page.locator(CURRENT).inner_text() == listed[2]
    assert "Đã chọn: 2" in bar.inner_text()
    clerk.look()
    keys(page, "Escape")
    assert not bar.is_visible() and page.locator("input[name=chon]:checked").count() == 0
    page.locator("[data-all]").check()
    assert f"Đã chọn: {CASES}" in bar.inner_text()
    page.locator("input[name=chon]").nth(4).uncheck()
    page.locator("input[name=chon]").nth(3).uncheck()

    # Inside a field the keys are letters.
    keys(page, "/")
    page.keyboard.type("jxk1")
    assert page.locator("#q").input_value() == "jxk1"
    keys(page, "Escape")
    page.locator("#q").fill("")
    page.locator("h1").click()

    with page.expect_navigation():
        keys(page, "1")
    clerk.look()
    assert "Tiếp nhận: 3 hồ sơ" in clerk.text()
    with page.expect_navigation():
        keys(page, "1")
    clerk.look()
    assert "xong 3 hồ sơ" in clerk.text()
    with page.expect_navigation():
        keys(page, "t")
    assert codes(page) == listed[3:]


def test_a_case_is_opened_and_left_without_losing_the_row(clerk: Person) -> None:
    page = clerk.page
    clerk.open("/desk/?xem=cho-tiep-nhan&sap=nop-moi")
    listed = codes(page)
    keys(page, "j", "j")
    with page.expect_navigation():
        keys(page, "Enter")
    assert listed[1] in page.url
    with page.expect_navigation():
        keys(page, "Escape")
    assert page.url.endswith("/desk/?xem=cho-tiep-nhan&sap=nop-moi")
    assert page.locator(CURRENT).inner_text() == listed[1]
    with page.expect_navigation():
        keys(page, "k", "Enter")
    assert listed[0] in page.url
    # From one case to the next one of that list.
    with page.expect_navigation():
        keys(page, "t")
    assert listed[1] in page.url


def test_places_are_jumped_to_and_the_keys_are_listed(clerk: Person) -> None:
    page = clerk.page
    clerk.open("/desk/")
    with page.expect_navigation():
        keys(page, "g", "d")
    assert page.url.endswith("?xem=dang-giai-quyet")
    keys(page, "?")
    assert page.locator("details.keys dl").is_visible()
    keys(page, "Escape")
    assert not page.locator("details.keys dl").is_visible()
    assert "Đang giải quyết" in page.locator("h1").inner_text()
