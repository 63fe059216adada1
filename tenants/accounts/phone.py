"""Vietnamese phone numbers as people type them, in one stored form."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

_SEPARATORS = re.compile(r"[\s.\-()/]+")
# Ten digits for mobile phones and most fixed lines, eleven for fixed lines of the long provinces.
_STORED = re.compile(r"0[1-9][0-9]{8,9}")


class PhoneNotValid(ValueError):
    """The text cannot be a Vietnamese phone number."""

    def __init__(self) -> None:
        super().__init__(_("Số điện thoại gồm 10 chữ số và bắt đầu bằng 0. Ví dụ: 0912 345 678."))


def normalise_phone(text: str) -> str:
    """Return the number as `0xxxxxxxxx`, from forms like `+84 912 345 678` or `0912.345.678`.

    Raises PhoneNotValid when the text cannot be a Vietnamese number.
    """
    digits = _SEPARATORS.sub("", text.strip())
    if digits.startswith("+84"):
        digits = "0" + digits[3:].removeprefix("0")
    elif digits.startswith("0084"):
        digits = "0" + digits[4:].removeprefix("0")
    elif digits.startswith("84") and len(digits) in (11, 12):
        digits = "0" + digits[2:]
    if not _STORED.fullmatch(digits):
        raise PhoneNotValid
    return digits
