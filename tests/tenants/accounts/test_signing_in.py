"""Signing in and out on the central site."""

from __future__ import annotations

import re
from typing import Any
from unittest.mock import patch

import pytest
from allauth.core import context
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tenants.accounts import limits
from tenants.accounts.adapter import AccountAdapter
from tenants.accounts.models import Account, DeskSession
from tenants.communes.current import CommuneInfo
from tests.second_factor import make_desk
from tests.tenants.accounts.conftest import PASSWORD

SIGN_IN, SIGN_UP, SIGN_OUT = (
    "/tai-khoan/dang-nhap/",
    "/tai-khoan/dang-ky/",
    "/tai-khoan/dang-xuat/",
)
FORGOTTEN = "/tai-khoan/mat-khau/quen/"


def sign_in(
    client: Client, login: str, password: str = PASSWORD, next: str = "", **extra: Any
) -> HttpResponse:
    fields = {"login": login, "password": password, "next": next}
    return client.post(SIGN_IN, fields, **extra)  # type: ignore[return-value]


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.parametrize(
    "login", ["lan@vidu.vn", "LAN@ViDu.vn", "0912345678", "+84 912 345 678", "0912.345.678"]
)
def test_one_signs_in_by_phone_or_address(central_client: Client, lan: Account, login: str) -> None:
    response = sign_in(central_client, login)

    assert (response.status_code, response["Location"]) == (302, "/ho-so-cua-toi/")
    assert is_signed_in(central_client)


def test_a_wrong_password_and_an_unknown_account_get_the_same_answer(
    central_client: Client, lan: Account
) -> None:
    def answer(login: str) -> str:
        page = sign_in(central_client, login, "sai mật khẩu").content.decode()
        return re.sub(r'value="[^"]*"', "", page)

    assert answer("lan@vidu.vn") == answer("khong-co@vidu.vn") == answer("0987654321")
    assert "mật khẩu chưa đúng" in answer("lan@vidu.vn")
    assert not is_signed_in(central_client)


@pytest.mark.parametrize(
    "login",
    [
        "tên của tôi",
        "1K26TXS-00000123",  # the number of an invoice
        "00000123",
        "0012345678901",
        "099190000017",  # twelve digits, of no province
        "lan@",
        "9" * 255,
    ],
)
def test_an_invoice_number_in_the_identity_field_is_answered_with_what_to_type(
    central_client: Client, login: str
) -> None:
    page = sign_in(central_client, login).content.decode()

    assert "0912 345 678" in page or "lan@vidu.vn" in page
    assert "mật khẩu chưa đúng" not in page


NUMBER = "001190000017"


def verify_number(account: Account) -> None:
    account.set_national_id(NUMBER)
    account.national_id_verified_at = timezone.now()
    account.save()


@pytest.mark.parametrize("login", [NUMBER, "001 190 000 017", "001.190.000.017"])
def test_one_signs_in_by_the_number_that_a_provider_vouched_for(
    central_client: Client, lan: Account, login: str
) -> None:
    verify_number(lan)

    sign_in(central_client, login)

    assert is_signed_in(central_client)


def test_a_number_that_somebody_typed_finds_no_account(
    central_client: Client, lan: Account
) -> None:
    lan.set_national_id(NUMBER)
    lan.save()

    page = sign_in(central_client, NUMBER).content.decode()

    assert "mật khẩu chưa đúng" in page
    assert not is_signed_in(central_client)


@pytest.mark.parametrize("login", ["khong-co@vidu.vn", "0987654321", "001190000025"])
def test_an_unknown_account_costs_as_much_work_as_a_known_one(
    central_client: Client, lan: Account, login: str
) -> None:
    """Who measures the time learns nothing: one look into the table, one password hashed."""

    def work(who: str) -> tuple[int, int]:
        with (
            patch.object(MD5PasswordHasher, "encode", autospec=True, side_effect=encode) as hashed,
            CaptureQueriesContext(connection) as queries,
        ):
            sign_in(central_client, who, "sai mật khẩu")
        return hashed.call_count, len(queries)

    encode = MD5PasswordHasher.encode
    work("0900000000")  # what the first visit of a browser costs besides
    assert work("lan@vidu.vn") == work(login)


def test_guessing_is_stopped_for_that_account_only(central_client: Client, lan: Account) -> None:
    for _ in range(5):
        sign_in(central_client, "0999999999", "đoán")

    assert "quá nhiều lần" in sign_in(central_client, "0999999999", "đoán").content.decode()
    # Another phone number is not locked out with it.
    sign_in(central_client, "0912345678")
    assert is_signed_in(central_client)


def test_a_right_password_begins_the_count_anew(central_client: Client, lan: Account) -> None:
    for _ in range(3):
        for _ in range(4):
            sign_in(central_client, "0912345678", "đoán")
        sign_in(central_client, "0912345678")
        assert is_signed_in(central_client)
        central_client.post(SIGN_OUT)


def test_guessing_everybody_s_password_from_one_place_is_stopped(
    central_client: Client, lan: Account
) -> None:
    for _ in range(59):
        limits.SIGN_IN_ADDRESS.take("127.0.0.1")
    assert "mật khẩu chưa đúng" in sign_in(central_client, "0987654321", "đoán").content.decode()

    page = sign_in(central_client, "0912345678", "đoán").content.decode()
    assert "Thao tác quá nhanh" in page
    # Elsewhere nobody notices.
    sign_in(central_client, "0912345678", REMOTE_ADDR="203.0.113.7")
    assert is_signed_in(central_client)


def test_an_office_with_one_address_signs_in_all_at_once(
    central_client: Client, lan: Account
) -> None:
    """At eight in the morning more people than may err within a minute: right ones do not count."""
    for _ in range(59):
        limits.SIGN_IN_ADDRESS.take("127.0.0.1")
    for _ in range(3):
        sign_in(central_client, "0912345678")
        assert is_signed_in(central_client)
        central_client.logout()


def test_a_closed_account_cannot_sign_in(central_client: Client, lan: Account) -> None:
    Account.objects.update(is_active=False)

    response = sign_in(central_client, "lan@vidu.vn")

    assert response["Location"] == "/tai-khoan/da-dong/"
    assert "đã được đóng" in central_client.get("/tai-khoan/da-dong/").content.decode()
    assert not is_signed_in(central_client)


def test_signing_in_does_not_write_to_the_account(central_client: Client, lan: Account) -> None:
    with CaptureQueriesContext(connection) as queries:
        sign_in(central_client, "0912345678")

    assert is_signed_in(central_client)
    written = [query["sql"] for query in queries if query["sql"].startswith(("UPDATE", "INSERT"))]
    own_tables = ("django_session", "usersessions_usersession", "accounts_tries")
    assert all(any(table in statement for table in own_tables) for statement in written)


def test_signing_in_leaves_nothing_in_the_log(
    central_client: Client, lan: Account, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")

    sign_in(central_client, "0912345678")
    sign_in(central_client, "0912345678", "sai mật khẩu")

    for secret in ("0912345678", PASSWORD, "sai mật khẩu", "Lan"):
        assert secret not in caplog.text


def test_refused_sign_ins_stand_in_the_log_under_a_mark(
    central_client: Client, lan: Account, caplog: pytest.LogCaptureFixture
) -> None:
    for login in ("0912345678", "0912 345 678", "lan@vidu.vn", "0987654321"):
        sign_in(central_client, login, "sai mật khẩu")

    said = [one.getMessage() for one in caplog.records if "Sign-in refused" in one.getMessage()]
    assert len(said) == 4 and said[0] == said[1]
    assert len(set(said)) == 3


def test_a_signed_in_request_costs_two_statements(central_client: Client, lan: Account) -> None:
    sign_in(central_client, "0912345678")

    with CaptureQueriesContext(connection) as queries:
        central_client.get("/tai-khoan/dang-xuat/")

    assert len(queries) == 2


HOST = "http://phuong-ba-dinh-ha-noi.xaso.localhost"


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("/ho-so-cua-toi/", True),
        (f"{HOST}/nop/", True),
        ("http://xaso.localhost/", True),
        ("http://testserver.example/", False),
        ("http://xaso.localhost.example/", False),
        ("http://evilxaso.localhost/", False),
        (f"{HOST}:6666/", False),
        ("http://user@phuong-ba-dinh-ha-noi.xaso.localhost/", False),
        ("//evil.example/", False),
        ("///evil.example/", False),
        ("/\\evil.example/", False),
        ("javascript:alert(1)", False),
        ("ftp://xaso.localhost/", False),
        ("", False),
        (None, False),
    ],
)
def test_only_our_own_sites_can_come_next(
    rf: RequestFactory, address: str | None, safe: bool
) -> None:
    request: HttpRequest = rf.get("/", SERVER_NAME="xaso.localhost")
    with context.request_context(request):
        assert AccountAdapter(request).is_safe_url(address) is safe


def test_after_signing_in_one_is_back_at_the_commune(central_client: Client, lan: Account) -> None:
    page = central_client.get(SIGN_IN, {"next": f"{HOST}/thu-tuc/"}).content.decode()
    assert f'name="next" value="{HOST}/thu-tuc/"' in page

    assert sign_in(central_client, "lan@vidu.vn", next=f"{HOST}/thu-tuc/")["Location"] == (
        f"{HOST}/thu-tuc/"
    )


def test_one_is_not_sent_to_a_stranger(central_client: Client, lan: Account) -> None:
    response = sign_in(central_client, "lan@vidu.vn", next="http://evil.example/")

    assert response["Location"] == "/ho-so-cua-toi/"


def test_signing_out_needs_a_post_and_closes_the_desks(
    central_client: Client, lan: Account
) -> None:
    sign_in(central_client, "lan@vidu.vn")
    make_desk(lan.pk, "00004")

    assert "Đăng xuất?" in central_client.get(SIGN_OUT).content.decode()
    assert is_signed_in(central_client)
    central_client.post(SIGN_OUT)

    assert not is_signed_in(central_client)
    assert not DeskSession.objects.exists()


def test_a_password_is_changed_with_the_present_one(central_client: Client, lan: Account) -> None:
    sign_in(central_client, "lan@vidu.vn")
    address = "/tai-khoan/mat-khau/doi/"
    assert "Đổi mật khẩu" in central_client.get(address).content.decode()

    page = central_client.post(address, {"oldpassword": "sai", "password1": "mật khẩu mới"})
    assert "chưa đúng" in page.content.decode()
    response = central_client.post(
        address, {"oldpassword": PASSWORD, "password1": "mật khẩu mới của tôi"}
    )

    assert response["Location"] == "/ho-so-cua-toi/"
    assert is_signed_in(central_client)
    lan.refresh_from_db()
    assert lan.check_password("mật khẩu mới của tôi")


def test_the_present_password_cannot_be_guessed_at_an_open_screen(
    central_client: Client, lan: Account
) -> None:
    sign_in(central_client, "lan@vidu.vn")
    address = "/tai-khoan/mat-khau/doi/"
    pages = [
        central_client.post(address, {"oldpassword": f"đoán {n}", "password1": "mật khẩu mới của"})
        for n in range(6)
    ]

    assert "chưa đúng" in pages[4].content.decode()
    assert "quá nhiều lần" in pages[5].content.decode()
    page = central_client.post(address, {"oldpassword": PASSWORD, "password1": "mật khẩu mới của"})
    assert "quá nhiều lần" in page.content.decode()


AGAIN = "/tai-khoan/xac-nhan-lai/"


def test_the_password_is_asked_for_again_and_leads_back(
    central_client: Client, lan: Account
) -> None:
    sign_in(central_client, "lan@vidu.vn")
    page = central_client.get(AGAIN, {"next": "/tai-khoan/so-dien-thoai/"})
    assert "Nhập lại mật khẩu" in page.content.decode()

    fields = {"password": "sai", "next": "/tai-khoan/so-dien-thoai/"}
    assert "chưa đúng" in central_client.post(AGAIN, fields).content.decode()
    response = central_client.post(AGAIN, {**fields, "password": PASSWORD})
    assert response["Location"] == "/tai-khoan/so-dien-thoai/"


@pytest.mark.parametrize("address", [SIGN_IN, SIGN_UP, FORGOTTEN])
def test_pages_are_ours(central_client: Client, address: str) -> None:
    page = central_client.get(address).content.decode()

    assert 'class="wrap page"' in page
    assert "<script>" not in page and "style=" not in page
    for field in re.findall(r"<input[^>]*>", page):
        if 'type="hidden"' not in field and 'type="checkbox"' not in field:
            assert "autocomplete=" in field


def test_accounts_are_not_handled_on_a_commune_s_site(
    ba_dinh: CommuneInfo, commune_client: Any
) -> None:
    assert commune_client(ba_dinh).get(SIGN_IN).status_code == 404
