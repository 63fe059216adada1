"""An official reads papers in a real browser: by keys with scripts, by links without."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.test import Client
from PIL import Image, ImageDraw  # noqa: TID253 - makes what is read
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from documents.files.storing import store_bytes
from documents.files.thumbnails import draw_batch
from services.cases.drafts import attachments_of, remove_paper
from services.cases.filing import file_case
from services.cases.models import Attachment, Case
from services.cases.reuse import offers_for, use_again
from tenants.accounts.desk_cookie import COOKIE
from tenants.accounts.models import Account
from tenants.communes.current import CommuneInfo, in_commune
from tests.database import TestServer
from tests.factories import BIRTH, account_of, make_account, make_case, make_draft, the_official
from tests.journeys.answers import filing
from tests.journeys.running_product import Product, communes, running_product
from tests.journeys.test_browser import CHROMIUM
from tests.second_factor import open_desk

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(os.environ.get("BROWSER") == "off", reason="BROWSER=off"),
]
PAGES = 5
LAPTOP = {"width": 1366, "height": 768}
SIZES = (LAPTOP, {"width": 1280, "height": 800}, {"width": 768, "height": 900})
SIZES += ({"width": 360, "height": 740},)


@dataclass
class Desk:
    """The running product with one case whose paper has several pages."""

    product: Product
    browser: Browser
    here: CommuneInfo
    case: Case
    draft: str
    sessions: dict[str, dict[str, str]]

    def person(self, who: str, *, scripts: bool = True, size: Any = None) -> BrowserContext:
        """A browser in which somebody is signed in."""
        context = self.browser.new_context(
            java_script_enabled=scripts, viewport=size or LAPTOP, locale="vi-VN"
        )
        site = self.product.commune(self.here)
        for name, value in self.sessions[who].items():
            # What bears this prefix is taken from an address that is safe only.
            safe = name == COOKIE
            url = site.replace("http:", "https:") if safe else site
            context.add_cookies([{"name": name, "value": value, "url": url, "secure": safe}])
        return context

    @property
    def address(self) -> str:
        return self.product.commune(self.here, f"/desk/ho-so/{self.case.code}/")


def written_pages() -> bytes:
    """A PDF of several pages, each saying which one it is."""
    sheets = []
    for page in range(1, PAGES + 1):
        sheet = Image.new("RGB", (1240, 1754), "white")
        pen = ImageDraw.Draw(sheet)
        pen.rectangle((60, 60, 1180, 1694), outline="black", width=4)
        for line in range(30):
            pen.line((120, 300 + 40 * line, 1120 - 90 * (line % 4), 300 + 40 * line), "gray", 6)
        pen.text((480, 120), f"Trang {page}", "black", font_size=90)
        sheets.append(sheet)
    target = io.BytesIO()
    sheets[0].save(target, "PDF", save_all=True, append_images=sheets[1:])
    return target.getvalue()


@pytest.fixture(scope="module")
def desk(
    django_db_setup: TestServer,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Desk]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.fail("Chromium is missing: apt-get install chromium (or BROWSER=off)")
    folder = tmp_path_factory.mktemp("product")
    with django_db_blocker.unblock(), running_product(django_db_setup, folder) as product:
        prepared = _prepare()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
            yield Desk(product=product, browser=browser, **prepared)
            browser.close()


def _prepare() -> dict[str, Any]:
    here, _neighbour = communes()
    mother = make_account()
    with in_commune(here.code):
        official = account_of(the_official("reception"))
        earlier = make_case(BIRTH, "received", account=mother)
        stored = store_bytes(written_pages(), "application/pdf", pages=PAGES)
        draw_batch(stored, 1)
        Attachment.objects.filter(owner_id=earlier.pk).update(file=stored, name="chung-sinh.pdf")
        draft = _without_files(mother)
        [offer] = offers_for(draft)["birth_certificate"]
        use_again(draft=draft, paper_key="birth_certificate", offer_key=offer.key)
        case = file_case(draft=draft, declared=True, account=mother)
        Attachment.objects.create(
            owner_id=case.pk, paper_key="residence_proof", file=stored, name="cu-tru.pdf"
        )
        begun = _without_files(mother)
    return {
        "here": here,
        "case": case,
        "draft": str(begun.pk),
        "sessions": {
            "official": _cookies(official, here, at_desk=True),
            "mother": _cookies(mother, here),
        },
    }


def _without_files(account: Account) -> Any:
    draft = make_draft(filing(BIRTH), account=account)
    for one in attachments_of(draft.pk):
        remove_paper(draft=draft, attachment_id=one.pk)
    return draft


def _cookies(account: Account, here: CommuneInfo, *, at_desk: bool = False) -> dict[str, str]:
    client = Client(SERVER_NAME=here.host)
    client.force_login(account)
    if at_desk:
        open_desk(client, here)
    names = (settings.SESSION_COOKIE_NAME, COOKIE)
    return {name: client.cookies[name].value for name in names if name in client.cookies}


def shows(page: Page, number: int) -> None:
    """The open page is this one, its picture is there and nothing was refused."""
    page.wait_for_function(
        "number => { const p = document.querySelector('[data-picture]');"
        " return p.complete && p.naturalWidth > 100 && p.src.includes(`/trang/${number}/`); }",
        arg=number,
    )
    assert page.locator(".strip [aria-current]").get_attribute("data-to") == str(number)
    assert page.locator("[data-now]").inner_text() == str(number)


def test_pages_are_turned_by_keys_and_buttons_without_loading_the_case_again(desk: Desk) -> None:
    page = desk.person("official").new_page()
    refused: list[str] = []
    page.on(
        "console",
        lambda message: "Content Security" in message.text and refused.append(message.text),
    )
    page.on("pageerror", lambda error: refused.append(str(error)))
    page.goto(desk.address)
    shows(page, 1)
    page.evaluate("window.stayed = true")

    page.keyboard.press("ArrowRight")
    shows(page, 2)
    page.get_by_role("link", name="Trang sau").click()
    shows(page, 3)
    page.keyboard.press("ArrowLeft")
    shows(page, 2)
    page.locator(".strip [data-to='5']").click()
    shows(page, 5)
    assert page.get_by_role("link", name="Trang sau").is_hidden()
    page.keyboard.press("z")
    page.keyboard.press("r")

    assert page.evaluate("window.stayed") and not refused
    assert page.locator("[data-viewer]").get_attribute("data-turn") == "90"
    page.reload()
    shows(page, 5)
    assert page.locator("[data-viewer]").get_attribute("data-view") == "ca-trang"
    page.fill("#page-note", "Xem lại trang này")
    page.get_by_role("button", name="Lưu ghi chú").click()
    shows(page, 5)
    assert page.locator(".page-notes .is-here").inner_text().startswith("Trang 5")


def test_links_do_the_same_where_no_script_runs(desk: Desk) -> None:
    page = desk.person("official", scripts=False).new_page()
    page.goto(desk.address)
    for _ in range(2):
        page.get_by_role("link", name="Trang sau").click()
    page.get_by_role("link", name="Cả trang").click()
    page.get_by_role("link", name="Xoay").click()

    viewer = page.locator("[data-viewer]")
    assert [viewer.get_attribute(f"data-{name}") for name in ("page", "view", "turn")] == [
        "3",
        "ca-trang",
        "90",
    ]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size["width"]))
def test_both_halves_fit_every_screen(desk: Desk, size: dict[str, int]) -> None:
    page = desk.person("official", size=size).new_page()
    page.goto(f"{desk.address}?trang=2")
    shows(page, 2)
    halves = [page.locator(name).first.bounding_box() for name in (".split > .flow", ".viewer")]
    form, papers = halves
    assert form is not None and papers is not None
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    if size["width"] >= 1024:
        assert papers["x"] >= form["x"] + form["width"] and papers["width"] > 450
    else:
        assert papers["y"] >= form["y"] + form["height"]
    if "SHOTS" in os.environ:
        page.locator(".viewer").scroll_into_view_if_needed()
        page.wait_for_timeout(500)
        page.screenshot(path=f"{os.environ['SHOTS']}/viewer-{size['width']}.png")


def test_a_citizen_takes_a_held_paper_with_one_press(desk: Desk) -> None:
    page = desk.person("mother", size=SIZES[-1]).new_page()
    page.goto(desk.product.commune(desk.here, f"/nop/{desk.draft}/giay-to/"))
    if "SHOTS" in os.environ:
        page.screenshot(path=f"{os.environ['SHOTS']}/offer-360.png", full_page=True)
    page.get_by_role("button", name="Dùng lại giấy đã nộp").first.click()

    page.get_by_text("dùng lại từ hồ sơ").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    if "SHOTS" in os.environ:
        page.screenshot(path=f"{os.environ['SHOTS']}/offer-taken-360.png", full_page=True)
