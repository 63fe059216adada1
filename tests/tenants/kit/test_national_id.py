import datetime

import pytest

from tenants.kit.national_id import (
    birth_year,
    check_national_id,
    mask_national_id,
    mask_numbers_in,
)

TODAY = datetime.date(2026, 11, 22)


@pytest.mark.parametrize("value", ["001090012345", "079301000001", "001226000001", "101085123456"])
def test_a_number_that_can_be_right_has_no_problems(value: str):
    assert check_national_id(value, today=TODAY) == []


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("00109001234", "12 chữ số"),
        ("0010900123456", "12 chữ số"),
        ("00109001234a", "12 chữ số"),
        ("٠٠١٠٩٠٠١٢٣٤٥", "12 chữ số"),
        ("003090012345", "mã tỉnh"),
        ("000090012345", "mã tỉnh"),
        ("001227012345", "chưa tới"),
        ("001900012345", "chưa tới"),
    ],
)
def test_a_number_that_cannot_be_right_says_why(value: str, problem: str):
    (said,) = check_national_id(value, today=TODAY)
    assert problem in said


def test_the_year_of_birth_is_in_the_number():
    assert birth_year("001090012345") == 1990
    assert birth_year("001205012345") == 2005


def test_a_masked_number_shows_its_ends_only():
    assert mask_national_id("001090012345") == "001******345"
    assert mask_national_id("12345") == "*****"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("CCCD 001090012345.jpg", "CCCD 001******345.jpg"),
        ("cmnd_012345678 mặt trước.pdf", "cmnd_012***678 mặt trước.pdf"),
        ("số 001 090 012 345, cấp 2021", "số 001*********345, cấp 2021"),
        ("IMG_20261122_093011.jpg", "IMG_20261122_093011.jpg"),
        ("gọi 0912345678", "gọi 0912345678"),
    ],
)
def test_numbers_in_a_text_are_masked(text: str, masked: str) -> None:
    assert mask_numbers_in(text) == masked
