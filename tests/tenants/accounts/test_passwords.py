"""Which passwords are refused because people here would try them first."""

from __future__ import annotations

import pytest
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from tenants.accounts.fields import check_new_password


@pytest.mark.parametrize(
    "password",
    ["xaso2026", "Xã Số 2026!", "matkhau@123", "Mật khẩu xã số", "congdan.vneid", "0912345678",
     "001190000017", "14031990", "ubnd-phuong-01"],
)  # fmt: skip
def test_words_of_the_place_and_a_persons_numbers_are_refused(password: str) -> None:
    with pytest.raises(forms.ValidationError) as refused:
        check_new_password(password)

    assert "quá dễ đoán" in str(refused.value)


@pytest.mark.parametrize(
    "password",
    ["con mèo của xã số thích ngủ", "tre xanh 0912345678", "8402713951648203", "hoa sen trắng"],
)
def test_they_may_be_part_of_a_longer_one(password: str) -> None:
    check_new_password(password)


def test_the_rule_is_in_force_wherever_passwords_are_chosen() -> None:
    with pytest.raises(ValidationError):
        validate_password("xaso2026")
