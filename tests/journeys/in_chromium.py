"""A person at a real browser: opens pages, fills forms by their names, and reads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import BrowserContext, Locator, Page

from services.catalogue.schema import FieldSpec
from tests.journeys.typing_in import typed

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}
AXE = Axe()
_LOOKED_AT: set[tuple[bool, int, str]] = set()
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


class Person:
    """Somebody with a browser of their own, in which scripts may be off."""

    def __init__(self, context: BrowserContext, checker: Page | None = None) -> None:
        self.context = context
        self.page: Page = context.new_page()
        self.checker = checker
        self.checked: set[str] = set()
        self.problems: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(f"script: {error}"))
        self.page.on("response", self._note)
        self.page.on("console", self._note_refused)

    def _note(self, response: Any) -> None:
        if response.status >= 500:
            self.problems.append(f"{response.status} {response.url}")

    def _note_refused(self, message: Any) -> None:
        """What the page's own policy would not let run or load."""
        if "Content Security Policy" in message.text:
            self.problems.append(message.text)

    def open(self, address: str) -> None:
        """Open an address and look at the page that comes."""
        self.page.goto(address)
        self.look()

    def look(self) -> None:
        """Check the page on which one is: accessible, and no wider than the screen."""
        self.page.wait_for_load_state()
        assert not self.problems, self.problems
        html = self.page.content()
        if not self._is_new(html):
            return
        shown = self._to_look_at(html)
        results = AXE.run(shown, options=RULES)
        assert not results.violations_count, f"{self.page.url}\n{results.generate_report()}"
        self.checked.add(self.path)
        if (self.page.viewport_size or {}).get("width") == PHONE["width"]:
            wide = shown.evaluate("document.documentElement.scrollWidth")
            assert wide <= PHONE["width"], f"{self.page.url} is {wide} px wide on a phone."

    def _is_new(self, html: str) -> bool:
        """Whether nobody looked at this very page yet: sign-in looks the same for everyone."""
        width = (self.page.viewport_size or DESK)["width"]
        seen = (self.checker is None, width, re.sub(r'value="[^"]*"', "", html))
        if seen in _LOOKED_AT:
            return False
        _LOOKED_AT.add(seen)
        return True

    def _to_look_at(self, html: str) -> Page:
        """The page; where scripts are off, a copy in which axe (a script) can run."""
        if self.checker is None:
            return self.page
        html = re.sub(r"<script\b.*?</script>", "", html, flags=re.DOTALL)
        self.checker.set_viewport_size(self.page.viewport_size or DESK)
        self.checker.unroute_all()
        self.checker.route(
            lambda address: address.split("#")[0] == self.page.url.split("#")[0],
            lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"),
        )
        self.checker.goto(self.page.url)
        return self.checker

    def press(self, name: str, role: Any = "button") -> None:
        """Press the first button (or follow the link) of that name and look at what comes."""
        control = self.page.get_by_role(role, name=name).locator("visible=true").first
        with self.page.expect_navigation():
            control.click()
        self.look()

    def follow(self, name: str) -> None:
        """Follow the first link of that name."""
        self.press(name, role="link")

    @property
    def path(self) -> str:
        """The path of the page, with identifiers left out of it."""
        return re.sub(r"[0-9a-f-]{36}|H26[^/]+", "…", urlsplit(self.page.url).path)

    def text(self) -> str:
        """The words on the page."""
        return " ".join(self.page.inner_text("body").split())

    def bring_session(self, key: str) -> None:
        """Come with the cookie of having signed in."""
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": key, "path": "/"}
        self.context.add_cookies([{**cookie, "domain": f".{settings.BASE_DOMAIN}"}])  # type: ignore[typeddict-item]

    def sign_in(self, login: str, password: str) -> None:
        """Sign in on the page that asks for it."""
        assert "/tai-khoan/dang-nhap/" in self.page.url, self.page.url
        self.page.fill("[name=login]", login)
        self.page.fill("[name=password]", password)
        self.press("Đăng nhập")

    def fill(self, leaves: Mapping[str, FieldSpec], answers: Mapping[str, Any]) -> None:
        """Answer the questions of a page in their order, adding rows where they are needed."""
        for key, spec in leaves.items():
            answer = answers.get(key)
            if answer is None or spec.type == "date_in_words":
                continue
            if spec.type == "repeat":
                self._add_rows(key, len(answer))
            for name, values in typed(spec, answer, key).items():
                self._put(name, values)

    def _add_rows(self, key: str, wanted: int) -> None:
        while int(self.page.locator(f'[name="{key}-count"]').input_value()) < wanted:
            with self.page.expect_navigation():
                self.page.locator(f'button[name="_add"][value="{key}"]').click()

    def _put(self, name: str, values: list[str]) -> None:
        controls = self.page.locator(f'[name="{name}"]')
        if not controls.count():
            assert not any(values), f"The page draws no control for {name}."
            return
        kind = controls.first.evaluate("control => control.type")
        if kind in ("radio", "checkbox"):
            for value in values:
                self._tick(self.page.locator(f'[name="{name}"][value="{value}"]'))
        elif kind == "select-one":
            controls.first.select_option(values[0])
        elif kind != "hidden":
            controls.first.fill(values[0])

    def _tick(self, box: Locator) -> None:
        box.check()
