"""Another phone number or address, and accounts that were made for somebody."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as real_settings
from django.test import Client

from tenants.accounts.models import Account
from tenants.accounts.proving.contacts import has_proved_anything, is_proved, vouch_for
from tests.messages_sent import code_to, texts_to, wrong_code
from tests.tenants.accounts.conftest import PASSWORD

SIGN_IN, SIGN_IN_CODE = "/tai-khoan/dang-nhap/", "/tai-khoan/dang-nhap/ma/"
PHONE, ADDRESS = "/tai-khoan/so-dien-thoai/", "/tai-khoan/thu-dien-tu/"


def sign_in(client: Client, login: str = "0912345678") -> Any:
    return client.post(SIGN_IN, {"login": login, "password": PASSWORD})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.fixture
def browser(central_client: Client, lan: Account) -> Client:
    """Lan at her browser, who confirmed her password a moment ago."""
    sign_in(central_client)
    central_client.post("/tai-khoan/xac-nhan-lai/", {"password": PASSWORD})
    return central_client


@pytest.mark.parametrize(
    ("page", "field", "before", "after"),
    [
        (PHONE, "phone", "0912345678", "0987654321"),
        (ADDRESS, "email", "lan@vidu.vn", "lan@moi.example"),
    ],
)
def test_a_contact_is_changed_when_the_new_one_is_proved(
    browser: Client, lan: Account, page: str, field: str, before: str, after: str
) -> None:
    assert "Đang dùng:" in browser.get(page).content.decode()
    response = browser.post(page, {"contact": after, "next": "/tai-khoan/mat-khau/doi/"})
    assert response["Location"] == f"{page}ma/"
    code = code_to(after)
    assert browser.post(f"{page}ma/", {"code": wrong_code(code)}).status_code == 422
    lan.refresh_from_db()
    assert getattr(lan, field) == before

    response = browser.post(f"{page}ma/", {"code": code})

    assert response["Location"] == "/tai-khoan/mat-khau/doi/"
    lan.refresh_from_db()
    assert getattr(lan, field) == after
    assert is_proved(lan, after) and not is_proved(lan, before)
    assert "vừa được đổi" in texts_to(before)[-1]
    assert EmailAddress.objects.filter(user=lan).count() == 1


@pytest.mark.parametrize("page", [PHONE, ADDRESS])
def test_a_contact_is_not_changed_at_an_open_screen(
    central_client: Client, lan: Account, page: str
) -> None:
    assert central_client.get(page).status_code == 302  # nobody is signed in
    sign_in(central_client)
    session = central_client.session
    for record in session.get("account_authentication_methods", []):
        record["at"] -= 60 * 60
    session.save()

    response = central_client.post(page, {"contact": "0987654321"})
    assert response.status_code == 302
    assert response["Location"].startswith("/tai-khoan/xac-nhan-lai/")
    assert not texts_to("0987654321")


def test_somebody_else_s_contact_gets_the_same_page_and_no_code(
    browser: Client, lan: Account
) -> None:
    other = Account.objects.create_account(full_name="Trần Minh", phone="0987654321")
    vouch_for(other)

    def pages(phone: str) -> list[str]:
        shown: list[Any] = [
            browser.post(PHONE, {"contact": phone}),
            browser.get(f"{PHONE}ma/"),
            browser.post(f"{PHONE}ma/", {"code": "000000"}),
        ]
        spelled = f"{phone[:4]} {phone[4:7]} {phone[7:]}"
        return [
            f"{page.status_code} {page.headers.get('Location')}\n"
            + re.sub(
                r'name="csrfmiddlewaretoken" value="[^"]*"',
                "",
                page.content.decode().replace(phone, "X").replace(spelled, "X"),
            )
            for page in shown
        ]

    assert pages("0987654321") == pages("0900000000")
    assert not re.search(r"\b\d{6}\b", texts_to("0987654321")[0])


def test_a_contact_that_another_took_in_the_meantime_stays_theirs(
    browser: Client, lan: Account
) -> None:
    browser.post(PHONE, {"contact": "0987654321"})
    Account.objects.create_account(full_name="Trần Minh", phone="0987654321")

    response = browser.post(f"{PHONE}ma/", {"code": code_to("0987654321")}, follow=True)

    assert "tài khoản khác" in response.content.decode()
    lan.refresh_from_db()
    assert lan.phone == "0912345678"


def test_the_code_of_one_account_does_not_serve_another(browser: Client, lan: Account) -> None:
    browser.post(PHONE, {"contact": "0987654321"})
    session = browser.session
    sealed = session["accounts.code.change_phone"]
    minh = Account.objects.create_account(full_name="Trần Minh", email="minh@vidu.vn")
    browser.force_login(minh)
    session = browser.session
    session["accounts.code.change_phone"] = sealed
    session.save()

    browser.post(f"{PHONE}ma/", {"code": code_to("0987654321")})

    minh.refresh_from_db()
    assert minh.phone is None


@pytest.mark.parametrize("typed", ["", "123", "1K26TXS-00000123", "0912345678"])
def test_a_number_that_cannot_be_taken_is_explained(browser: Client, typed: str) -> None:
    response = browser.post(PHONE, {"contact": typed})

    assert response.status_code == 422
    assert 'class="error"' in response.content.decode()


# ── Signing in to an account that was made for somebody ──────────────────
@pytest.fixture
def restored(db: None) -> Account:
    """An account nothing of which is proved."""
    return Account.objects.create_account(
        full_name="Lê Thị Lan", phone="0912345678", email="lan@vidu.vn", password=PASSWORD
    )


@pytest.mark.parametrize(
    ("login", "asked"), [("0912345678", "0912345678"), ("lan@vidu.vn", "lan@vidu.vn")]
)
def test_who_proved_nothing_yet_types_a_code_after_the_password(
    central_client: Client, restored: Account, login: str, asked: str
) -> None:
    response = sign_in(central_client, login)
    assert response["Location"] == SIGN_IN_CODE
    assert not is_signed_in(central_client)
    code = code_to(asked)
    assert central_client.post(SIGN_IN_CODE, {"code": wrong_code(code)}).status_code == 422

    response = central_client.post(SIGN_IN_CODE, {"code": code})

    assert response["Location"] == "/ho-so-cua-toi/"
    assert is_signed_in(central_client)
    assert is_proved(restored, asked) or is_proved(Account.objects.get(pk=restored.pk), asked)
    # The next time the password is enough.
    again = Client(SERVER_NAME=real_settings.BASE_DOMAIN)
    sign_in(again, login)
    assert is_signed_in(again)


def test_the_code_s_page_is_left_for_another_account(
    central_client: Client, restored: Account
) -> None:
    sign_in(central_client)
    response = central_client.post(SIGN_IN_CODE, {"cancel": "1"})

    assert response["Location"] == SIGN_IN
    assert central_client.get(SIGN_IN).status_code == 200
    assert central_client.get(SIGN_IN_CODE)["Location"] == SIGN_IN


def test_a_code_without_the_password_signs_nobody_in(
    central_client: Client, restored: Account
) -> None:
    assert central_client.post(SIGN_IN_CODE, {"code": "123456"})["Location"] == SIGN_IN


def test_an_account_that_no_code_can_reach_is_told_where_to_go(
    central_client: Client, db: None
) -> None:
    account = Account.objects.create_account(
        full_name="Quản trị", email="quantri.00025@xaso.localhost", password=PASSWORD
    )
    assert not has_proved_anything(account)

    page = central_client.post(
        SIGN_IN, {"login": str(account.email), "password": PASSWORD}, follow=True
    ).content.decode()

    assert "bộ phận một cửa" in page
    assert not is_signed_in(central_client)
