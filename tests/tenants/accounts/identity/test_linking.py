"""Which account a verified person comes to: the verified number decides, and nothing else."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from tenants.accounts.identity.claims import VerifiedPerson, read_person
from tenants.accounts.identity.linking import connect_account, create_account_of, find_account
from tenants.accounts.identity.problems import (
    ACCOUNT_CLOSED,
    NUMBER_CHANGED,
    OTHER_ACCOUNT,
    OTHER_PERSON,
    IdentityProblem,
)
from tenants.accounts.models import Account
from tenants.accounts.proving.contacts import vouch_for
from tests.identity_provider import Provider
from tests.tenants.accounts.identity.steps import (
    CLAIMS,
    FIRST_TIME,
    MINE,
    NUMBER,
    PASSWORD,
    THERE,
    become_known,
    go,
    round_trip,
)

OTHER_NUMBER = "040085000987"
SIGN_IN = "/tai-khoan/dang-nhap/"


def person(sub: str = "hien", provider: str = "vneid", **claims: Any) -> VerifiedPerson:
    """The person as a provider that vouches for contacts too states them."""
    stated = {**CLAIMS, "sub": sub, **claims}
    return read_person(provider, stated, settings={"vouched_contacts": ["phone", "email"]})


def typed(number: str | None = NUMBER, **more: Any) -> Account:
    """An account whose number was typed by whoever made it."""
    given = {"full_name": "Ai Đó", "phone": "0912345678", "password": PASSWORD, **more}
    account = Account.objects.create_account(national_id=number, **given)
    vouch_for(account)
    return account


def verified(**more: Any) -> Account:
    """An account whose number was verified before, by another provider."""
    account = typed(**more)
    account.national_id_verified_at = timezone.now()
    account.save()
    return account


@pytest.fixture
def browser(db: None) -> Client:
    """A browser on the central site in which nobody signed in."""
    return Client(SERVER_NAME=settings.BASE_DOMAIN)


# ── Found, or not ────────────────────────────────────────────────────────
def test_who_was_linked_is_found_and_nothing_is_written(
    db: None, django_assert_num_queries: Callable[..., Any]
) -> None:
    made = create_account_of(person=person())
    with django_assert_num_queries(3):  # a savepoint, the link with its account, and its release
        assert find_account(person=person()) == made


def test_two_providers_lead_to_one_account_by_its_verified_number(db: None) -> None:
    made = create_account_of(person=person())
    assert find_account(person=person("17", provider="dvcqg")) == made
    assert SocialAccount.objects.filter(user=made).count() == 2


def test_a_typed_number_is_never_linked_silently(browser: Client, vneid: Provider) -> None:
    account = typed()
    response = round_trip(browser, vneid)

    assert response["Location"] == FIRST_TIME and "_auth_user_id" not in browser.session
    assert "Đã có một tài khoản khai số định danh này" in browser.get(FIRST_TIME).content.decode()
    account.refresh_from_db()
    assert account.national_id_verified_at is None and not SocialAccount.objects.exists()


@pytest.mark.parametrize("same", ["email", "phone"])
def test_neither_address_nor_phone_number_links_anything(db: None, same: str) -> None:
    contact = {"email": CLAIMS["ThuDienTu"], "phone": CLAIMS["SoDienThoai"]}[same]
    account = typed(None, **{"phone": None, "email": None, same: contact})

    assert find_account(person=person()) is None
    made = create_account_of(person=person())
    assert made != account and getattr(made, same) is None


def test_contacts_that_the_provider_vouches_for_are_kept(db: None) -> None:
    made = create_account_of(person=person())
    assert (made.phone, made.email) == ("0987654321", "hien@vidu.vn")
    assert made.phone_verified_at
    assert list(made.emailaddress_set.values_list("email", "verified")) == [("hien@vidu.vn", True)]


def test_what_the_provider_says_is_not_verified_is_not_kept(db: None) -> None:
    unsure = {"email_verified": False, "phone_number_verified": False}
    made = create_account_of(person=person(**unsure))
    assert (made.phone, made.email) == (None, None)


def test_an_address_of_the_platforms_own_is_nobodys(db: None) -> None:
    address = f"quantri.00123@{settings.BASE_DOMAIN}"
    assert create_account_of(person=person(ThuDienTu=address)).email is None


def test_a_closed_account_stays_closed(browser: Client, vneid: Provider) -> None:
    account = verified()
    Account.objects.filter(pk=account.pk).update(is_active=False)
    with pytest.raises(IdentityProblem) as caught:
        find_account(person=person())
    assert caught.value.problem is ACCOUNT_CLOSED
    assert round_trip(browser, vneid).status_code == 403


def test_a_key_of_the_provider_that_names_another_number_opens_nothing(db: None) -> None:
    create_account_of(person=person())
    with pytest.raises(IdentityProblem) as caught:
        find_account(person=person(SoDinhDanh=OTHER_NUMBER))
    assert caught.value.problem is NUMBER_CHANGED


def test_the_links_row_tells_nothing_of_the_person(db: None) -> None:
    create_account_of(person=person(sub=NUMBER))
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(s)::text FROM socialaccount_socialaccount AS s")
        (row,) = cursor.fetchone()
    for secret in (NUMBER, "Hiền", "hien@vidu.vn", "0987654321", "b7d3", "LoA2"):
        assert secret not in row
    assert '"extra_data":{}' in row


def test_nothing_lies_in_clear_while_a_newcomer_thinks(browser: Client, vneid: Provider) -> None:
    round_trip(browser, vneid, sub=NUMBER)
    inside = base64.b64decode(browser.session["identity_pending"])
    kept = str(dict(browser.session)) + inside.decode(errors="replace")
    for secret in (NUMBER, "Hiền", "Hi\\u1ec1n", "1990-03-07", "b7d3"):
        assert secret not in kept


# ── By signing in to what one had ────────────────────────────────────────
def test_who_has_an_account_signs_in_to_it_and_links(browser: Client, vneid: Provider) -> None:
    account = typed()
    round_trip(browser, vneid, fields={"next": "/ho-so-cua-toi/?a=1"})
    browser.post(SIGN_IN, {"login": "0912345678", "password": PASSWORD, "next": FIRST_TIME})
    assert browser.session["_auth_user_id"] == str(account.pk)
    assert "Liên kết với tài khoản đang đăng nhập?" in browser.get(FIRST_TIME).content.decode()
    assert not SocialAccount.objects.exists()

    linked = browser.post(FIRST_TIME)
    assert (linked.status_code, linked["Location"]) == (302, "/ho-so-cua-toi/?a=1")
    account.refresh_from_db()
    assert account.national_id_verified_at and account.full_name == "Phạm Thị Thu Hiền"
    assert find_account(person=person()) == account
    assert browser.get(FIRST_TIME).status_code == 410


def test_who_goes_on_gets_an_account_beside_the_typed_one(browser: Client, vneid: Provider) -> None:
    other = typed()
    become_known(browser, vneid)

    made = Account.objects.get(national_id_verified_at__isnull=False)
    assert made != other and browser.session["_auth_user_id"] == str(made.pk)
    other.refresh_from_db()
    assert other.national_id == NUMBER and other.national_id_verified_at is None


# ── By somebody who is signed in ─────────────────────────────────────────
def test_the_verified_number_takes_the_place_of_a_typed_one(
    browser: Client, vneid: Provider
) -> None:
    account = typed(OTHER_NUMBER)
    browser.post(SIGN_IN, {"login": "0912345678", "password": PASSWORD})
    page = browser.get(MINE).content.decode()
    assert "Liên kết VNeID" in page and "tự khai, chưa xác thực" in page

    response = round_trip(browser, vneid)
    assert (response.status_code, response["Location"]) == (302, MINE)
    account.refresh_from_db()
    assert account.national_id == NUMBER and account.phone == "0912345678"
    assert browser.session["_auth_user_id"] == str(account.pk)
    assert "đã xác thực ngày" in browser.get(MINE).content.decode()


def test_a_number_of_another_verified_account_is_refused(browser: Client, vneid: Provider) -> None:
    create_account_of(person=person())
    mine = typed(None)
    browser.post(SIGN_IN, {"login": "0912345678", "password": PASSWORD})
    response = round_trip(browser, vneid, sub="another key")

    assert response.status_code == 409
    assert "thuộc một tài khoản khác" in response.content.decode()
    mine.refresh_from_db()
    assert mine.national_id is None


def test_one_account_is_one_person(db: None) -> None:
    mine = create_account_of(person=person())
    with pytest.raises(IdentityProblem) as caught:
        connect_account(account=mine, person=person("x", SoDinhDanh=OTHER_NUMBER))
    assert caught.value.problem is OTHER_PERSON


def test_an_answer_reaches_only_the_account_that_asked(browser: Client, vneid: Provider) -> None:
    """The answer to a visitor's question does nothing to whoever signed in meanwhile."""
    vneid.knows("hien", **CLAIMS)
    back = vneid.agree(go(browser), "hien")
    account = typed(None)
    browser.force_login(account)
    response = browser.get(back)

    assert response.status_code == 409 and not SocialAccount.objects.exists()


def test_the_password_is_asked_again_where_it_was_typed_long_ago(
    browser: Client, vneid: Provider
) -> None:
    account = typed(None)
    browser.force_login(account)  # a session that remembers no proof
    assert "hãy nhập mật khẩu" in browser.get(MINE).content.decode()

    for wrong in ({}, {"password": "sai"}):
        assert browser.post(THERE, wrong).status_code == 422
    go(browser, password=PASSWORD)
    assert "hãy nhập mật khẩu" not in browser.get(MINE).content.decode()


def test_passwords_cannot_be_guessed_there(browser: Client, vneid: Provider) -> None:
    browser.force_login(typed(None))
    for _ in range(5):
        browser.post(THERE, {"password": "sai"})
    response = browser.post(THERE, {"password": PASSWORD})

    assert response.status_code == 422 and "quá nhiều lần" in response.content.decode()


# ── At the same moment ───────────────────────────────────────────────────
def together(*acts: Callable[[], Any]) -> list[Any]:
    """Do things at the same moment, each on a connection of its own."""
    results: list[Any] = [None] * len(acts)
    start = threading.Barrier(len(acts))

    def run(place: int) -> None:
        try:
            start.wait(30)
            results[place] = acts[place]()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[place]) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


@pytest.mark.django_db(transaction=True)
def test_two_newcomers_at_once_who_are_one_person_get_one_account() -> None:
    keys = [("hien", "vneid"), ("hien", "vneid"), ("17", "dvcqg"), ("17", "dvcqg")]
    acts = [lambda one=one: create_account_of(person=person(*one)) for one in keys]
    results = together(*acts)

    assert len({account.pk for account in results}) == 1, results
    assert Account.objects.filter(national_id_verified_at__isnull=False).count() == 1
    assert SocialAccount.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_accounts_cannot_both_become_the_person_at_once() -> None:
    mine, other = typed(None), typed(None, phone="0912345679")
    results = together(
        lambda: connect_account(account=mine, person=person()),
        lambda: connect_account(account=other, person=person("17", provider="dvcqg")),
    )

    refused = [result for result in results if isinstance(result, IdentityProblem)]
    assert [one.problem for one in refused] == [OTHER_ACCOUNT], results
    assert Account.objects.filter(national_id_verified_at__isnull=False).count() == 1
