"""Personal identity numbers: twelve digits (Thông tư 59/2021/TT-BCA, Điều 3 and 4)."""

from __future__ import annotations

import datetime
import re

from django.utils import timezone
from django.utils.translation import gettext as _

# Codes of the 63 provinces of birth registration; they live on after the merges of 2025.
# From 100 on they are countries.
_PROVINCES = frozenset(
    "001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 033 034 "
    "035 036 037 038 040 042 044 045 046 048 049 051 052 054 056 058 060 062 064 066 067 068 "
    "070 072 074 075 077 079 080 082 083 084 086 087 089 091 092 093 094 095 096".split()
)
_FIRST_COUNTRY = 100
_FIRST_CENTURY = 1900


def check_national_id(value: str, *, today: datetime.date | None = None) -> list[str]:
    """Return what is wrong with an identity number, in sentences; nothing when it can be right.

    There is no check digit, so a number without problems may still be somebody else's.
    """
    if not re.fullmatch(r"[0-9]{12}", value):
        return [_("Số định danh gồm đúng 12 chữ số.")]
    problems = []
    if value[:3] not in _PROVINCES and int(value[:3]) < _FIRST_COUNTRY:
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
