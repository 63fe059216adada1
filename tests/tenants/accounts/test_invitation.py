"""The first administrator of a commune comes in by a link that serves once."""

from datetime import timedelta
from urllib.parse import urljoin, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from tenants.accounts.invitation import VALID_SECONDS, invitation_url
from tenants.accounts.models import Account
from tenants.communes.current import in_commune
from tests.factories import make_official

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


def test_the_second_factor_is_set_up_on_the_way_to_the_desk(account, ba_dinh):
    make_appointment(ba_dinh, account)
    client = Client(HTTP_HOST=settings.BASE_DOMAIN)
    path = "/" + path_of(invitation_url(account, ba_dinh.code))
    place = client.post(path, {"password": "ghep vai tu lai"})["Location"]
    for _ in range(4):  # the desk, its opening, the factor that is missing, setting one up
        site = urlsplit(place)
        answer = client.get(place, SERVER_NAME=site.hostname, HTTP_HOST=site.hostname)
        if answer.status_code == 200:
            break
        place = urljoin(place, answer["Location"])

    assert urlsplit(place).path == "/tai-khoan/hai-buoc/"
    # The password was chosen just now: it is not asked for again.
    assert client.get("/tai-khoan/hai-buoc/ung-dung/").status_code == 200
    assert client.get("/tai-khoan/thiet-bi/").content.decode().count("Phiên này") == 1


def make_appointment(commune, account):
    with in_commune(commune.code):
        make_official("administrator", account=account)


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
