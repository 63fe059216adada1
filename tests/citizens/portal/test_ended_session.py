"""What was typed when the session had ended is not lost, and is nobody else's."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from services.cases.models import Draft
from tenants.accounts.models import Account
from tenants.communes.current import CommuneInfo
from tests.journeys.html_forms import form_that

TYPED = {"child_name": "Trần Nguyễn Gia Hân", "child_gender": "Nữ"}


@pytest.fixture
def path(begun: Draft) -> str:
    return f"/nop/{begun.pk}/child_name/"


@pytest.fixture
def late(ba_dinh: CommuneInfo, path: str) -> Client:
    """A browser whose session ended while its owner typed, after it sent the page."""
    client = Client(SERVER_NAME=ba_dinh.host)
    answer = client.post(path, TYPED, headers={"referer": f"http://{ba_dinh.host}{path}"})
    assert answer.status_code == 302 and "/tai-khoan/dang-nhap/" in answer["Location"]
    return client


@pytest.fixture
def sign_in(late: Client, password: str) -> Callable[[], None]:
    """Its owner signs in again on the central site, in the same browser."""

    def signed_in() -> None:
        answer = late.post(
            "/tai-khoan/dang-nhap/",
            {"login": "0912345268", "password": password},
            SERVER_NAME="xaso.localhost",
        )
        assert answer.status_code == 302

    return signed_in


def test_after_signing_in_the_page_shows_it_again(
    late: Client, path: str, sign_in: Callable[[], None]
) -> None:
    sign_in()
    page = late.get(path)

    assert form_that(page, has="leave").sent()["child_name"] == [TYPED["child_name"]]
    assert "Phiên làm việc đã hết" in page.content.decode()


def test_nothing_of_it_can_be_read_in_the_session(late: Client) -> None:
    kept = json.dumps([row.get_decoded() for row in Session.objects.all()], ensure_ascii=False)

    assert "parked" in kept
    assert "Hân" not in kept and "child_gender" not in kept


def test_it_opens_on_no_other_page_and_in_no_other_commune(
    late: Client,
    path: str,
    complete: Draft,
    ngoc_ha: CommuneInfo,
    sign_in: Callable[[], None],
) -> None:
    sign_in()
    other = late.get(f"/nop/{complete.pk}/child_name/")

    assert "Phiên làm việc đã hết" not in other.content.decode()
    assert late.get(path, SERVER_NAME=ngoc_ha.host).status_code == 404


def test_it_is_forgotten_once_the_page_is_saved(
    late: Client, path: str, sign_in: Callable[[], None]
) -> None:
    sign_in()
    late.post(path, TYPED)

    assert "Phiên làm việc đã hết" not in late.get(path).content.decode()


def test_nothing_is_saved_before_its_writer_has_signed_in(late: Client, begun: Draft) -> None:
    assert Draft.objects.get(pk=begun.pk).content == begun.content


def test_a_huge_body_is_not_kept(ba_dinh: CommuneInfo, path: str) -> None:
    client = Client(SERVER_NAME=ba_dinh.host)
    client.post(path, {"child_name": "x" * 300_000})

    assert not Session.objects.exists()


def test_somebody_else_at_the_same_computer_sees_none_of_it(
    late: Client, path: str, stranger: Account
) -> None:
    late.force_login(stranger)

    assert late.get(path).status_code == 404
