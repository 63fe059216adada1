"""The desk opens for an active official of this commune, on its own host, for a while."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import include, path
from django.utils import timezone

from tenants.accounts.desk import IDLE, LONGEST
from tenants.accounts.desk_cookie import COOKIE
from tenants.accounts.models import Account, DeskSession
from tenants.communes.current import CommuneInfo, commune_info, in_commune
from tenants.history.events import events_of
from tenants.organisation.desk_access import DeskRequest, desk_view, path_at_desk
from tenants.organisation.models import Official
from tests.second_factor import open_desk, show_factor

OPEN, CLOSE, PAGE = "/desk/mo-ban/", "/desk/mo-ban/dong/", "/desk/thu/"

Browser = Callable[[CommuneInfo], Client]


@desk_view
def probe(request: DeskRequest) -> HttpResponse:
    """A page of the desk."""
    return HttpResponse(request.official.name)


urlpatterns = [
    path("desk/mo-ban/", include("tenants.organisation.urls")),
    path("desk/thu/", probe),
]


@pytest.fixture(autouse=True)
def _probe_is_mounted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenants.communes.middleware.URLS_COMMUNE", __name__)


def make_official(code: str, account: Account, *, active: bool = True) -> Official:
    with in_commune(code):
        return Official.objects.create(
            account_id=account.pk,
            name=account.full_name,
            title="Chuyên viên",
            roles="reception",
            active=active,
        )


@pytest.fixture
def hoa(ba_dinh: CommuneInfo) -> Account:
    """An official of Ba Đình."""
    account = Account.objects.create_account(full_name="Nguyễn Thị Hoa", phone="0912345678")
    make_official("00004", account)
    return account


def open_here(browser: Client) -> HttpResponse:
    """Open the desk of Ba Đình, the factor shown a moment ago."""
    return open_desk(browser, commune_info("00004"))


@pytest.fixture
def browser(hoa: Account, ba_dinh: CommuneInfo, commune_client: Browser) -> Client:
    """Hoa's browser, signed in, with the desk closed."""
    client = commune_client(ba_dinh)
    client.force_login(hoa)
    return client


def test_opening_the_desk_leads_back_and_opens_its_pages(
    browser: Client, ba_dinh: CommuneInfo
) -> None:
    response = browser.get(PAGE)
    assert response["Location"] == f"{OPEN}?next=%2Fdesk%2Fthu%2F"
    assert not DeskSession.objects.exists()

    asked = urlsplit(browser.get(response["Location"])["Location"])
    assert (asked.netloc, asked.path) == ("xaso.localhost", "/tai-khoan/hai-buoc/xac-thuc/")
    assert parse_qs(asked.query)["next"] == [f"http://{ba_dinh.host}{response['Location']}"]
    show_factor(browser)
    page = browser.get(response["Location"]).content.decode()
    assert "Nguyễn Thị Hoa" in page and 'value="/desk/thu/"' in page
    response = browser.post(OPEN, {"next": PAGE})

    assert response["Location"] == PAGE
    assert browser.get(PAGE).content.decode() == "Nguyễn Thị Hoa"
    assert browser.get(OPEN)["Location"] == "/desk/"


def test_the_cookie_belongs_to_this_host_alone(browser: Client) -> None:
    cookie = open_here(browser).cookies[COOKIE]

    assert COOKIE.startswith("__Host-")
    assert (cookie["secure"], cookie["httponly"], cookie["path"]) == (True, True, "/")
    assert cookie["domain"] == ""
    assert str(DeskSession.objects.get().pk) in cookie.value


def test_who_is_not_signed_in_goes_to_the_central_sign_in(
    ba_dinh: CommuneInfo, commune_client: Browser
) -> None:
    location = urlsplit(commune_client(ba_dinh).get(PAGE)["Location"])

    assert (location.netloc, location.path) == ("xaso.localhost", "/tai-khoan/dang-nhap/")
    assert parse_qs(location.query)["next"] == [f"http://{ba_dinh.host}{PAGE}"]


@pytest.mark.parametrize("address", [PAGE, OPEN])
def test_a_stranger_gets_404(ba_dinh: CommuneInfo, commune_client: Browser, address: str) -> None:
    client = commune_client(ba_dinh)
    client.force_login(Account.objects.create_account(full_name="Trần An", phone="0987654321"))

    assert client.get(address).status_code == 404
    assert client.post(address).status_code == 404


def test_an_official_who_left_gets_404(browser: Client) -> None:
    open_here(browser)
    with in_commune("00004"):
        Official.objects.update(active=False)

    assert browser.get(PAGE).status_code == 404


def test_an_official_of_the_neighbour_is_a_stranger_here(
    hoa: Account, ngoc_ha: CommuneInfo, commune_client: Browser
) -> None:
    client = commune_client(ngoc_ha)
    client.force_login(hoa)

    assert client.get(PAGE).status_code == 404


def test_the_desk_of_one_commune_does_not_open_another_s(
    browser: Client, hoa: Account, ngoc_ha: CommuneInfo, commune_client: Browser
) -> None:
    make_official("00008", hoa)
    open_here(browser)
    other = commune_client(ngoc_ha)
    other.force_login(hoa)

    other.cookies[COOKIE] = browser.cookies[COOKIE].value

    assert other.get(PAGE).status_code == 302


def test_even_the_right_cookie_opens_nothing_for_another_account(
    browser: Client, ba_dinh: CommuneInfo, commune_client: Browser
) -> None:
    open_here(browser)
    colleague = Account.objects.create_account(full_name="Lê Minh", phone="0987654321")
    make_official("00004", colleague)
    other = commune_client(ba_dinh)
    other.force_login(colleague)
    other.cookies[COOKIE] = browser.cookies[COOKIE].value

    assert other.get(PAGE).status_code == 302


def test_a_forged_cookie_opens_nothing(browser: Client) -> None:
    open_here(browser)
    browser.cookies[COOKIE] = f"{DeskSession.objects.get().pk}:abc:def"

    assert browser.get(PAGE).status_code == 302


@pytest.mark.parametrize(
    "changed",
    [
        {"opened_at": LONGEST + timedelta(seconds=1)},
        {"last_seen_at": IDLE + timedelta(seconds=1)},
    ],
)
def test_a_desk_runs_out(browser: Client, changed: dict[str, timedelta]) -> None:
    open_here(browser)
    now = timezone.now()
    DeskSession.objects.update(**{name: now - age for name, age in changed.items()})

    assert browser.get(PAGE).status_code == 302


def test_working_keeps_the_desk_open_with_one_write_a_minute(browser: Client) -> None:
    open_here(browser)
    DeskSession.objects.update(last_seen_at=timezone.now() - timedelta(minutes=29))

    with CaptureQueriesContext(connection) as first:
        browser.get(PAGE)
    with CaptureQueriesContext(connection) as second:
        browser.get(PAGE)

    assert sum("UPDATE" in query["sql"] for query in first) == 1
    # Session, account, official, desk.
    assert len(second) == 4
    assert timezone.now() - DeskSession.objects.get().last_seen_at < timedelta(seconds=30)


def test_closing_the_desk_closes_the_row(browser: Client) -> None:
    open_here(browser)
    assert browser.get(CLOSE).status_code == 405

    browser.post(CLOSE)

    assert not DeskSession.objects.exists()
    assert browser.get(PAGE).status_code == 302


def test_a_desk_of_yesterday_is_cleared_away_when_a_new_one_opens(
    browser: Client, hoa: Account
) -> None:
    open_here(browser)
    DeskSession.objects.update(opened_at=timezone.now() - timedelta(days=1))

    open_here(browser)

    assert DeskSession.objects.filter(account_id=hoa.pk).count() == 1


@pytest.mark.parametrize(
    ("given", "led_to"),
    [
        ("/desk/ho-so/1/?tab=2", "/desk/ho-so/1/?tab=2"),
        ("/ho-so-cua-toi/", "/desk/"),
        ("//evil.example/desk/", "/desk/"),
        ("http://evil.example/desk/", "/desk/"),
        ("", "/desk/"),
    ],
)
def test_opening_leads_only_into_the_desk(given: str, led_to: str) -> None:
    assert path_at_desk(given) == led_to


def test_a_form_sent_to_a_closed_desk_leads_back_to_its_page(
    browser: Client, ba_dinh: CommuneInfo
) -> None:
    page = f"http://{ba_dinh.host}/desk/ho-so/{uuid4()}/"

    response = browser.post(PAGE, HTTP_REFERER=page)

    assert parse_qs(urlsplit(response["Location"]).query)["next"] == [urlsplit(page).path]


def test_no_desk_opens_without_the_second_factor(browser: Client) -> None:
    response = browser.post(OPEN, {"next": PAGE})

    assert "/tai-khoan/hai-buoc/xac-thuc/" in response["Location"]
    assert not DeskSession.objects.exists() and COOKIE not in browser.cookies


def test_a_factor_opens_one_desk_once(
    browser: Client, hoa: Account, ngoc_ha: CommuneInfo, commune_client: Browser
) -> None:
    make_official("00008", hoa)
    show_factor(browser)
    assert browser.post(OPEN)["Location"] == "/desk/"

    assert "/xac-thuc/" in browser.post(OPEN)["Location"]
    there = browser.post(OPEN, SERVER_NAME=ngoc_ha.host)
    assert "/xac-thuc/" in there["Location"]
    assert DeskSession.objects.count() == 1


def test_a_factor_shown_for_one_commune_opens_no_other(
    browser: Client, hoa: Account, ngoc_ha: CommuneInfo
) -> None:
    make_official("00008", hoa)
    show_factor(browser, place="00004")

    assert "/xac-thuc/" in browser.post(OPEN, SERVER_NAME=ngoc_ha.host)["Location"]
    assert browser.post(OPEN)["Location"] == "/desk/"


@pytest.mark.parametrize("change", [{"at": 0}, {"account": str(uuid4())}])
def test_an_old_or_foreign_factor_opens_nothing(browser: Client, change: dict[str, object]) -> None:
    show_factor(browser)
    session = browser.session
    session["second_factor"] = {**session["second_factor"], **change}
    session.save()

    assert "/xac-thuc/" in browser.post(OPEN)["Location"]
    assert not DeskSession.objects.exists()


def test_opening_and_closing_are_in_the_commune_s_history(browser: Client, hoa: Account) -> None:
    open_here(browser)
    browser.post(CLOSE)
    browser.post(CLOSE)

    with in_commune("00004"):
        official = Official.objects.get(account_id=hoa.pk)
        told = [(e.verb, e.actor_name, e.details) for e in events_of(official.id)]
    assert told == [
        ("open_desk", "Nguyễn Thị Hoa", {"second_factor": "totp"}),
        ("close_desk", "Nguyễn Thị Hoa", None),
    ]
