"""Signing up: an account is made when the code comes back, and not before."""

from __future__ import annotations

import re
import time
from typing import Any
from unittest.mock import patch

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as real_settings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tenants.accounts import limits, tries
from tenants.accounts.consent import ACCOUNT, consented, consents_of
from tenants.accounts.models import Account
from tenants.accounts.proving import codes
from tests.at_once import at_once
from tests.messages_sent import code_to, texts_to, wrong_code
from tests.tenants.accounts.conftest import PASSWORD

SIGN_UP, CODE = "/tai-khoan/dang-ky/", "/tai-khoan/dang-ky/ma/"
HOST = "http://phuong-ba-dinh-ha-noi.xaso.localhost"
PHONE = "0912345678"
BROKEN = "tests.messages_sent.BrokenGateway"


def signed_up() -> QuerySet[Account]:
    """Accounts that people made themselves; the communes' administrators were there before."""
    return Account.objects.exclude(email__startswith="quantri.") | Account.objects.filter(
        email=None
    )


def sign_up(client: Client, **fields: str) -> Any:
    given = {"full_name": "Lê Thị Lan", "password1": PASSWORD, "agreed": "on", **fields}
    return client.post(SIGN_UP, given)


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def a_minute_passes(contact: str) -> None:
    limits.SMS_MINUTE.forget(contact)
    limits.MAIL_MINUTE.forget(contact)


def test_a_phone_number_is_proved_by_the_code_in_a_text_message(central_client: Client) -> None:
    response = sign_up(central_client, phone="+84 912 345 678", next=f"{HOST}/nop/")
    assert response["Location"] == CODE
    assert not signed_up().exists()
    assert "0912 345 678" in central_client.get(CODE).content.decode()

    response = central_client.post(CODE, {"code": code_to(PHONE)})

    assert response["Location"] == f"{HOST}/nop/"
    assert is_signed_in(central_client)
    account = signed_up().get()
    assert (account.full_name, account.phone, account.email) == ("Lê Thị Lan", PHONE, None)
    assert account.phone_verified_at is not None
    assert account.check_password(PASSWORD)
    assert consented(consents_of(account.pk), ACCOUNT) is not None


def test_an_address_is_proved_by_the_code_in_a_letter(central_client: Client) -> None:
    sign_up(central_client, email="Lan@ViDu.vn")
    response = central_client.post(CODE, {"code": code_to("lan@vidu.vn")})

    assert response["Location"] == "/ho-so-cua-toi/"
    assert is_signed_in(central_client)
    address = EmailAddress.objects.get(user=signed_up().get())
    assert (address.email, address.verified, address.primary) == ("lan@vidu.vn", True, True)


def test_of_two_contacts_the_second_is_proved_after_the_first(central_client: Client) -> None:
    sign_up(central_client, phone=PHONE, email="lan@vidu.vn", next=f"{HOST}/nop/")
    response = central_client.post(CODE, {"code": code_to(PHONE)})

    assert response["Location"] == "/tai-khoan/thu-dien-tu/ma/"
    assert signed_up().get().email is None
    page = central_client.get(response["Location"]).content.decode()
    assert f'href="{HOST}/nop/"' in page  # to leave it for later

    response = central_client.post(response["Location"], {"code": code_to("lan@vidu.vn")})
    assert response["Location"] == f"{HOST}/nop/"
    assert signed_up().get().email == "lan@vidu.vn"


@pytest.mark.parametrize("typed", ["", "abc", "12345", "９" * 6, "<b>1</b>", "\u0661" * 6])
def test_a_wrong_code_makes_no_account(central_client: Client, typed: str) -> None:
    sign_up(central_client, phone=PHONE)

    response = central_client.post(CODE, {"code": typed})

    assert response.status_code == 422
    assert "6 chữ số" in response.content.decode()
    assert not signed_up().exists() and not is_signed_in(central_client)
    assert central_client.post(CODE, {"code": code_to(PHONE)}).status_code == 302


def test_after_five_wrong_codes_the_right_one_comes_too_late(central_client: Client) -> None:
    sign_up(central_client, phone=PHONE)
    right = code_to(PHONE)
    for _ in range(5):
        page = central_client.post(CODE, {"code": wrong_code(right)}).content.decode()
        assert "Mã này không đúng" in page

    page = central_client.post(CODE, {"code": right}).content.decode()
    assert "quá 5 lần" in page and "Gửi mã mới" in page
    assert not signed_up().exists()

    a_minute_passes(PHONE)
    central_client.post(CODE, {"resend": "1"})
    assert central_client.post(CODE, {"code": code_to(PHONE)}).status_code == 302
    assert signed_up().exists()


@pytest.mark.django_db(transaction=True)
def test_guesses_at_one_moment_are_all_counted() -> None:
    """Kept in the session, the count would be read by all of them before one wrote it."""
    browser = Client(SERVER_NAME=real_settings.BASE_DOMAIN)
    sign_up(browser, phone=PHONE)
    wrong = wrong_code(code_to(PHONE))

    def guess() -> str:
        other = Client(SERVER_NAME=real_settings.BASE_DOMAIN)
        other.cookies = browser.cookies
        return other.post(CODE, {"code": wrong}).content.decode()

    pages = at_once("00004", [guess] * 12)
    assert sum("Mã này không đúng" in page for page in pages) == 5
    assert sum("quá 5 lần" in page for page in pages) == 7


def test_an_expired_code_is_refused_and_a_new_one_offered(
    central_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_up(central_client, phone=PHONE)
    now = time.time()
    monkeypatch.setattr(codes.time, "time", lambda: now + 15 * 60 + 1)

    page = central_client.post(CODE, {"code": code_to(PHONE)}).content.decode()

    assert "quá 10 phút" in page and "Gửi mã mới" in page
    assert not signed_up().exists()


def test_a_new_code_ends_the_one_before(central_client: Client) -> None:
    sign_up(central_client, phone=PHONE)
    first = code_to(PHONE)
    a_minute_passes(PHONE)
    central_client.post(CODE, {"resend": "1"})
    assert len(texts_to(PHONE)) == 2

    if first != code_to(PHONE):
        assert central_client.post(CODE, {"code": first}).status_code == 422
    assert central_client.post(CODE, {"code": code_to(PHONE)}).status_code == 302


def test_a_second_code_within_a_minute_is_not_sent_but_explained(central_client: Client) -> None:
    sign_up(central_client, phone=PHONE)
    page = central_client.post(CODE, {"resend": "1"}, follow=True).content.decode()

    assert "chưa đầy một phút" in page
    assert len(texts_to(PHONE)) == 1
    assert central_client.post(CODE, {"code": code_to(PHONE)}).status_code == 302


def test_a_replayed_form_sends_no_second_message_and_makes_one_account(
    central_client: Client,
) -> None:
    sign_up(central_client, phone=PHONE)
    assert sign_up(central_client, phone=PHONE)["Location"] == CODE
    assert len(texts_to(PHONE)) == 1
    code = code_to(PHONE)

    assert central_client.post(CODE, {"code": code}).status_code == 302
    assert central_client.post(CODE, {"code": code})["Location"] == SIGN_UP
    assert sign_up(central_client, phone=PHONE)["Location"] == "/ho-so-cua-toi/"
    assert signed_up().count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_sign_ups_at_once_for_one_number_make_one_account() -> None:
    browsers = [Client(SERVER_NAME=real_settings.BASE_DOMAIN) for _ in range(2)]
    for browser in browsers:
        sign_up(browser, phone=PHONE)
        a_minute_passes(PHONE)
    sent = [re.findall(r"\b\d{6}\b", text)[0] for text in texts_to(PHONE)]

    def finish(place: int) -> str:
        return str(browsers[place].post(CODE, {"code": sent[place]})["Location"])

    ends = at_once("00004", [lambda: finish(0), lambda: finish(1)])

    assert sorted(ends) == ["/ho-so-cua-toi/", "/tai-khoan/dang-nhap/"]
    assert signed_up().count() == 1


@pytest.mark.parametrize("contact", ["phone", "email"])
def test_somebody_with_an_account_gets_the_same_pages_and_is_told_by_message(
    central_client: Client, lan: Account, contact: str
) -> None:
    def pages(value: str) -> list[str]:
        browser = Client(SERVER_NAME=real_settings.BASE_DOMAIN)
        shown = [
            sign_up(browser, **{contact: value}),
            browser.get(CODE),
            browser.post(CODE, {"code": "000000"}),
            browser.post(CODE, {"resend": "1"}),
            browser.get(CODE),
            *[browser.post(CODE, {"code": "000000"}) for _ in range(6)],
        ]
        spelled = f"{value[:4]} {value[4:7]} {value[7:]}"
        return [
            f"{page.status_code} {page.headers.get('Location')}\n"
            + re.sub(
                r'name="csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"',
                "",
                page.content.decode().replace(value, "X").replace(spelled, "X"),
            )
            for page in shown
        ]

    known, unknown = getattr(lan, contact), {"phone": "0987654321", "email": "minh@vidu.vn"}
    assert pages(known) == pages(unknown[contact])
    assert "đã có tài khoản" in texts_to(known)[0]
    assert not re.search(r"\b\d{6}\b", "".join(texts_to(known)))
    assert signed_up().count() == 1


def test_somebody_with_an_account_costs_as_much_work(central_client: Client, lan: Account) -> None:
    """Who measures the time learns nothing: the same statements, and one password hashed."""

    def work(phone: str) -> tuple[list[str], int]:
        browser = Client(SERVER_NAME=real_settings.BASE_DOMAIN)
        with (
            patch.object(MD5PasswordHasher, "encode", autospec=True, side_effect=encode) as hashed,
            CaptureQueriesContext(connection) as queries,
        ):
            sign_up(browser, phone=phone)
        return [query["sql"].split(" ", 3)[0] for query in queries], hashed.call_count

    encode = MD5PasswordHasher.encode
    assert work(PHONE) == work("0987654321")


def test_nothing_of_a_sign_up_lies_readable_in_the_database(central_client: Client) -> None:
    sign_up(central_client, phone=PHONE, email="lan@vidu.vn")

    kept = str([one.get_decoded() for one in Session.objects.all()])
    for secret in (PHONE, "lan@vidu.vn", "Lan", code_to(PHONE)):
        assert secret not in kept


@pytest.mark.parametrize("gateway", ["phone", "mail"])
def test_a_gateway_that_is_down_loses_nothing_that_was_typed(
    central_client: Client, settings: Any, gateway: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    settings.SMS_BACKEND = BROKEN
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 1  # nobody listens
    contact = {"phone": {"phone": PHONE}, "mail": {"email": "lan@vidu.vn"}}[gateway]

    for _ in range(2):  # it may be tried again at once
        response = sign_up(central_client, **contact)
        page = response.content.decode()
        assert response.status_code == 422
        assert "chưa gửi được" in page
        assert 'value="Lê Thị Lan"' in page
        assert all(f'value="{value}"' in page for value in contact.values())
    assert PHONE not in caplog.text and "lan@vidu.vn" not in caplog.text


def test_where_no_text_message_can_be_sent_the_code_goes_to_the_address(
    central_client: Client, settings: Any
) -> None:
    settings.SMS_BACKEND = BROKEN
    sign_up(central_client, phone=PHONE, email="lan@vidu.vn")

    response = central_client.post(CODE, {"code": code_to("lan@vidu.vn")})

    assert response["Location"] == "/ho-so-cua-toi/"
    assert signed_up().get().email == "lan@vidu.vn"


def test_five_messages_a_day_go_to_one_number(central_client: Client) -> None:
    for _ in range(6):
        browser = Client(SERVER_NAME=real_settings.BASE_DOMAIN)
        response = sign_up(browser, phone=PHONE)
        a_minute_passes(PHONE)

    assert response.status_code == 422
    assert "đủ số mã" in response.content.decode()
    assert len(texts_to(PHONE)) == 5


def test_messages_from_one_place_are_limited(central_client: Client) -> None:
    for _ in range(limits.SMS_ADDRESS.times):
        tries.take("sms_address", "127.0.0.1", limits.SMS_ADDRESS.times, 3600)

    page = sign_up(central_client, phone=PHONE).content.decode()
    assert "quá nhiều mã" in page
    assert not texts_to(PHONE)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "một trong hai"),
        ({"phone": "123"}, "10 chữ số"),
        ({"phone": "1K26TXS-00000123"}, "10 chữ số"),
        ({"email": "lan"}, "thư điện tử chưa đúng"),
        ({"phone": PHONE, "full_name": ""}, "Hãy nhập họ và tên"),
        ({"phone": PHONE, "full_name": "Lan 99"}, "chỉ gồm chữ"),
        ({"phone": PHONE, "password1": "ngắn"}, "ít nhất 8 ký tự"),
        ({"phone": PHONE, "password1": "12345678"}, "quá dễ đoán"),
        ({"phone": PHONE, "password1": "a" * 129}, "dài quá 128"),
        ({"phone": PHONE, "password1": ""}, "Hãy nhập mật khẩu"),
        ({"phone": PHONE, "agreed": ""}, "Hãy đánh dấu đồng ý"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(
    central_client: Client, fields: dict[str, str], sentence: str
) -> None:
    response = sign_up(central_client, **fields)

    page = response.content.decode()
    assert sentence in page
    assert not texts_to(PHONE)
    if fields.get("phone"):
        assert f'value="{fields["phone"]}"' in page
    assert PASSWORD not in page


@pytest.mark.parametrize("domain", ["xaso.localhost", "XASO.localhost", "thu.xaso.localhost"])
def test_nobody_signs_up_with_an_address_of_the_platform(
    central_client: Client, domain: str
) -> None:
    """The first administrator of a commune that is onboarded later would be that person."""
    response = sign_up(central_client, email=f"quantri.00025@{domain}")

    assert response.status_code == 422
    assert not texts_to(f"quantri.00025@{domain.lower()}")


def test_too_many_sign_ups_from_one_place_are_slowed_down_politely(central_client: Client) -> None:
    for _ in range(59):
        limits.SIGN_UP_ADDRESS.take("127.0.0.1")
    answers = [sign_up(central_client) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [422, 429]
    assert "Thao tác quá nhanh" in answers[-1].content.decode()


def test_who_comes_back_from_the_code_finds_what_was_typed(central_client: Client) -> None:
    sign_up(central_client, phone=PHONE, email="lan@vidu.vn")

    page = central_client.get(SIGN_UP).content.decode()
    for value in ("Lê Thị Lan", PHONE, "lan@vidu.vn"):
        assert f'value="{value}"' in page


def test_without_a_sign_up_the_page_of_the_code_leads_to_its_beginning(
    central_client: Client,
) -> None:
    assert central_client.get(CODE)["Location"] == SIGN_UP
    assert central_client.post(CODE, {"code": "123456"})["Location"] == SIGN_UP


def test_a_sign_up_leaves_nothing_in_the_log(
    central_client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    sign_up(central_client, phone=PHONE)
    central_client.post(CODE, {"code": "000000"})
    central_client.post(CODE, {"code": code_to(PHONE)})

    for secret in (PHONE, PASSWORD, code_to(PHONE), "Lê Thị Lan"):
        assert secret not in caplog.text
