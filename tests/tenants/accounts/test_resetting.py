"""A forgotten password is replaced by a code, to the phone or by e-mail."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from django.conf import settings as real_settings
from django.test import Client

from tenants.accounts import limits
from tenants.accounts.models import Account, DeskSession
from tenants.accounts.proving import reset
from tenants.accounts.proving.contacts import vouch_for
from tests.messages_sent import code_to, texts_to, wrong_code
from tests.second_factor import make_desk
from tests.tenants.accounts.conftest import PASSWORD

FORGOTTEN = "/tai-khoan/mat-khau/quen/"
NEW = "mật khẩu mới của tôi"


def sign_in(client: Client, password: str) -> bool:
    client.post("/tai-khoan/dang-nhap/", {"login": "0912345678", "password": password})
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("contact", ["lan@vidu.vn", "0912345678"])
def test_a_forgotten_password_is_replaced_by_a_code(
    central_client: Client, lan: Account, contact: str
) -> None:
    response = central_client.post(FORGOTTEN, {"contact": contact})
    assert response["Location"] == f"{FORGOTTEN}ma/"
    code = code_to(contact)
    assert "đặt lại mật khẩu" in texts_to(contact)[0]

    page = central_client.post(f"{FORGOTTEN}ma/", {"code": wrong_code(code)}).content.decode()
    assert "Mã này không đúng" in page
    response = central_client.post(f"{FORGOTTEN}ma/", {"code": code})
    assert response["Location"] == f"{FORGOTTEN}moi/"
    page = central_client.post(f"{FORGOTTEN}moi/", {"password1": "ngắn"}).content.decode()
    assert "ít nhất 8" in page
    response = central_client.post(f"{FORGOTTEN}moi/", {"password1": NEW})
    assert response["Location"] == f"{FORGOTTEN}xong/"
    assert "đã được lưu" in central_client.get(f"{FORGOTTEN}xong/").content.decode()

    assert not sign_in(central_client, PASSWORD)
    assert sign_in(central_client, NEW)


def test_a_new_password_signs_everybody_else_out(central_client: Client, lan: Account) -> None:
    thief = Client(SERVER_NAME=real_settings.BASE_DOMAIN)
    assert sign_in(thief, PASSWORD)
    assert thief.get("/tai-khoan/mat-khau/doi/").status_code == 200
    make_desk(lan.pk, "00004")

    central_client.post(FORGOTTEN, {"contact": "0912345678"})
    central_client.post(f"{FORGOTTEN}ma/", {"code": code_to("0912345678")})
    central_client.post(f"{FORGOTTEN}moi/", {"password1": NEW})

    assert thief.get("/tai-khoan/mat-khau/doi/").status_code == 302
    assert not DeskSession.objects.filter(account_id=lan.pk).exists()


def test_a_new_password_ends_the_waiting_after_wrong_ones(
    central_client: Client, lan: Account
) -> None:
    for _ in range(6):
        sign_in(central_client, "sai mật khẩu")
    central_client.post(FORGOTTEN, {"contact": "lan@vidu.vn"})
    central_client.post(f"{FORGOTTEN}ma/", {"code": code_to("lan@vidu.vn")})
    central_client.post(f"{FORGOTTEN}moi/", {"password1": NEW})

    assert sign_in(central_client, NEW)


@pytest.mark.parametrize(
    ("known", "unknown"), [("lan@vidu.vn", "khong-co@vidu.vn"), ("0912345678", "0987654321")]
)
def test_asking_for_an_unknown_account_looks_the_same_and_gives_no_code(
    central_client: Client, lan: Account, known: str, unknown: str
) -> None:
    def pages(contact: str) -> list[str]:
        browser = Client(SERVER_NAME=real_settings.BASE_DOMAIN)
        shown: list[Any] = [
            browser.post(FORGOTTEN, {"contact": contact}),
            browser.get(f"{FORGOTTEN}ma/"),
            *[browser.post(f"{FORGOTTEN}ma/", {"code": "000000"}) for _ in range(6)],
            browser.get(f"{FORGOTTEN}moi/"),
        ]
        spelled = f"{contact[:4]} {contact[4:7]} {contact[7:]}"
        return [
            f"{page.status_code} {page.headers.get('Location')}\n"
            + re.sub(
                r'name="csrfmiddlewaretoken" value="[^"]*"',
                "",
                page.content.decode().replace(contact, "X").replace(spelled, "X"),
            )
            for page in shown
        ]

    assert pages(known) == pages(unknown)
    assert "chưa có tài khoản" in texts_to(unknown)[0]
    assert not re.search(r"\b\d{6}\b", texts_to(unknown)[0])


def test_a_closed_account_gets_no_code(central_client: Client, lan: Account) -> None:
    Account.objects.filter(pk=lan.pk).update(is_active=False)
    central_client.post(FORGOTTEN, {"contact": "lan@vidu.vn"})

    assert not re.search(r"\b\d{6}\b", texts_to("lan@vidu.vn")[0])


def test_an_unproved_address_opens_no_account_whose_owner_proved_another_contact(
    central_client: Client, db: None
) -> None:
    account = Account.objects.create_account(full_name="Lê Thị Lan", phone="0912345678")
    vouch_for(account)
    account.email = "nguoi-khac@vidu.vn"
    account.save()
    central_client.post(FORGOTTEN, {"contact": "nguoi-khac@vidu.vn"})

    assert not re.search(r"\b\d{6}\b", texts_to("nguoi-khac@vidu.vn")[0])


def test_an_account_that_was_brought_along_is_opened_by_its_own_contact(
    central_client: Client, db: None
) -> None:
    """Accounts come out of an archive without a password, and nothing of theirs is proved."""
    account = Account.objects.create_account(full_name="Lê Thị Lan", phone="0912345678")
    central_client.post(FORGOTTEN, {"contact": "0912345678"})
    central_client.post(f"{FORGOTTEN}ma/", {"code": code_to("0912345678")})
    central_client.post(f"{FORGOTTEN}moi/", {"password1": NEW})

    account.refresh_from_db()
    assert account.phone_verified_at is not None
    assert sign_in(central_client, NEW)


def test_the_new_password_cannot_be_set_without_the_code(
    central_client: Client, lan: Account
) -> None:
    central_client.post(FORGOTTEN, {"contact": "lan@vidu.vn"})

    response = central_client.post(f"{FORGOTTEN}moi/", {"password1": NEW})
    assert response["Location"] == FORGOTTEN
    lan.refresh_from_db()
    assert lan.check_password(PASSWORD)


def test_who_typed_the_code_and_left_comes_too_late(
    central_client: Client, lan: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    central_client.post(FORGOTTEN, {"contact": "lan@vidu.vn"})
    central_client.post(f"{FORGOTTEN}ma/", {"code": code_to("lan@vidu.vn")})
    now = time.time()
    monkeypatch.setattr(reset.time, "time", lambda: now + 15 * 60 + 1)

    assert central_client.post(f"{FORGOTTEN}moi/", {"password1": NEW})["Location"] == FORGOTTEN


@pytest.mark.parametrize("typed", ["", "1K26TXS-00000123", "001190000017", "lan@"])
def test_what_is_no_contact_is_explained(central_client: Client, typed: str) -> None:
    response = central_client.post(FORGOTTEN, {"contact": typed})

    assert response.status_code == 422
    assert "Hãy nhập" in response.content.decode() or "Ví dụ" in response.content.decode()


def test_asking_from_one_place_is_limited(central_client: Client, lan: Account) -> None:
    for _ in range(limits.RESET_ADDRESS.times):
        limits.RESET_ADDRESS.take("127.0.0.1")

    assert central_client.post(FORGOTTEN, {"contact": "lan@vidu.vn"}).status_code == 429
    assert not texts_to("lan@vidu.vn")
