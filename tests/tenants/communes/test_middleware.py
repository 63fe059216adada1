from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.decorators import login_not_required
from django.db import OperationalError, ProgrammingError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from pytest_django import Settings

from tenants.communes import middleware
from tenants.communes.current import CommuneInfo, current_commune
from tenants.communes.models import Commune, Domain
from tenants.organisation.models import Letterhead, get_letterhead
from tests.database import TestServer


@login_not_required
def _whose_site(request: HttpRequest) -> HttpResponse:
    if request.commune is None:
        return HttpResponse("centre")
    assert current_commune() == request.commune
    return HttpResponse(f"{request.commune.name} {get_letterhead().commune_code}")


_failures: list[int] = []


@login_not_required
def _database_away(request: HttpRequest) -> HttpResponse:
    if _failures and _failures.pop():
        connection.lost = True
        raise OperationalError("server closed the connection unexpectedly")
    return HttpResponse("answered")


@login_not_required
def _column_gone(request: HttpRequest) -> HttpResponse:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT no_such_column FROM organisation_letterhead")
    return HttpResponse("never")


urlpatterns = [
    path("", _whose_site),
    path("may-fail", _database_away),
    path("column-gone", _column_gone),
]


@pytest.fixture(autouse=True)
def _own_pages(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Any) -> None:
    monkeypatch.setattr(middleware, "URLS_CENTRAL", __name__)
    monkeypatch.setattr(middleware, "URLS_COMMUNE", __name__)
    settings.ROOT_URLCONF = __name__


def test_each_host_is_one_site(
    central_client: Client,
    commune_client: Callable[[CommuneInfo], Client],
    ba_dinh: CommuneInfo,
    ngoc_ha: CommuneInfo,
):
    assert central_client.get("/").content == b"centre"
    assert commune_client(ba_dinh).get("/").content.decode() == "Phường Ba Đình 00004"
    assert commune_client(ngoc_ha).get("/").content.decode() == "Phường Ngọc Hà 00008"
    assert connection.schema_name == "public"


@pytest.mark.parametrize(
    "host", ["la.xaso.localhost", "a.phuong-ba-dinh-ha-noi.xaso.localhost", "evil.example", "a_b"]
)
def test_an_unknown_host_is_not_found(db: None, host: str):
    assert Client(SERVER_NAME=host).get("/").status_code == 404


def test_capitals_and_a_port_do_not_matter(db: None):
    client = Client(headers={"host": "Phuong-Ba-Dinh-Ha-Noi.XaSo.localhost:8000"})
    assert client.get("/").content.decode() == "Phường Ba Đình 00004"


def test_a_suspended_commune_says_so(
    commune_client: Callable[[CommuneInfo], Client], ba_dinh: CommuneInfo
):
    Commune.objects.filter(code="00004").update(state="suspended")
    answer = commune_client(ba_dinh).get("/")
    assert answer.status_code == 503
    assert answer["Retry-After"]


CLOSED = {
    "suspended": {"state": "suspended"},
    "too old": {"schema_version": 0},
    "too new": {"oldest_code": 30_000},
    "merged": {"state": "merged", "successor_code": "00008"},
    "merged into one that is not here": {"state": "merged", "successor_code": "00070"},
    "merged into one that nobody knows": {"state": "merged", "successor_code": "99999"},
}


@pytest.mark.parametrize(
    ("why", "status", "words"),
    [
        ("suspended", 503, "tạm ngừng"),
        ("too old", 503, "đang nâng cấp"),
        ("too new", 503, "đang nâng cấp"),
        ("merged", 410, "đã sáp nhập vào Phường Ngọc Hà, Thành phố Hà Nội"),
        ("merged into one that is not here", 410, "Phường Hoàn Kiếm, Thành phố Hà Nội chưa có"),
        ("merged into one that nobody knows", 410, "Tìm xã, phường"),
    ],
)
def test_nothing_is_done_on_a_closed_site_and_its_page_says_why(
    commune_client: Callable[[CommuneInfo], Client],
    ba_dinh: CommuneInfo,
    why: str,
    status: int,
    words: str,
):
    Commune.objects.filter(code="00004").update(**CLOSED[why])
    answer = commune_client(ba_dinh).post("/")
    assert answer.status_code == status
    assert bool(answer.get("Retry-After")) == (status == 503)
    assert words in answer.content.decode()
    assert "Phường Ba Đình" in answer.content.decode()


@pytest.mark.parametrize("why", [why for why in CLOSED if why != "merged"])
def test_a_closed_site_has_its_page_for_readers_too_in_both_languages(
    commune_client: Callable[[CommuneInfo], Client], ba_dinh: CommuneInfo, why: str
):
    Commune.objects.filter(code="00004").update(**CLOSED[why])
    client = commune_client(ba_dinh)
    vietnamese = client.get("/thu-tuc/")
    client.cookies["django_language"] = "en"
    english = client.get("/thu-tuc/")
    assert vietnamese.status_code == english.status_code
    assert vietnamese.status_code in (410, 503)
    assert '<html lang="vi">' in vietnamese.content.decode()
    assert '<html lang="en">' in english.content.decode()


@pytest.mark.parametrize("method", ["get", "head"])
def test_readers_of_a_merged_communes_site_are_led_to_the_same_page_of_its_successor(
    commune_client: Callable[[CommuneInfo], Client], ba_dinh: CommuneInfo, method: str
):
    Commune.objects.filter(code="00004").update(**CLOSED["merged"])
    answer = getattr(commune_client(ba_dinh), method)("/thu-tuc/1.001193/?q=1")
    assert answer.status_code == 301
    ngoc_ha = "http://phuong-ngoc-ha-ha-noi.xaso.localhost"
    assert answer["Location"] == f"{ngoc_ha}/thu-tuc/1.001193/?q=1"
    assert "max-age" in answer["Cache-Control"]


def test_a_column_that_an_upgrade_took_away_just_now_is_no_fault_of_the_page(
    commune_client: Callable[[CommuneInfo], Client],
    ba_dinh: CommuneInfo,
    ngoc_ha: CommuneInfo,
):
    clients = commune_client(ba_dinh), commune_client(ngoc_ha)
    assert [client.get("/").status_code for client in clients] == [200, 200]
    Commune.objects.filter(code="00004").update(oldest_code=30_000)
    answer = clients[0].get("/column-gone")
    assert answer.status_code == 503
    assert "đang nâng cấp" in answer.content.decode()
    with pytest.raises(ProgrammingError):
        clients[1].get("/column-gone")


def test_a_domain_of_its_own_redirects_to_the_communes_site(db: None, settings: Settings):
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "badinh.gov.vn"]
    Domain.objects.create(domain="badinh.gov.vn", tenant_id="00004", is_primary=False)
    answer = Client(SERVER_NAME="badinh.gov.vn").get("/may-fail?q=1")
    assert answer.status_code == 301
    assert answer["Location"] == "http://phuong-ba-dinh-ha-noi.xaso.localhost/may-fail?q=1"


def test_a_commune_whose_data_are_not_there_answers_503(
    commune_client: Callable[[CommuneInfo], Client], in_ba_dinh: CommuneInfo
):
    Letterhead.objects.all().delete()
    connection.forget_search_path()
    assert commune_client(in_ba_dinh).get("/").status_code == 503


@pytest.mark.parametrize(
    ("method", "failures", "status"),
    [("get", [1], 200), ("get", [1, 1], 503), ("post", [1], 503), ("post", [], 200)],
)
def test_a_get_is_tried_once_more_when_the_database_went_away(
    central_client: Client, method: str, failures: list[int], status: int
):
    _failures[:] = failures
    answer = getattr(central_client, method)("/may-fail")
    assert answer.status_code == status


@pytest.mark.django_db(transaction=True)
def test_a_get_is_answered_through_a_restart_of_the_database(
    commune_client: Callable[[CommuneInfo], Client],
    ba_dinh: CommuneInfo,
    django_db_setup: TestServer,
):
    client = commune_client(ba_dinh)
    assert client.get("/").status_code == 200
    django_db_setup.end_connection()
    assert client.get("/").content.decode() == "Phường Ba Đình 00004"
