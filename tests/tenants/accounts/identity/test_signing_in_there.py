"""Signing in by VNeID: a real provider, a browser's steps by hand, and every way to go wrong."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from tenants.accounts.consent import ACCOUNT, consented, consents_of
from tenants.accounts.models import Account
from tests.identity_provider import Provider, query_of
from tests.tenants.accounts.identity.steps import (
    BACK,
    CLAIMS,
    FIRST_TIME,
    NUMBER,
    THERE,
    become_known,
    come_back,
    go,
    round_trip,
)

# A key that the provider does not use any more.
STALE_KEY = json.loads(
    jwt.algorithms.RSAAlgorithm.to_jwk(rsa.generate_private_key(65537, 2048).public_key())
)


def the_account() -> Account:
    return Account.objects.get(full_name="Phạm Thị Thu Hiền")


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_nothing_is_offered_where_nothing_is_configured(central_client: Client) -> None:
    assert "VNeID" not in central_client.get("/tai-khoan/dang-nhap/").content.decode()
    assert central_client.post(THERE).status_code == 404
    assert central_client.get(BACK).status_code == 404


@pytest.mark.parametrize("page", ["/tai-khoan/dang-nhap/", "/tai-khoan/dang-ky/"])
def test_the_button_stands_on_sign_in_and_sign_up(
    central_client: Client, vneid: Provider, page: str
) -> None:
    html = central_client.get(f"{page}?next=/ho-so-cua-toi/%3Fa%3D1").content.decode()

    assert "Đăng nhập bằng VNeID" in html and f'action="{THERE}"' in html
    assert html.count('value="/ho-so-cua-toi/?a=1"') >= 2


def test_the_way_there_begins_by_a_form_of_ours(central_client: Client, vneid: Provider) -> None:
    assert central_client.get(THERE).status_code == 405
    strict = Client(SERVER_NAME=settings.BASE_DOMAIN, enforce_csrf_checks=True)
    assert strict.post(THERE).status_code == 403


def test_the_question_carries_state_nonce_and_a_challenge(
    central_client: Client, vneid: Provider
) -> None:
    one, other = (query_of(go(central_client)) for _ in range(2))

    assert one["response_type"] == "code" and one["scope"] == "openid"
    assert one["acr_values"] == "LoA1" and one["code_challenge_method"] == "S256"
    assert one["redirect_uri"] == f"http://{settings.BASE_DOMAIN}{BACK}"
    for secret in ("state", "nonce", "code_challenge"):
        assert len(one[secret]) >= 16 and one[secret] != other[secret]


def test_the_code_is_exchanged_with_the_verifier_of_its_challenge(
    central_client: Client, vneid: Provider
) -> None:
    vneid.knows("hien", **CLAIMS)
    there = go(central_client)
    come_back(central_client, vneid.agree(there, "hien"))

    verifier = vneid.seen[-1]["code_verifier"]
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert query_of(there)["code_challenge"] == challenge


def test_a_newcomer_gets_an_account_after_agreeing(central_client: Client, vneid: Provider) -> None:
    response = round_trip(central_client, vneid, fields={"next": "/ho-so-cua-toi/?tu=vneid"})

    assert response["Location"] == FIRST_TIME and not is_signed_in(central_client)
    page = central_client.get(FIRST_TIME).content.decode()
    assert "Phạm Thị Thu Hiền" in page and "001******321" in page and NUMBER not in page
    refused = central_client.post(FIRST_TIME)
    assert refused.status_code == 422 and "Hãy đánh dấu đồng ý" in refused.content.decode()
    assert not Account.objects.filter(full_name="Phạm Thị Thu Hiền").exists()

    made = central_client.post(FIRST_TIME, {"agreed": "on"})
    assert (made.status_code, made["Location"]) == (302, "/ho-so-cua-toi/?tu=vneid")
    account = the_account()
    assert central_client.session["_auth_user_id"] == str(account.pk)
    assert account.national_id == NUMBER and account.national_id_verified_at
    assert account.assurance_level == 2 and str(account.birth_date) == "1990-03-07"
    assert not account.has_usable_password()
    # What the provider does not vouch for is not taken for the person's.
    assert (account.phone, account.email) == (None, None)
    assert consented(consents_of(account.pk), ACCOUNT)


def test_who_comes_again_is_signed_in_at_once_and_nothing_is_written(
    central_client: Client, vneid: Provider, django_assert_num_queries: Any
) -> None:
    become_known(central_client, vneid)
    before = the_account().__dict__.items() - {"_state"}
    again = Client(SERVER_NAME=settings.BASE_DOMAIN)
    response = round_trip(again, vneid, fields={"next": "/ho-so-cua-toi/"})

    assert (response.status_code, response["Location"]) == (302, "/ho-so-cua-toi/")
    assert again.session["_auth_user_id"] == str(the_account().pk)
    assert {k: v for k, v in before if k != "_state"} == {
        k: v for k, v in the_account().__dict__.items() if k != "_state"
    }


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:1"])
def test_nobody_is_led_to_a_strange_site(
    central_client: Client, vneid: Provider, elsewhere: str
) -> None:
    become_known(central_client, vneid)
    again = Client(SERVER_NAME=settings.BASE_DOMAIN)

    response = round_trip(again, vneid, fields={"next": elsewhere})

    assert response["Location"] == settings.LOGIN_REDIRECT_URL


def test_one_returns_to_the_commune_where_one_was(central_client: Client, vneid: Provider) -> None:
    page = f"http://phuong-ba-dinh-ha-noi.{settings.BASE_DOMAIN}/thu-tuc/2.000908/"
    become_known(central_client, vneid)
    again = Client(SERVER_NAME=settings.BASE_DOMAIN)

    assert round_trip(again, vneid, fields={"next": page})["Location"] == page


def test_a_higher_level_is_kept_and_a_lower_one_changes_nothing(
    central_client: Client, vneid: Provider
) -> None:
    become_known(central_client, vneid)
    for said, kept in (("1", 2), ("LoA3", 3), (None, 3)):
        round_trip(Client(SERVER_NAME=settings.BASE_DOMAIN), vneid, loAs=said)
        assert the_account().assurance_level == kept


def test_a_changed_name_is_brought_up_to_date(central_client: Client, vneid: Provider) -> None:
    become_known(central_client, vneid)
    round_trip(Client(SERVER_NAME=settings.BASE_DOMAIN), vneid, HoVaTen="Phạm Thu Hiền")

    assert Account.objects.get(full_name="Phạm Thu Hiền").national_id == NUMBER


# ── Every way to go wrong ────────────────────────────────────────────────
FORGED: dict[str, tuple[dict[str, Any], str]] = {
    "signed by a stranger": ({"sign": "stranger"}, "InvalidSignatureError"),
    "signed by nobody": ({"sign": "none"}, "InvalidAlgorithmError"),
    "signed with the client's secret": ({"sign": "secret"}, "InvalidAlgorithmError"),
    "signed by a key that is not published": ({"header": {"kid": "another"}}, "UnknownKey"),
    "from another issuer": ({"claims": {"iss": "https://evil.example"}}, "InvalidIssuerError"),
    "for another client": ({"claims": {"aud": "another"}}, "InvalidAudienceError"),
    "made for another client": ({"claims": {"azp": "another"}}, "MadeForAnother"),
    "an answer to another question": ({"claims": {"nonce": "another"}}, "AnotherNonce"),
    "without a nonce": ({"without": ["nonce"]}, "AnotherNonce"),
    "expired": ({"shift": {"exp": -120, "iat": -600}}, "ExpiredSignatureError"),
    "for ever": ({"without": ["exp"]}, "MissingRequiredClaimError"),
    "from the future": ({"shift": {"iat": 600}}, "ImmatureSignatureError"),
    "of nobody": ({"without": ["sub"]}, "MissingRequiredClaimError"),
    "user info of somebody else": ({"userinfo": {"sub": "another"}}, "SomebodyElse"),
    "halves of characters": ({"userinfo": {"HoVaTen": "\ud800"}}, "UnicodeEncodeError"),
    "no identity token": ({"token": {"id_token": None}}, "DecodeError"),
    "an identity token that is none": ({"token": {"id_token": "a.b.c"}}, "DecodeError"),
}


@pytest.mark.parametrize(("faults", "reason"), FORGED.values(), ids=FORGED)
def test_a_forged_answer_signs_nobody_in(
    central_client: Client,
    vneid: Provider,
    faults: dict[str, Any],
    reason: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    vneid.goes_wrong(**faults)
    caplog.set_level(logging.DEBUG)
    response = round_trip(central_client, vneid)

    assert response.status_code == 502 and reason in caplog.text
    assert "Thử lại bằng VNeID" in response.content.decode()
    assert not is_signed_in(central_client) and "identity_pending" not in central_client.session
    for secret in (NUMBER, "HIỀN", "hien@vidu.vn", "0987654321"):
        assert secret not in caplog.text


def test_keys_that_the_provider_changed_are_fetched_anew(
    central_client: Client, vneid: Provider
) -> None:
    cache.set(f"identity:{vneid.url}/jwks", {"keys": [STALE_KEY]})

    assert round_trip(central_client, vneid)["Location"] == FIRST_TIME


def test_clocks_may_differ_by_half_a_minute(central_client: Client, vneid: Provider) -> None:
    vneid.goes_wrong(shift={"iat": 30})
    assert round_trip(central_client, vneid)["Location"] == FIRST_TIME
    vneid.goes_wrong(shift={"exp": -30, "iat": -600})
    assert round_trip(central_client, vneid)["Location"] == FIRST_TIME


@pytest.mark.parametrize("path", ["/oauth2/token", "/userinfo", "/jwks"])
def test_a_provider_that_breaks_down_midway_is_named(
    central_client: Client, vneid: Provider, path: str
) -> None:
    vneid.goes_wrong(down=[path])
    response = round_trip(central_client, vneid)

    assert response.status_code in (502, 503) and "VNeID" in response.content.decode()
    assert "mật khẩu" in response.content.decode()


@pytest.mark.parametrize("fault", ["down", "nonsense"])
def test_a_provider_that_is_down_keeps_nobody_from_the_password(
    central_client: Client, vneid: Provider, fault: str
) -> None:
    vneid.goes_wrong(**{fault: ["/.well-known/openid-configuration"]})
    response = central_client.post(THERE, {"next": "/ho-so-cua-toi/"})

    assert response.status_code == 503
    page = response.content.decode()
    assert "VNeID đang không trả lời" in page and "/tai-khoan/dang-nhap/?next=" in page


def test_a_provider_that_cannot_be_reached_at_all(
    central_client: Client, vneid: Provider, settings: Any
) -> None:
    app = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]
    app["settings"]["server_url"] = "http://localhost:9"

    assert central_client.post(THERE).status_code == 503


def test_who_changes_their_mind_is_told_that_nothing_changed(
    central_client: Client, vneid: Provider
) -> None:
    response = come_back(central_client, vneid.deny(go(central_client)))

    assert response.status_code == 200
    assert "Anh/chị đã dừng đăng nhập bằng VNeID" in response.content.decode()


def test_an_answer_counts_once_and_in_the_browser_that_asked(
    central_client: Client, vneid: Provider
) -> None:
    vneid.knows("hien", **CLAIMS)
    back = vneid.agree(go(central_client), "hien")
    thief = Client(SERVER_NAME=settings.BASE_DOMAIN)

    for client, status in ((thief, 400), (central_client, 302), (central_client, 400)):
        assert come_back(client, back).status_code == status
    assert not is_signed_in(thief)


@pytest.mark.parametrize(
    "query", ["", "?code=a", "?state=&code=a", "?state=%00&code=%ff", "?error=x"]
)
def test_an_answer_without_a_question_is_none(
    central_client: Client, vneid: Provider, query: str
) -> None:
    response = central_client.get(BACK + query)

    assert response.status_code == 400
    assert "đã dùng hoặc đã quá hạn" in response.content.decode()


BAD_CLAIMS = {
    "no number": ({"SoDinhDanh": None}, 422, "không cho biết số định danh"),
    "an empty number": ({"SoDinhDanh": "  "}, 422, "không cho biết số định danh"),
    "an old number of nine digits": ({"SoDinhDanh": "012345678"}, 422, "12 chữ số"),
    "an invoice number": ({"SoDinhDanh": "HD-2026/0001234"}, 422, "12 chữ số"),
    "a number of no province": ({"SoDinhDanh": "000000000000"}, 422, "12 chữ số"),
    "a list": ({"SoDinhDanh": [NUMBER]}, 422, "không cho biết số định danh"),
    "no name": ({"HoVaTen": None}, 422, "không cho biết họ và tên"),
    "a number as name": ({"HoVaTen": NUMBER}, 422, "không cho biết họ và tên"),
    "a business": ({"LoaiTaiKhoan": "2", "MaSoThue": "0101234567"}, 403, "tổ chức, doanh nghiệp"),
    "a business by its code": ({"MaSoDoanhNghiep": "0101234567"}, 403, "tài khoản cá nhân"),
    "a tax code alone": ({"SoDinhDanh": None, "MaSoThue": "0101234567"}, 403, "tổ chức"),
}


@pytest.mark.parametrize(("claims", "status", "told"), BAD_CLAIMS.values(), ids=BAD_CLAIMS)
def test_claims_that_name_no_person_are_refused_with_what_to_do(
    central_client: Client, vneid: Provider, claims: dict[str, Any], status: int, told: str
) -> None:
    response = round_trip(central_client, vneid, **claims)

    page = response.content.decode()
    assert response.status_code == status and told in page and NUMBER not in page
    assert not is_signed_in(central_client)


def test_a_persons_own_tax_code_makes_no_business_of_them(
    central_client: Client, vneid: Provider
) -> None:
    assert round_trip(central_client, vneid, MaSoThue=NUMBER)["Location"] == FIRST_TIME


def test_what_waits_is_forgotten_after_a_quarter_of_an_hour(
    central_client: Client, vneid: Provider, time_machine: Any
) -> None:
    round_trip(central_client, vneid)
    time_machine.move_to(timezone.now() + timedelta(minutes=15, seconds=1))

    for response in (central_client.get(FIRST_TIME), central_client.post(FIRST_TIME)):
        assert response.status_code == 410 and "đã quá hạn" in response.content.decode()
