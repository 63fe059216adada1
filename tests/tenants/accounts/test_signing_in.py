"""Signing up, in and out on the central site."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.core import context
from django.core import mail
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from tenants.accounts.adapter import AccountAdapter
from tenants.accounts.models import Account, DeskSession
from tenants.communes.current import CommuneInfo
from tests.second_factor import make_desk

SIGN_IN, SIGN_UP, SIGN_OUT = (
    "/tai-khoan/dang-nhap/",
    "/tai-khoan/dang-ky/",
    "/tai-khoan/dang-xuat/",
)
FORGOTTEN = "/tai-khoan/mat-khau/quen/"
PASSWORD = "một câu dài dễ nhớ"


@pytest.fixture
def lan(db: None) -> Account:
    return Account.objects.create_account(
        full_name="Lê Thị Lan", email="lan@vidu.vn", phone="0912345678", password=PASSWORD
    )


def signed_up() -> QuerySet[Account]:
    """Accounts that people made themselves; the communes' administrators were there before."""
    return Account.objects.exclude(email__startswith="quantri.") | Account.objects.filter(
        email=None
    )


def sign_in(client: Client, login: str, password: str = PASSWORD, **extra: str) -> HttpResponse:
    return client.post(SIGN_IN, {"login": login, "password": password, **extra})  # type: ignore[return-value]


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


def test_what_is_neither_number_nor_address_is_explained(central_client: Client) -> None:
    page = sign_in(central_client, "tên của tôi").content.decode()

    assert "0912 345 678" in page


def test_guessing_is_stopped_for_that_account_only(central_client: Client, lan: Account) -> None:
    for _ in range(5):
        sign_in(central_client, "0999999999", "đoán")

    assert "quá nhiều lần" in sign_in(central_client, "0999999999", "đoán").content.decode()
    # Another phone number is not locked out with it.
    sign_in(central_client, "0912345678")
    assert is_signed_in(central_client)


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
    own_tables = ("django_session", "usersessions_usersession")
    assert all(any(table in statement for table in own_tables) for statement in written)


def test_signing_in_leaves_nothing_in_the_log(
    central_client: Client, lan: Account, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")

    sign_in(central_client, "0912345678")
    sign_in(central_client, "0912345678", "sai mật khẩu")

    for secret in ("0912345678", PASSWORD, "sai mật khẩu", "Lan"):
        assert secret not in caplog.text


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


def sign_up(client: Client, **fields: str) -> Any:
    return client.post(SIGN_UP, {"full_name": "Lê Thị Lan", "password1": PASSWORD, **fields})


def test_signing_up_with_a_phone_number_signs_in(central_client: Client) -> None:
    response = sign_up(central_client, phone="+84 912 345 678", next=f"{HOST}/nop/")

    assert response["Location"] == f"{HOST}/nop/"
    account = signed_up().get()
    assert (account.full_name, account.phone, account.email) == ("Lê Thị Lan", "0912345678", None)
    assert is_signed_in(central_client)
    assert account.check_password(PASSWORD)


def test_signing_up_with_an_address(central_client: Client) -> None:
    sign_up(central_client, email="Lan@ViDu.vn")

    assert signed_up().get().email == "lan@vidu.vn"
    assert is_signed_in(central_client)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "một trong hai"),
        ({"phone": "123"}, "10 chữ số"),
        ({"email": "lan"}, "thư điện tử chưa đúng"),
        ({"phone": "0912345678", "full_name": ""}, "Hãy nhập họ và tên"),
        ({"phone": "0912345678", "full_name": "Lan 99"}, "chỉ gồm chữ"),
        ({"phone": "0912345678", "password1": "ngắn"}, "ít nhất 8 ký tự"),
        ({"phone": "0912345678", "password1": "12345678"}, "quá dễ đoán"),
        ({"phone": "0912345678", "password1": ""}, "Hãy nhập mật khẩu"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(
    central_client: Client, fields: dict[str, str], sentence: str
) -> None:
    response = sign_up(central_client, **fields)

    page = response.content.decode()
    assert sentence in page
    assert not signed_up().exists()
    if fields.get("phone"):
        assert f'value="{fields["phone"]}"' in page
    assert PASSWORD not in page


@pytest.mark.parametrize("field", ["phone", "email"])
def test_a_second_account_for_the_same_person_is_not_made(
    central_client: Client, lan: Account, field: str
) -> None:
    page = sign_up(central_client, **{field: getattr(lan, field)}).content.decode()

    assert "đã có tài khoản" in page
    assert signed_up().count() == 1


@pytest.mark.parametrize("domain", ["xaso.localhost", "XASO.localhost", "thu.xaso.localhost"])
def test_nobody_signs_up_with_an_address_of_the_platform(
    central_client: Client, domain: str
) -> None:
    """The first administrator of a commune that is onboarded later would be that person."""
    response = sign_up(central_client, email=f"quantri.00025@{domain}")

    assert response.status_code == 200
    assert not signed_up().exists()


def test_too_many_sign_ups_from_one_place_are_slowed_down_politely(central_client: Client) -> None:
    answers = [sign_up(central_client) for _ in range(21)]

    assert [answer.status_code for answer in answers] == [200] * 20 + [429]
    assert "Thao tác quá nhanh" in answers[-1].content.decode()


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


def test_a_forgotten_password_is_replaced_by_a_code(central_client: Client, lan: Account) -> None:
    response = central_client.post(FORGOTTEN, {"email": "lan@vidu.vn"})
    assert response["Location"] == f"{FORGOTTEN}ma/"
    [letter] = mail.outbox
    code = re.search(r"\b\d{6}\b", letter.body)
    assert code is not None
    assert "đặt lại mật khẩu" in letter.subject
    assert "lan@vidu.vn" in central_client.get(f"{FORGOTTEN}ma/").content.decode()

    wrong = "000000" if code[0] != "000000" else "111111"
    page = central_client.post(f"{FORGOTTEN}ma/", {"code": wrong}).content.decode()
    assert "Mã này không đúng" in page
    response = central_client.post(f"{FORGOTTEN}ma/", {"code": code[0]})
    assert response["Location"] == f"{FORGOTTEN}moi/"
    assert (
        "ít nhất 8"
        in central_client.post(f"{FORGOTTEN}moi/", {"password1": "ngắn"}).content.decode()
    )
    response = central_client.post(f"{FORGOTTEN}moi/", {"password1": "mật khẩu mới của tôi"})
    assert response["Location"] == f"{FORGOTTEN}xong/"
    assert "đã được lưu" in central_client.get(f"{FORGOTTEN}xong/").content.decode()

    sign_in(central_client, "0912345678", "mật khẩu mới của tôi")
    assert is_signed_in(central_client)


def test_asking_for_an_unknown_address_looks_the_same_and_gives_no_code(
    central_client: Client,
) -> None:
    response = central_client.post(FORGOTTEN, {"email": "khong-co@vidu.vn"})

    assert response["Location"] == f"{FORGOTTEN}ma/"
    [letter] = mail.outbox
    assert "chưa có tài khoản" in letter.body
    assert not re.search(r"\b\d{6}\b", letter.body)


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
