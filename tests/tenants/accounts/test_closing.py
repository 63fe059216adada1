"""Closing an account: asked for, undone, and what is left when it is done."""

from __future__ import annotations

import datetime

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from tenants.accounts.closing import (
    CLOSED_NAME,
    THINKING_DAYS,
    ClosingRefused,
    accounts_to_close,
    ask_closing,
    close_account,
    closing_day,
    undo_closing,
)
from tenants.accounts.consent import ACCOUNT, consents_of, give_consent
from tenants.accounts.models import Account, DeskSession

NUMBER = "001085012345"


@pytest.fixture
def lan(db: None) -> Account:
    account = Account.objects.create_account(
        full_name="Lê Thị Lan",
        phone="0912345678",
        email="lan@vidu.vn",
        password="một câu dài dễ nhớ",
        national_id=NUMBER,
        birth_date=datetime.date(1985, 3, 2),
        address="Số 1, Phường Ba Đình",
    )
    account.phone_verified_at = account.national_id_verified_at = timezone.now()
    account.assurance_level = 2
    account.save()
    return account


def asked(account: Account, *, days_ago: int) -> Account:
    account.closing_asked_at = timezone.now() - datetime.timedelta(days=days_ago)
    account.save(update_fields=["closing_asked_at"])
    return account


def open_desk_of(account: Account) -> None:
    now = timezone.now()
    DeskSession.objects.create(
        account_id=account.pk, commune_code="00004", opened_at=now, last_seen_at=now
    )


def test_asking_again_moves_no_date_and_undoing_forgets_it(lan: Account):
    assert closing_day(lan) is None
    asked(lan, days_ago=5)
    day = timezone.localdate() + datetime.timedelta(days=THINKING_DAYS - 5)

    ask_closing(account=lan)
    lan.refresh_from_db()
    assert closing_day(lan) == day

    undo_closing(account=lan)
    lan.refresh_from_db()
    assert closing_day(lan) is None


@pytest.mark.parametrize(("days", "due"), [(0, False), (29, False), (30, True), (400, True)])
def test_an_account_is_due_on_the_day_that_the_page_names(lan: Account, days: int, due: bool):
    asked(lan, days_ago=days)

    assert (timezone.localdate() >= (closing_day(lan) or datetime.date.max)) is due
    assert list(accounts_to_close()) == ([lan] if due else [])


def test_operators_and_people_at_a_desk_cannot_ask(lan: Account):
    operator = Account.objects.create_account(
        full_name="Vận hành", email="v@h.vn", is_operator=True
    )
    open_desk_of(lan)

    for account in (operator, lan):
        with pytest.raises(ClosingRefused, match="thôi việc"):
            ask_closing(account=account)
    asked(operator, days_ago=99)
    assert list(accounts_to_close()) == []


def test_a_closed_account_holds_nothing_of_its_person_and_nobody_comes_in(lan: Account):
    client = Client(SERVER_NAME=settings.BASE_DOMAIN)
    client.force_login(lan)
    key = client.session.session_key or ""
    UserSession.objects.update_or_create(
        session_key=key, defaults={"user": lan, "ip": "127.0.0.1", "user_agent": "x"}
    )
    EmailAddress.objects.create(user=lan, email="lan@vidu.vn", verified=True)
    Authenticator.objects.create(user=lan, type=Authenticator.Type.TOTP, data={})
    SocialAccount.objects.create(user=lan, provider="vneid", uid=NUMBER)
    give_consent(account=lan, purpose=ACCOUNT)
    asked(lan, days_ago=31)
    open_desk_of(lan)

    assert close_account(account=lan)

    closed = Account.objects.get(pk=lan.pk)
    assert {field.name: getattr(closed, field.name) for field in closed._meta.concrete_fields} == {
        "id": lan.pk,
        "full_name": CLOSED_NAME,
        "email": f"{lan.pk}@da-dong.invalid",
        "phone": None,
        "national_id": None,
        "national_id_index": "",
        "birth_date": None,
        "address": "",
        "is_active": False,
        "is_operator": False,
        "date_joined": lan.date_joined,
        "phone_verified_at": None,
        "national_id_verified_at": None,
        "assurance_level": 0,
        "closing_asked_at": closed.closing_asked_at,
        "password": closed.password,
    }
    assert not closed.has_usable_password()
    for model in (EmailAddress, Authenticator, SocialAccount, UserSession):
        assert not model.objects.filter(user=lan).exists()
    assert not DeskSession.objects.filter(account_id=lan.pk).exists()
    assert not Session.objects.filter(session_key=key).exists()
    assert all(one.withdrawn_at for one in consents_of(lan.pk))
    assert client.get("/ho-so-cua-toi/").status_code == 302
    assert not client.login(phone="0912345678", password="một câu dài dễ nhớ")


def test_the_person_may_sign_up_anew_with_the_same_number(lan: Account):
    close_account(account=asked(lan, days_ago=31))

    again = Account.objects.create_account(full_name="Lê Thị Lan", phone="0912345678")
    assert again.pk != lan.pk


def test_who_has_changed_their_mind_keeps_the_account(lan: Account):
    stale = asked(lan, days_ago=31)
    undo_closing(account=lan)

    assert not close_account(account=stale)
    lan.refresh_from_db()
    assert (lan.phone, lan.is_active) == ("0912345678", True)
