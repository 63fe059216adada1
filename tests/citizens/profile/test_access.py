"""Who may open what of the pages about oneself; tests/test_access.py finds forgotten ones."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from django.test import Client
from django.urls import reverse

from tenants.accounts.models import Account
from tenants.communes.current import CommuneInfo
from tests.citizens.profile.conftest import sign_in


class Row(NamedTuple):
    """Answers to somebody not signed in, signed in an hour ago, and signed in just now."""

    name: str
    method: str
    answers: tuple[int, int, int]


TABLE = [
    Row("profile", "get", (302, 200, 200)),
    Row("profile", "post", (302, 405, 405)),
    Row("profile-correct", "get", (302, 200, 200)),
    Row("profile-correct", "post", (302, 422, 422)),
    Row("profile-consent", "get", (302, 200, 200)),
    Row("profile-consent", "post", (302, 302, 302)),
    Row("profile-download", "get", (302, 302, 200)),
    Row("profile-json", "get", (302, 405, 405)),
    Row("profile-json", "post", (302, 302, 200)),
    Row("profile-pdf", "get", (302, 405, 405)),
    Row("profile-pdf", "post", (302, 302, 200)),
    Row("profile-closing", "get", (302, 302, 200)),
    Row("profile-closing", "post", (302, 302, 302)),
    Row("profile-closing-undo", "post", (302, 302, 302)),
    Row("profile-closing-undo", "get", (302, 405, 405)),
]


@pytest.fixture(autouse=True)
def _quick_typesetting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("citizens.profile.views.download.report_pdf", lambda holdings: b"%PDF-")


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.method} {row.name}")
def test_each_gets_the_answer_of_the_table(row: Row, central_client: Client, lan: Account):
    place = reverse(row.name, urlconf="config.urls_central")
    clients = (central_client, sign_in(lan, minutes_ago=60), sign_in(lan))
    answers = [getattr(client, row.method)(place) for client in clients]

    assert tuple(answer.status_code for answer in answers) == row.answers
    assert "dang-nhap" in answers[0]["Location"]
    for answer in answers:
        answer.close()


@pytest.mark.parametrize("name", ["profile-download", "profile-json", "profile-pdf"])
def test_an_hour_after_signing_in_the_password_is_asked_for_again(lan: Account, name: str):
    client = sign_in(lan, minutes_ago=60)
    method = "get" if name == "profile-download" else "post"
    answer = getattr(client, method)(reverse(name, urlconf="config.urls_central"))

    again = reverse("account_reauthenticate", urlconf="config.urls_central")
    assert answer["Location"] == f"{again}?next=%2Ftai-khoan-cua-toi%2Ftai-ve%2F"


def test_these_pages_are_not_on_a_communes_site(ba_dinh: CommuneInfo, lan: Account):
    client = sign_in(lan)
    assert client.get("/tai-khoan-cua-toi/", SERVER_NAME=ba_dinh.host).status_code == 404
