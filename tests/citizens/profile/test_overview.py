"""What a person sees of themselves, and corrects."""

from __future__ import annotations

import datetime
import unicodedata
from collections.abc import Callable

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st

from citizens.profile.forms import CorrectionForm
from tenants.accounts.models import Account
from tenants.communes.current import CommuneInfo, in_commune
from tests.citizens.profile.conftest import NUMBER, sign_in
from tests.factories import make_account, make_case

HOME, CORRECT = "/tai-khoan-cua-toi/", "/tai-khoan-cua-toi/sua/"
TYPED = {
    "full_name": "Lê Thị Lan",
    "birth_date_day": "2",
    "birth_date_month": "3",
    "birth_date_year": "1985",
    "national_id": NUMBER,
    "address": "Số 1, Phường Ba Đình",
}


def test_everything_in_the_account_is_shown_and_the_number_only_when_asked_for(
    text: Callable[[str], str],
):
    page = text(HOME)
    for part in ("Lê Thị Lan", "02/03/1985", "0912345678", "lan@vidu.vn", "001******345"):
        assert part in page
    assert NUMBER not in page
    assert NUMBER in text(f"{HOME}?so=hien")


def test_cases_of_all_communes_are_counted_and_a_strangers_are_not(
    text: Callable[[str], str], lan: Account, ba_dinh: CommuneInfo
):
    with in_commune(ba_dinh.code):
        make_case(up_to="registered", account=lan)
        make_case(up_to="registered", account=make_account("Trần Văn Lạ"))

    assert "đã nộp 1 hồ sơ" in text(HOME)


def test_a_correction_is_kept_and_leads_back(browser: Client, lan: Account):
    typed = {**TYPED, "full_name": "Lê  Thị Lãn", "birth_date_day": "12", "national_id": ""}
    answer = browser.post(CORRECT, {**typed, "address": " Số 2,\u200b  Phố Huế "})

    assert answer["Location"] == HOME
    lan.refresh_from_db()
    assert (lan.full_name, lan.birth_date) == ("Lê Thị Lãn", datetime.date(1985, 3, 12))
    assert (lan.national_id, lan.national_id_index) == (None, "")
    assert lan.address == "Số 2, Phố Huế"


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        ("full_name", "", "họ và tên"),
        ("birth_date_year", "2999", "Năm ghi đủ bốn chữ số"),
        ("birth_date_month", "13", "12 tháng"),
        ("birth_date_day", "", "Còn thiếu ngày"),
        ("national_id", "0001234", "đang ghi 7 chữ số"),
        ("national_id", "003185012345", "mã tỉnh"),
        # The number of an invoice: right in length, not in kind.
        ("national_id", "HD0001234567", "không có chữ cái"),
        ("address", "x" * 251, "250 ký tự"),
    ],
)
def test_what_cannot_be_is_explained_and_nothing_changes(
    browser: Client, lan: Account, field: str, typed: str, message: str
):
    answer = browser.post(CORRECT, {**TYPED, "address": "Khác", field: typed})

    assert answer.status_code == 422
    assert message in answer.content.decode()
    lan.refresh_from_db()
    assert (lan.address, lan.national_id) == ("Số 1, Phường Ba Đình", NUMBER)


def test_who_was_vouched_for_corrects_the_address_alone(lan: Account):
    lan.national_id_verified_at = timezone.now()
    lan.save()
    browser = sign_in(lan)
    page = browser.get(CORRECT).content.decode()
    assert "Công an xã" in page
    assert 'name="full_name"' not in page

    browser.post(CORRECT, {**TYPED, "full_name": "Người Khác", "national_id": "", "address": "Mới"})
    lan.refresh_from_db()
    assert (lan.full_name, lan.national_id, lan.address) == ("Lê Thị Lan", NUMBER, "Mới")


def test_a_number_vouched_for_meanwhile_is_not_written_over(lan: Account):
    from tenants.accounts.correction import correct_account

    Account.objects.filter(pk=lan.pk).update(national_id_verified_at=timezone.now())
    correct_account(account=lan, full_name="X", birth_date=None, address="Mới", national_id=None)
    lan.refresh_from_db()
    assert (lan.full_name, lan.national_id, lan.address) == ("Lê Thị Lan", NUMBER, "Mới")


ANYTHING = st.text(max_size=300)


@given(st.fixed_dictionaries({name: ANYTHING for name in TYPED}))
@example({**TYPED, "birth_date_day": "٢"})
@example({**TYPED, "full_name": unicodedata.normalize("NFD", "Lê Thị Lan")})
@example({**TYPED, "national_id": "\x00" * 12})
@example({name: "9" * 20_000 for name in TYPED})
def test_whatever_is_typed_is_taken_in_stored_form_or_refused(typed: dict[str, str]):
    data = QueryDict(mutable=True)
    data.update(typed)
    form = CorrectionForm(data, account=Account(full_name="Lê Thị Lan"))

    if form.is_valid():
        corrected = form.corrected()
        name, number = corrected["full_name"], corrected["national_id"]
        assert 0 < len(name) <= 120
        assert unicodedata.is_normalized("NFC", name)
        assert number is None or (len(number) == 12 and number.isascii() and number.isdigit())
        assert len(corrected["address"]) <= 250
        assert "\x00" not in corrected["address"] + name
        born = corrected["birth_date"]
        assert born is None or datetime.date(1850, 1, 1) <= born <= timezone.localdate()
    else:
        assert all(errors for errors in form.errors.values())
    assert "</form" not in form.as_p()
