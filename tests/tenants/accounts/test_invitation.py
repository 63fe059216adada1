"""The first administrator of a commune comes in by a link that serves once."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from tenants.accounts.invitation import VALID_SECONDS, invitation_url
from tenants.accounts.models import Account

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Account:
    return Account.objects.create_account(full_name="Quản trị Ba Đình", email="q@x.example")


def path_of(url: str) -> str:
    return url.split("/", 3)[3]


def test_the_link_sets_a_password_and_leads_to_the_desk(account, ba_dinh):
    client = Client(HTTP_HOST=settings.BASE_DOMAIN)
    path = "/" + path_of(invitation_url(account, ba_dinh.code))

    assert client.get(path).status_code == 200
    answer = client.post(path, {"password": "ghep vai tu lai"})

    assert answer.status_code == 302
    assert answer["Location"].endswith("/desk/")
    assert ba_dinh.host in answer["Location"]
    account.refresh_from_db()
    assert account.check_password("ghep vai tu lai")


def test_the_link_serves_once(account, ba_dinh):
    account.set_password("da co mat khau")
    account.save()
    path = "/" + path_of(invitation_url(account, ba_dinh.code))

    assert Client(HTTP_HOST=settings.BASE_DOMAIN).get(path).status_code == 410


def test_a_weak_password_is_refused_with_a_sentence(account, ba_dinh):
    path = "/" + path_of(invitation_url(account, ba_dinh.code))

    answer = Client(HTTP_HOST=settings.BASE_DOMAIN).post(path, {"password": "123"})

    assert answer.status_code == 422
    assert "8 ký tự" in answer.content.decode()


def test_a_changed_or_old_link_says_that_it_is_over(account, ba_dinh, time_machine):
    path = "/" + path_of(invitation_url(account, ba_dinh.code))
    client = Client(HTTP_HOST=settings.BASE_DOMAIN)

    assert client.get(path[:-3] + "xx/").status_code == 410
    time_machine.move_to(timezone.now() + timedelta(seconds=VALID_SECONDS + 60))
    assert client.get(path).status_code == 410
