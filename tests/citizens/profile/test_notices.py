"""One's notices of all communes, and the ways by which one wishes to be told."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client

from tenants.accounts.consent import SMS, give_consent
from tenants.accounts.models import Account
from tenants.accounts.proving.contacts import vouch_for
from tenants.communes.current import CommuneInfo, in_commune
from tenants.notices.notices import notify, takes_letters, unread_of_citizen
from tests.factories import make_account

PAGE, WAYS = "/tai-khoan-cua-toi/thong-bao/", "/tai-khoan-cua-toi/thong-bao/cach-nhan/"


def tell(account: Account, commune: CommuneInfo, title: str) -> None:
    with in_commune(commune.code):
        notify(
            account_id=account.pk,
            commune_code=commune.code,
            subject_id=uuid4(),
            code="H26-1",
            kind="filed",
            title=title,
            body="Dòng một.\nDòng hai.",
            path="/ho-so/H26-1/",
        )


def test_they_come_from_all_communes_with_the_way_to_each_case(
    text: Callable[[str], str], lan: Account, ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo
):
    tell(lan, ba_dinh, "Tin từ Ba Đình")
    tell(lan, ngoc_ha, "Tin từ Ngọc Hà")
    tell(make_account(), ngoc_ha, "Tin của người khác")
    page = text(PAGE)
    assert page.index("Tin từ Ngọc Hà") < page.index("Tin từ Ba Đình")
    assert f"//{ba_dinh.host}/ho-so/H26-1/" in page
    assert "Tin của người khác" not in page


def test_opening_the_page_is_reading_them(
    text: Callable[[str], str], browser: Client, lan: Account, ba_dinh: CommuneInfo
):
    tell(lan, ba_dinh, "Tin mới")
    assert "1 mới" in text("/ho-so-cua-toi/")
    browser.head(PAGE)
    assert unread_of_citizen(lan.pk) == 1
    assert "mới</span>" in text(PAGE)
    assert unread_of_citizen(lan.pk) == 0
    assert "1 mới" not in text("/ho-so-cua-toi/")


def test_a_long_list_is_in_pages(text: Callable[[str], str], lan: Account, ba_dinh: CommuneInfo):
    for number in range(31):
        tell(lan, ba_dinh, f"Tin số {number}.")
    assert "Tin số 0." not in text(PAGE)
    assert "?trang=2" in text(PAGE)
    assert "Tin số 0." in text(f"{PAGE}?trang=2")


@pytest.mark.parametrize("number", ["0", "-1", "x", "²", "99999999999999999999"])
def test_a_page_that_does_not_exist_is_the_first_or_empty(text: Callable[[str], str], number: str):
    assert "Thông báo của tôi" in text(f"{PAGE}?trang={number}")


def test_letters_are_turned_off_and_on(browser: Client, lan: Account, text: Callable[[str], str]):
    vouch_for(lan)
    assert "được gửi đến lan@vidu.vn" in text(WAYS)
    browser.post(WAYS, {"email": "0"})
    assert not takes_letters(lan.pk)
    assert "Chỉ những thông báo mà pháp luật buộc" in text(WAYS)
    browser.post(WAYS, {"email": "1"})
    assert takes_letters(lan.pk)


def test_messages_lead_to_the_words_of_consent(lan: Account, text: Callable[[str], str]):
    assert "chỉ được gửi khi anh/chị đồng ý" in text(WAYS)
    give_consent(account=lan, purpose=SMS)
    assert "đồng ý nhận tin nhắn ở số 0912345678" in text(WAYS)
