"""Personal identity numbers: twelve digits (Thông tư 59/2021/TT-BCA, Điều 3 and 4)."""

from __future__ import annotations

import datetime
import re

from django.utils import timezone
from django.utils.translation import gettext as _

# Codes of the 63 provinces of birth registration; they live on after the merges of 2025.
# From 100 on they are countries.
# fmt: off
_PROVINCES = frozenset({
    1, 2, 4, 6, 8, 10, 11, 12, 14, 15, 17, 19, 20, 22, 24, 25, 26, 27, 30, 31, 33, 34, 35, 36,
    37, 38, 40, 42, 44, 45, 46, 48, 49, 51, 52, 54, 56, 58, 60, 62, 64, 66, 67, 68, 70, 72,
    74, 75, 77, 79, 80, 82, 83, 84, 86, 87, 89, 91, 92, 93, 94, 95, 96,
})
# fmt: on
_FIRST_COUNTRY = 100
_FIRST_CENTURY = 1900


# Twelve digits, or the nine of older cards, also in groups.
_IN_TEXT = re.compile(r"(?<!\d)(?:\d(?:[ .]?\d){11}|\d(?:[ .]?\d){8})(?!\d)")


def check_national_id(value: str, *, today: datetime.date | None = None) -> list[str]:
    """Return what is wrong with an identity number, in sentences; nothing when it can be right.

    There is no check digit, so a number without problems may still be somebody else's.
    """
    if not re.fullmatch(r"[0-9]{12}", value):
        return [_("Số định danh gồm đúng 12 chữ số.")]
    problems = []
    if (place := int(value[:3])) not in _PROVINCES and place < _FIRST_COUNTRY:
        problems.append(_("Ba chữ số đầu không phải mã tỉnh hay mã nước nơi đăng ký khai sinh."))
    if birth_year(value) > (today or timezone.localdate()).year:
        problems.append(_("Chữ số thứ tư đến thứ sáu cho ra năm sinh chưa tới."))
    return problems


def birth_year(value: str) -> int:
    """Return the year of birth that a well-formed number carries."""
    return _FIRST_CENTURY + int(value[3]) // 2 * 100 + int(value[4:6])


def mask_national_id(value: str) -> str:
    """Return the number for lists and logs: only its first and last three digits are shown."""
    if len(value) <= 6:
        return "*" * len(value)
    return f"{value[:3]}{'*' * (len(value) - 6)}{value[-3:]}"


def mask_numbers_in(text: str) -> str:
    """Return a text in which whatever may be an identity number is masked."""
    return _IN_TEXT.sub(lambda found: mask_national_id(found[0]), text)
