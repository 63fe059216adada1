"""The operator's pages open for who has shown the second factor, for half a day, in one browser."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from tenants.accounts.desk import IDLE, LONGEST
from tenants.accounts.desk_cookie import COOKIE
from tenants.accounts.models import Account, DeskSession
from tenants.communes.current import CommuneInfo
from tenants.fleet.models import OperatorAct
from tests.factories import make_account
from tests.second_factor import open_operator_pages, show_factor

PAGE = "/operator/"


@pytest.fixture
def browser(central_client: Client, khue: Account) -> Client:
    """The operator's browser, signed in, with the pages closed."""
    central_client.force_login(khue)
    return central_client


def asked_for(browser: Client) -> bool:
    """Whether the page leads to the second factor, with the way back."""
    response = browser.get(PAGE)
    place = urlsplit(response.get("Location", ""))
    if place.path != "/tai-khoan/hai-buoc/xac-thuc/":
        return False
    return parse_qs(place.query)["next"] == [f"http://{settings.BASE_DOMAIN}{PAGE}"]


def test_signed_in_is_not_enough(browser: Client) -> None:
    assert asked_for(browser)
    assert browser.post("/operator/dua-vao/", {"codes": "00004"}).status_code == 302
    assert not OperatorAct.objects.exists() and not DeskSession.objects.exists()


def test_the_factor_opens_them_and_the_log_says_so(browser: Client, khue: Account) -> None:
    show_factor(browser)
    response = browser.get(f"{PAGE}?tinh=01")
    assert response["Location"] == f"{PAGE}?tinh=01"
    assert browser.get(response["Location"]).status_code == 200
    cookie = response.cookies[COOKIE]
    assert cookie["secure"] and cookie["httponly"] and cookie["domain"] == ""
    act = OperatorAct.objects.get()
    assert (act.act, act.account_id, act.note) == ("sign_in", khue.pk, "totp")


def test_what_opened_a_desk_does_not_open_them(browser: Client, ba_dinh: CommuneInfo) -> None:
    show_factor(browser, place=ba_dinh.code)
    assert asked_for(browser)


def test_a_stolen_session_opens_nothing_without_its_cookie(browser: Client) -> None:
    open_operator_pages(browser)
    assert browser.get(PAGE).status_code == 200
    thief = Client(SERVER_NAME=settings.BASE_DOMAIN)
    name = settings.SESSION_COOKIE_NAME
    thief.cookies[name] = browser.cookies[name].value
    assert asked_for(thief)


def test_another_operator_does_not_come_in_with_it(browser: Client) -> None:
    open_operator_pages(browser)
    cookie = browser.cookies[COOKIE].value
    browser.force_login(make_account("Lê Minh", is_operator=True))
    browser.cookies[COOKIE] = cookie
    assert asked_for(browser)


@pytest.mark.parametrize(
    "changed",
    [
        {"opened_at": LONGEST + timedelta(seconds=1)},
        {"last_seen_at": IDLE + timedelta(seconds=1)},
    ],
)
def test_they_close_by_themselves(browser: Client, changed: dict[str, timedelta]) -> None:
    open_operator_pages(browser)
    now = timezone.now()
    DeskSession.objects.update(**{name: now - age for name, age in changed.items()})
    assert asked_for(browser)


def test_the_factor_lets_nobody_else_in(central_client: Client) -> None:
    central_client.force_login(make_account("Người Dân"))
    show_factor(central_client)
    assert central_client.get(PAGE).status_code == 404
