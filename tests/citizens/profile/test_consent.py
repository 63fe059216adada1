"""Giving and taking back consent on its page; being asked once, and never stopped."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from tenants.accounts.consent import ACCOUNT, SMS, consented, consents_of, give_consent
from tenants.accounts.models import Account, Consent

PAGE, CASES = "/tai-khoan-cua-toi/dong-y/", "/ho-so-cua-toi/"
ASKS = "Đọc và trả lời"


def test_the_page_says_that_filing_rests_on_the_law(text: Callable[[str], str]):
    page = text(PAGE)
    assert "không dựa trên sự đồng ý" in page
    assert page.count("Tôi đồng ý</button>") + page.count("Tôi đồng ý<span") == 2
    assert "checked" not in page


def test_an_optional_purpose_is_given_and_taken_back(browser: Client, lan: Account):
    browser.post(PAGE, {"give": SMS})
    assert consented(consents_of(lan.pk), SMS)
    assert "Rút lại" in browser.get(PAGE).content.decode()

    browser.post(PAGE, {"withdraw": SMS})
    assert consented(consents_of(lan.pk), SMS) is None
    assert "hết hiệu lực lúc" in browser.get(PAGE).content.decode()


def test_the_required_one_leads_to_closing_instead(browser: Client, lan: Account):
    give_consent(account=lan, purpose=ACCOUNT)

    page = browser.post(PAGE, {"withdraw": ACCOUNT}, follow=True).content.decode()
    assert "yêu cầu đóng tài khoản" in page
    assert consented(consents_of(lan.pk), ACCOUNT)


@pytest.mark.parametrize("data", [{"give": "x"}, {"withdraw": "\x00"}, {"give": "ế" * 5000}])
def test_a_purpose_that_does_not_exist_is_not_found(browser: Client, data: dict[str, str]):
    assert browser.post(PAGE, data).status_code == 404
    assert not Consent.objects.exists()


def test_ones_own_pages_ask_until_it_is_answered(browser: Client, text: Callable[[str], str]):
    assert ASKS in text(CASES)
    assert ASKS in text("/tai-khoan-cua-toi/")

    browser.post(PAGE, {"give": ACCOUNT})
    assert ASKS not in text(CASES)


def test_putting_it_off_asks_no_more_in_this_session(browser: Client, text: Callable[[str], str]):
    assert browser.post(PAGE, {"later": "1"})["Location"] == CASES
    assert ASKS not in text(CASES)
    assert not Consent.objects.exists()
