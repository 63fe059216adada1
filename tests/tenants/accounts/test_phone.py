"""Phone numbers as people write them."""

from __future__ import annotations

import pytest

from tenants.accounts.phone import PhoneNotValid, normalise_phone


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("0912345678", "0912345678"),
        ("0912 345 678", "0912345678"),
        ("0912.345.678", "0912345678"),
        ("+84912345678", "0912345678"),
        ("+84 0912 345 678", "0912345678"),
        ("84912345678", "0912345678"),
        ("0084-912-345-678", "0912345678"),
        ("(024) 3825 3536", "02438253536"),
    ],
)
def test_usual_spellings_are_one_number(typed: str, stored: str) -> None:
    assert normalise_phone(typed) == stored


@pytest.mark.parametrize(
    "typed", ["", "12345", "0012345678", "091234567", "091234567890", "+1 202 555 0100", "lan@a.vn"]
)
def test_what_cannot_be_a_vietnamese_number_is_refused(typed: str) -> None:
    with pytest.raises(PhoneNotValid, match="10 chữ số"):
        normalise_phone(typed)
