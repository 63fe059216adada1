"""Consent: asked for by purpose, recorded with its version and time, taken back, never edited."""

from __future__ import annotations

import datetime
import hashlib
from dataclasses import replace

import pytest
from django.utils import timezone, translation

from tenants.accounts import consent
from tenants.accounts.consent import (
    ACCOUNT,
    SMS,
    WORDINGS,
    ConsentNotOptional,
    consented,
    consents_of,
    current_wording,
    give_consent,
    unanswered,
    withdraw_consent,
    wording_of,
)
from tenants.accounts.models import Account, Consent


@pytest.fixture
def lan(db: None) -> Account:
    return Account.objects.create_account(full_name="Lê Thị Lan", phone="0912345678")


def test_nobody_has_agreed_to_anything_by_default(lan: Account):
    assert consents_of(lan.pk) == []
    assert [wording.purpose for wording in unanswered(lan.pk)] == [ACCOUNT]


def test_agreeing_keeps_the_version_and_the_time_and_twice_is_once(lan: Account):
    before = timezone.now() - datetime.timedelta(minutes=1)
    give_consent(account=lan, purpose=ACCOUNT)
    give_consent(account=lan, purpose=ACCOUNT)

    (given,) = consents_of(lan.pk)
    assert (given.version, given.withdrawn_at) == (current_wording(ACCOUNT).version, None)
    assert given.given_at > before
    assert unanswered(lan.pk) == []


def test_one_persons_consent_is_not_anothers(lan: Account):
    other = Account.objects.create_account(full_name="Trần Văn An", phone="0987654321")
    give_consent(account=other, purpose=SMS)
    withdraw_consent(account=lan, purpose=SMS)

    assert consented(consents_of(lan.pk), SMS) is None
    assert consented(consents_of(other.pk), SMS)


def test_an_optional_consent_is_withdrawn_and_given_anew_and_all_stays_written(lan: Account):
    give_consent(account=lan, purpose=SMS)
    withdraw_consent(account=lan, purpose=SMS)
    assert consented(consents_of(lan.pk), SMS) is None

    give_consent(account=lan, purpose=SMS)
    assert consented(consents_of(lan.pk), SMS)
    assert [bool(one.withdrawn_at) for one in consents_of(lan.pk)] == [False, True]


def test_what_the_account_rests_on_ends_with_the_account_alone(lan: Account):
    give_consent(account=lan, purpose=ACCOUNT)

    with pytest.raises(ConsentNotOptional, match="đóng tài khoản"):
        withdraw_consent(account=lan, purpose=ACCOUNT)
    assert consented(consents_of(lan.pk), ACCOUNT)


def test_a_new_version_is_asked_for_and_the_old_words_stay_known(
    lan: Account, monkeypatch: pytest.MonkeyPatch
):
    old = give_consent(account=lan, purpose=ACCOUNT)
    newer = replace(current_wording(ACCOUNT), version="2027-01-01", text_vi="Lời mới.")
    monkeypatch.setattr(consent, "WORDINGS", (newer, *WORDINGS))

    assert unanswered(lan.pk) == [newer]
    give_consent(account=lan, purpose=ACCOUNT)
    assert unanswered(lan.pk) == []
    old.refresh_from_db()
    assert old.withdrawn_at
    assert wording_of(old) == WORDINGS[0]


def test_a_purpose_that_does_not_exist_is_nobodys(lan: Account):
    with pytest.raises(KeyError):
        give_consent(account=lan, purpose="marketing")
    assert not Consent.objects.exists()


def test_wordings_are_dated_unique_and_in_both_languages():
    keys = [(one.purpose, one.version) for one in WORDINGS]
    assert len(set(keys)) == len(keys)
    for one in WORDINGS:
        assert one.version == one.published_on.isoformat()
        with translation.override("en"):
            assert (one.title, one.text) == (one.title_en, one.text_en)
        assert (one.title, one.text) == (one.title_vi, one.text_vi)
        assert len(one.version) <= 20
        assert len(one.purpose) <= 40


def digest(wording: consent.Wording) -> str:
    words = (wording.title_vi, wording.text_vi, wording.title_en, wording.text_en)
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:16]


# What people agreed to: a digest that changes says that a published wording was edited.
PUBLISHED = {
    ("account", "2026-11-01"): "ce6c9f9c23d82bb2",
    ("notices_sms", "2026-11-01"): "bb19aadca28674a5",
}


def test_a_published_wording_is_never_edited():
    assert {(one.purpose, one.version): digest(one) for one in WORDINGS} == PUBLISHED
