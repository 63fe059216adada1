"""The running product for journeys at the desk: officials whose desks stand open, their browsers.

Showing the second factor has journeys of its own; here it was shown a moment ago.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from services.cases.models import Case
from tenants.accounts.desk_cookie import COOKIE
from tenants.accounts.models import Account
from tenants.communes.current import CommuneInfo, in_commune
from tenants.organisation.models import Official
from tests.database import TestServer
from tests.factories import account_of, the_official
from tests.journeys.in_chromium import DESK, Person
from tests.journeys.running_product import Product, communes, running_product
from tests.second_factor import open_desk

CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
WAITS_MS = 30_000
LOOKS = 60
Made = TypeVar("Made")


class Somebody(Person):
    """A person whose pages are looked at with axe where a journey says so, not each of them."""

    def look(self) -> None:
        """See that the page came and nothing in it was refused."""
        self.page.wait_for_load_state()
        assert not self.problems, self.problems

    def look_closely(self) -> None:
        """Check the page with axe, and that it is no wider than the screen."""
        super().look()
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        room = (self.page.viewport_size or DESK)["width"]
        assert wide <= room, f"{self.page.url} is {wide} px wide on a screen of {room} px."

    def sees(self, *words: str) -> None:
        """The page says these words."""
        text = self.text()
        missing = [word for word in words if word not in text]
        assert not missing, f"{self.page.url} does not say {missing}:\n{text[:3000]}"

    def act(self, move: str) -> None:
        """Make a move by its button in the bar of the page."""
        controls = self.page.locator(".bar").locator("a, button").filter(has_text=move)
        with self.page.expect_navigation():
            controls.locator("visible=true").first.click()
        self.look()

    def keys(self, *pressed: str) -> None:
        """Press keys one after the other."""
        for key in pressed:
            self.page.keyboard.press(key)

    def go_by(self, *pressed: str) -> None:
        """Press keys of which the last one leads to another page."""
        with self.page.expect_navigation():
            self.keys(*pressed)
        self.look()

    def read_paper(self, words: str) -> None:
        """Wait until the paper drawn on the page, which has a document of its own, says this."""
        paper = self.page.frame_locator("iframe.paper").locator("body")
        paper.filter(has_text=words).wait_for()

    def sign(self) -> None:
        """Sign in the frame with the mouse."""
        frame = self.page.locator("canvas.sign")
        frame.scroll_into_view_if_needed()
        box = frame.bounding_box()
        assert box is not None
        mouse, left, top = self.page.mouse, box["x"] + 40, box["y"] + 60
        mouse.move(left, top)
        mouse.down()
        for step in range(1, 9):
            mouse.move(left + 25 * step, top - 30 * (step % 2))
        mouse.up()

    def read_until(self, words: str, *, gone: bool = False) -> None:
        """Load the page again until the job runner has done what it was asked for."""
        for _ in range(LOOKS):
            if (words in self.text()) != gone:
                return
            self.page.wait_for_timeout(500)
            self.page.reload()
        raise AssertionError(f"{self.page.url}, after long, on {words}:\n{self.text()[:2000]}")

    def opens_pdf(self, button: str) -> bool:
        """Whether the button opens a PDF in a window of its own."""
        kinds: list[str] = []
        self.context.on("response", lambda one: kinds.append(one.headers.get("content-type", "")))
        self.page.get_by_role("button", name=button).click()
        for _ in range(LOOKS):
            if "application/pdf" in kinds:
                return True
            self.page.wait_for_timeout(250)
        return False


@dataclass
class DeskStage:
    """The running product, the commune where everybody works, and a browser."""

    product: Product
    browser: Browser
    here: CommuneInfo
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)
    contexts: list[BrowserContext] = field(default_factory=list)

    def official(
        self, role: str, *, name: str = "", scripts: bool = True, size: Any = DESK
    ) -> Somebody:
        """An official of that role at the open desk: the first one, or one by name."""
        key = name or role
        if key not in self.cookies:
            with in_commune(self.here.code):
                who = Official.objects.get(name=name) if name else the_official(role)
                account = account_of(who)
            self.cookies[key] = self._cookies(account, at_desk=True)
        return self._arrive(self.cookies[key], scripts=scripts, size=size)

    def citizen(self, account: Account, *, scripts: bool = True, size: Any = DESK) -> Somebody:
        """A citizen who is signed in."""
        return self._arrive(self._cookies(account), scripts=scripts, size=size)

    def make(self, work: Callable[[], Made]) -> Made:
        """Do something in the commune by the product's own calls."""
        with in_commune(self.here.code):
            return work()

    def now(self, case: Case) -> Case:
        """The case as it stands."""
        return self.make(lambda: Case.objects.get(pk=case.pk))

    def wait_for_papers(self, case: Case) -> None:
        """Wait until everything issued in the case is there as a PDF."""
        reader = self.official("clerk")
        reader.open(f"/desk/ho-so/{case.code}/van-ban/")
        reader.read_until("đang được tạo", gone=True)

    def _arrive(self, cookies: dict[str, str], *, scripts: bool, size: Any) -> Somebody:
        site = self.product.commune(self.here)
        context = self._context(scripts=scripts, size=size)
        for name, value in cookies.items():
            # What bears this prefix is taken from an address that is safe only.
            safe = name == COOKIE
            url = site.replace("http:", "https:") if safe else site
            context.add_cookies([{"name": name, "value": value, "url": url, "secure": safe}])
        if scripts:
            return Somebody(context)
        return Somebody(context, self._context(scripts=True, size=size).new_page())

    def _context(self, *, scripts: bool, size: Any) -> BrowserContext:
        context = self.browser.new_context(
            java_script_enabled=scripts,
            viewport=size,
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            base_url=self.product.commune(self.here),
        )
        context.set_default_timeout(WAITS_MS)
        self.contexts.append(context)
        return context

    def _cookies(self, account: Account, *, at_desk: bool = False) -> dict[str, str]:
        client = Client(SERVER_NAME=self.here.host)
        client.force_login(account)
        if at_desk:
            open_desk(client, self.here)
        names = (settings.SESSION_COOKIE_NAME, COOKIE)
        return {name: client.cookies[name].value for name in names if name in client.cookies}

    def leave(self) -> None:
        """Close every browser window."""
        while self.contexts:
            self.contexts.pop().close()


@contextmanager
def desk_stage(server: TestServer, folder: Path) -> Iterator[DeskStage]:
    """Everything up, and a browser."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.fail("Chromium is missing: apt-get install chromium (or BROWSER=off)")
    with (
        running_product(server, folder) as product,
        pytest.MonkeyPatch.context() as patch,
        sync_playwright() as playwright,
    ):
        # The browser's loop is no reason not to ask the database between two of its pages.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
        yield DeskStage(product, browser, communes()[0])
        # Here, where the loop runs, the journeys have had a connection of their own.
        connections.close_all()
        browser.close()
