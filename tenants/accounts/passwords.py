"""Passwords that are guessed first here: words of the place, and numbers of a person."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tenants.kit.text import fold

# What stands on the pages where the password is typed, without accents and spaces.
WORDS_OF_THE_PLACE = (
    "xaso", "vneid", "dichvucong", "thutuc", "hanhchinh", "motcua", "hoso", "matkhau", "dangnhap",
    "congdan", "canbo", "congchuc", "quantri", "lanhdao", "vanthu", "phuong", "dackhu", "uyban",
    "ubnd", "vietnam",
)  # fmt: skip
# A phone number, an identity number, a date: whoever knows the person knows these.
_LONGEST_NUMBER = 12
_OF_ITS_OWN = 4


class WordsOfThePlaceValidator:
    """Refuses a password that is little more than such words, or a number of the person's.

    Whatever else is in it counts: words of the place may be part of a longer password.
    """

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError for a password of little but these words."""
        if password.isdecimal() and len(password) <= _LONGEST_NUMBER:
            raise self._refusal()
        plain = re.sub(r"[\W\d_]", "", fold(password))
        left = plain
        for word in WORDS_OF_THE_PLACE:
            left = left.replace(word, "")
        if left != plain and len(left) < _OF_ITS_OWN:
            raise self._refusal()

    def get_help_text(self) -> str:
        """Return what to keep away from, for whoever lists the rules."""
        return _("Ít nhất 8 ký tự. Đừng dùng ngày sinh, số điện thoại hay 12345678.")

    def _refusal(self) -> ValidationError:
        # The sentence of common passwords (fields) says what to do.
        return ValidationError(self.get_help_text(), code="password_too_common")
