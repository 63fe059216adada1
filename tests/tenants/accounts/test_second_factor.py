"""The second factor: set up by whom, shown how, taken once, and not to be guessed or carried."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from tenants.accounts.models import Account, DeskSession
from tenants.accounts.proving.contacts import vouch_for
from tenants.accounts.second_factor.codes import make_recovery_codes, use_code
from tenants.accounts.second_factor.sealed import read_sealed
from tenants.accounts.second_factor.showing import TRIES
from tenants.accounts.second_factor.totp import STEP_SECONDS, code_at
from tenants.communes.current import CommuneInfo
from tenants.kit.crypto import SealBroken
from tests.second_factor import code_of, give_app, make_desk, show_factor
from tests.tenants.accounts.conftest import PASSWORD

SIGN_IN = "/tai-khoan/dang-nhap/"
AT_SIGN_IN = "/tai-khoan/hai-buoc/dang-nhap/"
SHOW = "/tai-khoan/hai-buoc/xac-thuc/"
FACTORS = "/tai-khoan/hai-buoc/"
APP = "/tai-khoan/hai-buoc/ung-dung/"
PASSKEY = "/tai-khoan/hai-buoc/khoa/"
CODES = "/tai-khoan/hai-buoc/ma-du-phong/"


@pytest.fixture
def bao(db: None) -> Account:
    """Somebody with a password and no second factor."""
    account = Account.objects.create_account(
        full_name="Trần Quốc Bảo", email="bao@vidu.vn", password=PASSWORD
    )
    vouch_for(account)
    return account


@pytest.fixture
def secret(bao: Account) -> str:
    """The key of the app that he set up."""
    return give_app(bao)


@pytest.fixture
def browser(central_client: Client) -> Client:
    return central_client


def sign_in(browser: Client, next_page: str = "") -> HttpResponse:
    sent = {"login": "bao@vidu.vn", "password": PASSWORD, "next": next_page}
    return browser.post(SIGN_IN, sent)  # type: ignore[return-value]


def send_code(browser: Client, code: str, page: str = AT_SIGN_IN, **more: Any) -> HttpResponse:
    return browser.post(page, {"code": code, **more})  # type: ignore[return-value]


def signed_in(browser: Client) -> bool:
    return browser.get("/ho-so-cua-toi/").status_code == 200


class TestAtSignIn:
    def test_the_password_alone_signs_nobody_in(self, browser: Client, secret: str) -> None:
        assert sign_in(browser)["Location"] == AT_SIGN_IN
        assert not signed_in(browser)
        assert send_code(browser, "000000").status_code == 422
        assert not signed_in(browser)

    def test_the_code_does_and_leads_on(
        self, browser: Client, secret: str, ba_dinh: CommuneInfo
    ) -> None:
        there = f"http://{ba_dinh.host}/desk/"
        sign_in(browser, there)
        assert (
            send_code(browser, f" {code_of(secret)[:3]} {code_of(secret)[3:]} ")["Location"]
            == there
        )
        assert signed_in(browser)

    def test_who_has_no_factor_is_not_asked(self, browser: Client, bao: Account) -> None:
        sign_in(browser)
        assert signed_in(browser)

    def test_nobody_comes_to_the_code_without_the_password(
        self, browser: Client, secret: str
    ) -> None:
        assert browser.get(AT_SIGN_IN)["Location"] == SIGN_IN
        assert send_code(browser, code_of(secret))["Location"] == SIGN_IN
        assert not signed_in(browser)

    def test_a_session_known_before_is_worthless_after(self, browser: Client, secret: str) -> None:
        sign_in(browser)
        before = browser.cookies[settings.SESSION_COOKIE_NAME].value
        send_code(browser, code_of(secret))
        thief = Client(SERVER_NAME=settings.BASE_DOMAIN)
        thief.cookies[settings.SESSION_COOKIE_NAME] = before

        assert signed_in(browser) and not signed_in(thief)


class TestACode:
    @pytest.mark.parametrize(
        ("seconds", "code"),
        [
            (59, "287082"),
            (1111111109, "081804"),
            (1234567890, "005924"),
            (20000000000, "353130"),
        ],
    )
    def test_it_is_the_one_of_the_standard(self, seconds: int, code: str) -> None:
        secret = base64.b32encode(b"12345678901234567890").decode()
        assert code_at(secret, seconds // STEP_SECONDS) == code

    def test_it_is_taken_once_in_whichever_browser(self, browser: Client, secret: str) -> None:
        sign_in(browser)
        code = code_of(secret)
        assert send_code(browser, code).status_code == 302
        other = Client(SERVER_NAME=settings.BASE_DOMAIN)
        sign_in(other)
        answer = send_code(other, code)
        assert answer.status_code == 422 and not signed_in(other)
        assert "Mã chưa đúng hoặc đã dùng rồi" in answer.content.decode()

    def test_one_before_a_taken_one_is_refused(self, bao: Account, secret: str) -> None:
        assert use_code(account=bao, code=code_of(secret)) == "totp"
        assert use_code(account=bao, code=code_of(secret, ahead=-1)) is None
        assert use_code(account=bao, code=code_of(secret, ahead=1)) == "totp"

    @pytest.mark.parametrize("ahead", [-3, 3])
    def test_one_of_another_time_is_refused(self, bao: Account, secret: str, ahead: int) -> None:
        assert use_code(account=bao, code=code_of(secret, ahead=ahead)) is None

    @pytest.mark.parametrize("code", ["", "abc", "٤٤٤٤٤٤", "12345678901234567890", "\x00", "12345"])
    def test_what_is_no_code_is_explained(self, browser: Client, secret: str, code: str) -> None:
        sign_in(browser)
        answer = send_code(browser, code)
        assert answer.status_code == 422 and 'role="alert"' in answer.content.decode()

    def test_another_accounts_code_is_refused(self, bao: Account, secret: str) -> None:
        stranger = Account.objects.create_account(full_name="Lê Minh", phone="0987654321")
        theirs = give_app(stranger)
        assert use_code(account=bao, code=code_of(theirs)) is None

    def test_guessing_ends_before_the_right_one(self, browser: Client, secret: str) -> None:
        sign_in(browser)
        for _ in range(TRIES):
            assert send_code(browser, "000000").status_code == 422
        answer = send_code(browser, code_of(secret))
        assert "chờ 5 phút" in answer.content.decode() and not signed_in(browser)

    def test_the_key_lies_sealed_for_its_account(self, bao: Account, secret: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT data::text FROM mfa_authenticator")
            stored = "".join(row[0] for row in cursor.fetchall())
        assert secret not in stored
        stranger = Account.objects.create_account(full_name="Lê Minh", phone="0987654321")
        stolen = Authenticator.objects.get(user=bao)
        stolen.user = stranger
        with pytest.raises(SealBroken):
            read_sealed(stolen)


class TestRecoveryCodes:
    def test_each_works_once(self, browser: Client, bao: Account, secret: str) -> None:
        first, second, *_others = make_recovery_codes(account=bao)
        for code, method in ((first, "recovery_codes"), (first, None), (second, "recovery_codes")):
            assert use_code(account=bao, code=f"{code[:5]}-{code[5:]}") == method
        sign_in(browser)
        assert send_code(browser, _others[0]).status_code == 302 and signed_in(browser)

    def test_new_ones_end_the_old_ones(self, bao: Account, secret: str) -> None:
        old = make_recovery_codes(account=bao)
        new = make_recovery_codes(account=bao)
        assert use_code(account=bao, code=old[0]) is None
        assert use_code(account=bao, code=new[0]) == "recovery_codes"

    def test_they_lie_nowhere_in_clear_and_are_shown_once(
        self, browser: Client, bao: Account, secret: str
    ) -> None:
        browser.force_login(bao)
        show_factor(browser)
        page = browser.post(CODES).content.decode()
        codes = re.findall(r"<li[^>]*>(\d{5}) (\d{5})</li>", page)
        assert len(codes) == 10
        with connection.cursor() as cursor:
            cursor.execute("SELECT data::text FROM mfa_authenticator")
            stored = "".join(row[0] for row in cursor.fetchall())
        session = str(dict(browser.session.items()))
        for code in codes:
            assert "".join(code) not in stored + session
        assert codes[0][0] not in browser.get(FACTORS).content.decode()

    def test_without_another_factor_there_are_none(self, browser: Client, bao: Account) -> None:
        sign_in(browser)
        assert browser.post(CODES)["Location"] == FACTORS
        assert not Authenticator.objects.exists()


class TestSettingUp:
    def test_an_official_sets_up_the_app_on_the_way_to_the_desk(
        self, browser: Client, bao: Account, ba_dinh: CommuneInfo
    ) -> None:
        sign_in(browser)
        there = f"http://{ba_dinh.host}/desk/mo-ban/?next=%2Fdesk%2F"
        lead = browser.get(SHOW, {"next": there})["Location"]
        assert "mất khoảng hai phút" in browser.get(lead).content.decode()
        page = browser.get(APP).content.decode()
        found = re.search(r"<b class=\"num unit\">([A-Z2-7 ]+)</b>", page)
        assert found and "<svg" in page
        key = found[1].replace(" ", "")
        assert send_code(browser, "000000", APP).status_code == 422
        assert key[:4] in browser.get(APP).content.decode()  # the same key after a reload
        codes = send_code(browser, code_of(key), APP).content.decode()
        assert "Cất mã dự phòng" in codes and f'href="{there}"' in codes
        assert browser.session["second_factor"]["place"] == "00004"
        assert send_code(browser, code_of(key), APP)["Location"] == FACTORS

    def test_it_takes_a_password_typed_lately(self, browser: Client, bao: Account) -> None:
        browser.force_login(bao)
        for page in (APP, PASSKEY):
            assert "/tai-khoan/xac-nhan-lai/" in browser.get(page)["Location"]
            assert "/tai-khoan/xac-nhan-lai/" in browser.post(page, {"code": "1"})["Location"]
        assert not Authenticator.objects.exists()

    def test_with_a_factor_it_takes_that_factor(
        self, browser: Client, bao: Account, secret: str
    ) -> None:
        browser.force_login(bao)
        factor = Authenticator.objects.get()
        for page in (APP, PASSKEY, f"{FACTORS}go/{factor.pk}/"):
            assert SHOW in browser.get(page)["Location"]
        assert SHOW in browser.post(f"{FACTORS}go/{factor.pk}/")["Location"]
        assert Authenticator.objects.filter(pk=factor.pk).exists()

    def test_a_password_typed_lately_removes_no_factor(self, browser: Client, bao: Account) -> None:
        sign_in(browser)
        give_app(bao)
        factor = Authenticator.objects.get()
        assert SHOW in browser.post(f"{FACTORS}go/{factor.pk}/")["Location"]
        assert Authenticator.objects.exists()

    def test_nobody_removes_a_strangers(self, browser: Client, bao: Account, secret: str) -> None:
        stranger = Account.objects.create_account(full_name="Lê Minh", phone="0987654321")
        give_app(stranger)
        browser.force_login(bao)
        show_factor(browser)
        theirs = Authenticator.objects.get(user=stranger)
        assert browser.post(f"{FACTORS}go/{theirs.pk}/").status_code == 404

    def test_removing_the_last_closes_desks_and_other_sessions(
        self, browser: Client, bao: Account
    ) -> None:
        elsewhere = Client(SERVER_NAME=settings.BASE_DOMAIN)
        sign_in(elsewhere)
        sign_in(browser)
        give_app(bao)
        make_recovery_codes(account=bao)
        make_desk(bao.pk, "00004")
        show_factor(browser)
        factor = Authenticator.objects.get(type="totp")
        assert browser.get(f"{FACTORS}go/{factor.pk}/").status_code == 200
        browser.post(f"{FACTORS}go/{factor.pk}/")

        assert not Authenticator.objects.exists() and not DeskSession.objects.exists()
        assert signed_in(browser) and not signed_in(elsewhere)

    def test_every_change_is_told_to_its_owner(
        self,
        browser: Client,
        bao: Account,
        secret: str,
        mailoutbox: list[Any],
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        browser.force_login(bao)
        show_factor(browser)
        factor = Authenticator.objects.get()
        for page in (CODES, f"{FACTORS}go/{factor.pk}/"):
            with django_capture_on_commit_callbacks(execute=True):
                browser.post(page)
        assert [letter.to for letter in mailoutbox] == [["bao@vidu.vn"]] * 2
        assert "Nếu không phải anh/chị làm" in mailoutbox[0].body

    def test_an_operator_keeps_one(self, browser: Client) -> None:
        operator = Account.objects.create_account(
            full_name="Đỗ Minh Khuê", email="khue@vidu.vn", is_operator=True
        )
        give_app(operator)
        browser.force_login(operator)
        show_factor(browser)
        factor = Authenticator.objects.get()
        answer = browser.post(f"{FACTORS}go/{factor.pk}/", follow=True)
        assert "phải giữ ít nhất một cách" in answer.content.decode()
        assert Authenticator.objects.exists()

    @pytest.mark.parametrize(
        "answer",
        ["", "{", "[]", "null", "{}", '{"id": 1}', '{"id":"a","rawId":"a","type":"public-key"}'],
    )
    def test_a_made_up_passkey_is_refused(
        self, browser: Client, bao: Account, secret: str, answer: str
    ) -> None:
        browser.force_login(bao)
        show_factor(browser)
        browser.get(PASSKEY)
        page = browser.post(PASSKEY, {"name": "Máy tôi", "passkey": answer})
        assert page.status_code == 422 and "chưa tạo được" in page.content.decode()
        page = browser.post(SHOW, {"passkey": answer or "x"})
        assert page.status_code == 422 and "không dùng được" in page.content.decode()


class TestShowing:
    def test_it_leads_nowhere_but_to_our_sites(
        self, browser: Client, bao: Account, secret: str
    ) -> None:
        browser.force_login(bao)
        answer = send_code(browser, code_of(secret), SHOW, next="https://xau.example/desk/")
        assert answer["Location"] == settings.LOGIN_REDIRECT_URL

    def test_it_counts_for_the_commune_that_asked(
        self, browser: Client, bao: Account, secret: str, ba_dinh: CommuneInfo
    ) -> None:
        browser.force_login(bao)
        there = f"http://{ba_dinh.host}/desk/"
        assert ba_dinh.name in browser.get(SHOW, {"next": there}).content.decode()
        send_code(browser, code_of(secret), SHOW, next=there)
        assert browser.session["second_factor"]["place"] == "00004"

    def test_a_session_known_before_is_worthless_after(
        self, browser: Client, bao: Account, secret: str
    ) -> None:
        browser.force_login(bao)
        before = browser.cookies[settings.SESSION_COOKIE_NAME].value
        send_code(browser, code_of(secret), SHOW)
        thief = Client(SERVER_NAME=settings.BASE_DOMAIN)
        thief.cookies[settings.SESSION_COOKIE_NAME] = before
        assert signed_in(browser) and not signed_in(thief)

    def test_signing_in_anew_as_another_leaves_nothing_of_it(
        self, browser: Client, bao: Account, secret: str
    ) -> None:
        browser.force_login(bao)
        send_code(browser, code_of(secret), SHOW)
        browser.force_login(Account.objects.create_account(full_name="Lê Minh", phone="0987654321"))
        assert "second_factor" not in browser.session


class TestOpenSessions:
    PAGE = "/tai-khoan/thiet-bi/"
    CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/142.0 Safari/537.36"

    def test_they_are_listed_and_ended(self, browser: Client, bao: Account) -> None:
        thief = Client(SERVER_NAME=settings.BASE_DOMAIN, HTTP_USER_AGENT=self.CHROME)
        sign_in(thief)
        sign_in(browser)
        page = browser.get(self.PAGE).content.decode()
        assert "Chrome trên Windows" in page and page.count("Phiên này") == 1
        theirs = UserSession.objects.get(user_agent=self.CHROME)
        browser.post(f"{self.PAGE}{theirs.pk}/")
        assert signed_in(browser) and not signed_in(thief)

    def test_all_others_end_and_desks_close(self, browser: Client, bao: Account) -> None:
        others = [Client(SERVER_NAME=settings.BASE_DOMAIN) for _ in range(2)]
        for one in (*others, browser):
            sign_in(one)
        make_desk(bao.pk, "00004")
        assert "Phường Ba Đình" in browser.get(self.PAGE).content.decode()
        browser.post(f"{self.PAGE}khac/")
        assert signed_in(browser) and not any(signed_in(one) for one in others)
        assert not DeskSession.objects.exists()

    def test_a_strangers_cannot_be_ended(self, browser: Client, bao: Account) -> None:
        sign_in(browser)
        theirs = UserSession.objects.get()
        desk = make_desk(bao.pk, "00004")
        stranger = Client(SERVER_NAME=settings.BASE_DOMAIN)
        stranger.force_login(
            Account.objects.create_account(full_name="Lê Minh", phone="0987654321")
        )
        assert stranger.post(f"{self.PAGE}{theirs.pk}/").status_code == 404
        stranger.post(f"{self.PAGE}ban/{desk.pk}/")
        assert signed_in(browser) and DeskSession.objects.exists()

    def test_the_session_stays_listed_after_the_factor_gave_it_a_new_key(
        self, browser: Client, bao: Account
    ) -> None:
        sign_in(browser)
        secret = give_app(bao)
        send_code(browser, code_of(secret), SHOW)
        assert browser.get(self.PAGE).content.decode().count("Phiên này") == 1

    def test_a_new_password_ends_the_others_and_closes_desks(
        self, browser: Client, bao: Account
    ) -> None:
        thief = Client(SERVER_NAME=settings.BASE_DOMAIN)
        sign_in(thief)
        sign_in(browser)
        make_desk(bao.pk, "00004")
        new = "một câu khác cũng dễ nhớ"
        browser.post("/tai-khoan/mat-khau/doi/", {"oldpassword": PASSWORD, "password1": new})
        assert signed_in(browser) and not signed_in(thief)
        assert not DeskSession.objects.exists()
