from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.decorators import login_not_required
from django.db import OperationalError, connection
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


urlpatterns = [path("", _whose_site), path("may-fail", _database_away)]


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
