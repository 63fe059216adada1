"""From the button "sign in by VNeID" to one's cases, in a real browser, with scripts and without.

The content security policy, cookies that come back from another site and the page that leads
there by itself are a browser's affair: no test without one shows that they fit together.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.database import TestServer
from tests.identity_provider import Provider, running_provider
from tests.journeys.in_chromium import DESK, PHONE, Person
from tests.journeys.running_product import Product, running_product
from tests.tenants.accounts.identity.steps import CLAIMS, FIRST_TIME

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(os.environ.get("BROWSER") == "off", reason="BROWSER=off"),
]
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
MY_CASES = "/ho-so-cua-toi/"
# What the provider knows them by, their name and number.
HIEN = ("hien", "PHẠM THỊ THU HIỀN", "001190004321")
NAM = ("nam", "LÊ VĂN NAM", "001090004322")


@dataclass
class Stage:
    """The running product, the provider it is registered at, and a browser."""

    product: Product
    provider: Provider
    browser: Browser


@pytest.fixture(scope="module")
def stage(
    django_db_setup: TestServer,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stage]:
    """Everything up."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.fail("Chromium is missing: apt-get install chromium (or BROWSER=off)")
    folder = tmp_path_factory.mktemp("product")
    with (
        running_provider() as provider,
        pytest.MonkeyPatch.context() as environment,
        django_db_blocker.unblock(),
    ):
        for name, value in provider.environment.items():
            environment.setenv(name, value)
        with running_product(django_db_setup, folder) as product, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
            yield Stage(product, provider, browser)
            browser.close()


def agree(person: Person, name: str, sub: str) -> None:
    """Press the button on our page, sign in on the provider's, come back."""
    person.page.get_by_role("button", name=name).click()
    person.page.wait_for_url(re.compile("/oauth2/authorize"))
    person.page.fill("[name=sub]", sub)
    person.page.get_by_role("button", name="Authorize").click()
    person.page.wait_for_url(re.compile(r"xaso\.localhost"))
    person.look()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_from_the_button_to_ones_cases(stage: Stage, scripts: bool) -> None:
    sub, name, number = HIEN if scripts else NAM
    stage.provider.knows(sub, **{**CLAIMS, "HoVaTen": name, "SoDinhDanh": number})
    context = stage.browser.new_context(
        java_script_enabled=scripts, viewport=PHONE if scripts else DESK, locale="vi-VN"
    )
    # The provider's page asks a distant server for its looks, for which nobody here waits.
    context.route(re.compile("^https://"), lambda route: route.abort())
    checker = None if scripts else stage.browser.new_context(viewport=DESK).new_page()
    hien = Person(context, checker)
    hien.open(stage.product.central(MY_CASES))
    assert "Đăng nhập bằng VNeID" in hien.text()

    agree(hien, "Đăng nhập bằng VNeID", sub)
    assert hien.path == FIRST_TIME and name.title() in hien.text()
    hien.press("Tạo tài khoản")
    assert "Hãy đánh dấu đồng ý" in hien.text()
    hien.page.check("[name=agreed]")
    hien.press("Tạo tài khoản")
    assert hien.path == MY_CASES and "Đăng xuất" in hien.text()

    hien.open(stage.product.central("/tai-khoan/dinh-danh/"))
    assert "đã xác thực ngày" in hien.text() and "Định danh mức 2" in hien.text()
    agree(hien, "Xác thực lần này bằng VNeID", sub)
    assert "Đã xác thực số định danh bằng VNeID" in hien.text()

    hien.open(stage.product.central("/tai-khoan/dang-xuat/"))
    hien.press("Đăng xuất")
    hien.open(stage.product.central(MY_CASES))
    agree(hien, "Đăng nhập bằng VNeID", sub)
    assert hien.path == MY_CASES


def test_pages_on_the_way_and_of_what_went_wrong(stage: Stage) -> None:
    person = Person(stage.browser.new_context(viewport=PHONE, locale="vi-VN"))
    person.open(stage.product.central("/tai-khoan/dang-nhap/"))
    # The provider is out of reach for this browser: the page that leads there stays.
    person.page.route(f"{stage.provider.url}/**", lambda route: route.fulfill(status=204))
    person.press("Đăng nhập bằng VNeID")
    assert "Đang chuyển sang VNeID" in person.text()

    person.open(stage.product.central("/tai-khoan/dinh-danh/vneid/ve/?state=x&code=y"))
    assert "đã dùng hoặc đã quá hạn" in person.text()
