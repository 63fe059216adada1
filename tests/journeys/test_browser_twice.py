"""What hands do in a browser that no page asks for: two tabs, the way back, double clicks, waiting.

Each ends with one case, one number and everything typed still there.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

from documents.registers.models import Document
from services.cases.models import Case, Draft
from services.catalogue.registry import current_procedure
from services.catalogue.schema import ProcedureDefinition
from tenants.accounts.models import Account
from tenants.communes.current import CommuneInfo, in_commune
from tests.database import TestServer
from tests.factories import account_of, make_account, make_case, make_draft, the_official
from tests.journeys.answers import filing
from tests.journeys.in_chromium import Person
from tests.journeys.running_product import Product, communes, running_product
from tests.journeys.test_browser import CHROMIUM, PASSWORD
from tests.second_factor import show_factor

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(os.environ.get("BROWSER") == "off", reason="BROWSER=off"),
]

BOOK_COPY = "2.000908"
TYPED = "Viết dở trong lúc hết phiên"


class Hands(Person):
    """A person whose pages others have looked at already: only what goes wrong is noted."""

    def look(self) -> None:
        """Nothing failed on the way here."""
        self.page.wait_for_load_state()
        assert not self.problems, self.problems

    def other_tab(self) -> Hands:
        """Another tab of the same browser."""
        return Hands(self.context)


@dataclass
class Stage:
    """The running product, and who comes to it."""

    product: Product
    here: CommuneInfo
    browser: Browser
    citizen: Account
    definition: ProcedureDefinition


@pytest.fixture(scope="module")
def stage(
    django_db_setup: TestServer,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stage]:
    """Everything up, and a browser."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.fail("Chromium is missing: apt-get install chromium (or BROWSER=off)")
    folder = tmp_path_factory.mktemp("product")
    with django_db_blocker.unblock(), running_product(django_db_setup, folder) as product:
        here, _neighbour = communes()
        citizen = make_account("Đỗ Thu Hương", email="thu.huong@example.vn")
        citizen.set_password(PASSWORD)
        citizen.save(update_fields=["password"])
        with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
            # The browser's library runs a loop of its own in this thread; ours is not within it.
            patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
            browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
            yield Stage(product, here, browser, citizen, current_procedure(BOOK_COPY))
            # Here, where the loop runs, the tests have had a connection of their own.
            connections.close_all()
            browser.close()


Arrive = Callable[..., Hands]


@pytest.fixture
def arrive(stage: Stage) -> Iterator[Arrive]:
    """`arrive(account)`: a browser in which somebody signed in a moment ago."""
    contexts = []

    def come(account: Account, *, scripts: bool = True, desk: bool = False) -> Hands:
        context = stage.browser.new_context(java_script_enabled=scripts, locale="vi-VN")
        context.set_default_timeout(30_000)
        contexts.append(context)
        client = Client()
        # Whoever typed the password meanwhile has a newer hash of it, which sessions go by.
        account.refresh_from_db()
        client.force_login(account)
        if desk:
            show_factor(client, place=stage.here.code)
        hands = Hands(context)
        hands.bring_session(client.cookies[settings.SESSION_COOKIE_NAME].value)
        if desk:
            hands.open(stage.product.commune(stage.here, "/desk/"))
            hands.press("Mở bàn làm việc")
        return hands

    yield come
    for context in contexts:
        context.close()


def _draft(stage: Stage) -> Draft:
    with in_commune(stage.here.code):
        return make_draft(filing(BOOK_COPY, commune=stage.here.code), account=stage.citizen)


def _cases_of(stage: Stage, draft: Draft) -> int:
    with in_commune(stage.here.code):
        return Case.objects.filter(filing_key=draft.pk).count()


def _question(stage: Stage, draft: Draft) -> tuple[str, str]:
    """A page of the form and the name of a box of text on it."""
    for page in stage.definition.pages:
        for leaf in page.leaves:
            if leaf.type == "text" and filing(BOOK_COPY).answers.get(leaf.key):
                return f"/nop/{draft.pk}/{page.key}/", leaf.key
    raise AssertionError("The form has no box of text.")


def test_two_tabs_with_one_page_of_a_form(stage: Stage, arrive: Arrive) -> None:
    draft = _draft(stage)
    path, name = _question(stage, draft)
    first = arrive(stage.citizen)
    second = first.other_tab()
    for tab, text in ((first, "Ở thẻ một"), (second, "Ở thẻ hai")):
        tab.open(stage.product.commune(stage.here, path))
        tab.page.fill(f"[name={name}]", text)
    first.press("Lưu và tiếp tục")
    assert path not in first.page.url
    second.press("Lưu và tiếp tục")
    assert path in second.page.url and "ở một thẻ khác" in second.text()
    assert second.page.input_value(f"[name={name}]") == "Ở thẻ hai"
    with in_commune(stage.here.code):
        assert Draft.objects.get(pk=draft.pk).answers[name] == "Ở thẻ một"
    second.press("Lưu và tiếp tục")
    assert path not in second.page.url


def test_two_tabs_with_one_case(stage: Stage, arrive: Arrive) -> None:
    with in_commune(stage.here.code):
        case = make_case(BOOK_COPY, "in_process")
        account = account_of(the_official("specialist"))
    first = arrive(account, desk=True)
    second = first.other_tab()
    place = stage.product.commune(stage.here, f"/desk/ho-so/{case.code}/tham-dinh/")
    entries = stage.definition.entry_fields
    for tab in (first, second):
        tab.open(place)
        tab.fill(entries, filing(BOOK_COPY).entries)
        tab.page.fill("[name=note]", "Thẻ này ghi chú riêng.")
    first.press("Chuyển bước")
    second.press("Chuyển bước")
    assert second.page.get_by_role("alert").count()
    assert second.page.input_value("[name=note]") == "Thẻ này ghi chú riêng."
    with in_commune(stage.here.code):
        assert Case.objects.get(pk=case.pk).step_position == case.step_position + 1


def _send(hands: Hands, stage: Stage, draft: Draft) -> None:
    hands.open(stage.product.commune(stage.here, f"/nop/{draft.pk}/xem-lai/"))
    hands.page.check("[name=declared]")


def test_the_way_back_after_sending_makes_no_second_case(stage: Stage, arrive: Arrive) -> None:
    draft = _draft(stage)
    huong = arrive(stage.citizen)
    _send(huong, stage, draft)
    huong.press("Nộp hồ sơ")
    code = huong.page.url.split("/")[4]
    huong.page.go_back()
    huong.look()
    assert code in huong.text()
    button = huong.page.get_by_role("button", name="Nộp hồ sơ")
    if button.count():  # The page as it was kept, with everything on it.
        huong.press("Nộp hồ sơ")
        assert code in huong.page.url
    assert _cases_of(stage, draft) == 1


def _twice(page: Page, name: str) -> None:
    """A double click, as of somebody who opens everything with one."""
    before = page.url
    page.get_by_role("button", name=name).locator("visible=true").first.dblclick()
    page.wait_for_url(lambda address: address != before)
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_double_click_sends_once(stage: Stage, arrive: Arrive, scripts: bool) -> None:
    draft = _draft(stage)
    huong = arrive(stage.citizen, scripts=scripts)
    _send(huong, stage, draft)
    _twice(huong.page, "Nộp hồ sơ")
    huong.look()
    assert huong.path == "/ho-so/…/" and "moi=1" in huong.page.url
    assert _cases_of(stage, draft) == 1


def test_a_double_click_signs_once(stage: Stage, arrive: Arrive) -> None:
    with in_commune(stage.here.code):
        case = make_case(BOOK_COPY, "awaiting_decision")
        account = account_of(the_official("leader"))
    leader = arrive(account, scripts=False, desk=True)
    leader.open(stage.product.commune(stage.here, f"/desk/ho-so/{case.code}/ky-duyet/"))
    _twice(leader.page, "Ký duyệt, cấp số")
    leader.look()
    with in_commune(stage.here.code):
        numbered = Document.objects.filter(case_id=case.pk).exclude(notation="")
        assert len(numbered.values_list("notation")) == 1
    assert case.code in leader.text()


def test_a_session_that_ends_while_a_form_is_filled_loses_nothing(
    stage: Stage, arrive: Arrive
) -> None:
    draft = _draft(stage)
    path, name = _question(stage, draft)
    huong = arrive(stage.citizen)
    huong.open(stage.product.commune(stage.here, path))
    huong.page.fill(f"[name={name}]", TYPED)
    Session.objects.all().delete()
    huong.press("Lưu và tiếp tục")
    huong.sign_in(stage.citizen.email or "", PASSWORD)
    assert path in huong.page.url
    assert huong.page.input_value(f"[name={name}]") == TYPED
    huong.press("Lưu và tiếp tục")
    with in_commune(stage.here.code):
        assert Draft.objects.get(pk=draft.pk).answers[name] == TYPED
