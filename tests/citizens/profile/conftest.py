"""Lan and her browser on the central site."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.internal.flows.login import _AUTHENTICATION_METHODS_USER_SESSION_KEY
from django.conf import settings
from django.test import Client

from tenants.accounts.models import Account

NUMBER = "001185012345"


@pytest.fixture
def lan(db: None) -> Account:
    return Account.objects.create_account(
        full_name="Lê Thị Lan",
        phone="0912345678",
        email="lan@vidu.vn",
        password="một câu dài dễ nhớ",
        national_id=NUMBER,
        birth_date=datetime.date(1985, 3, 2),
        address="Số 1, Phường Ba Đình",
    )


def sign_in(account: Account, *, minutes_ago: float = 0) -> Client:
    """A browser on the central site in which somebody gave their password so long ago."""
    client = Client(SERVER_NAME=settings.BASE_DOMAIN)
    client.force_login(account)
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "password", "at": time.time() - minutes_ago * 60}
    ]
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(account.pk)
    session.save()
    return client


@pytest.fixture
def browser(lan: Account) -> Client:
    """Lan has just signed in."""
    return sign_in(lan)


@pytest.fixture
def text(browser: Client) -> Callable[[str], str]:
    """A page of hers, read."""

    def read(path: str) -> str:
        answer = browser.get(path)
        assert answer.status_code == 200, answer
        assert answer["Cache-Control"] == "no-store" or "no-store" in answer["Cache-Control"]
        return str(answer.content.decode())

    return read
