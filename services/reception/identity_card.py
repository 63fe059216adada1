"""The code on a Vietnamese identity card, read by a keyboard-wedge reader or from a picture.

Both cards in use carry fields between bars: the chip card of 2021 (căn cước công dân) ends with
the day of issue, ``number|older number|name|birth|sex|home|issued``; the card of 2024 (căn cước)
may go on with further fields, of which some are empty. Days are ``ddmmyyyy``. What readers and
keyboards do to the text on its way is mended where that is sure, and said where it is not.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from tenants.kit.national_id import check_national_id

# The longest real ones have some 300 characters.
MOST_CHARACTERS = 1000
_FEWEST_FIELDS, _MOST_FIELDS = 6, 20
# What a keyboard of another layout makes of the bar.
_BARS = ("|", "¦", "\\", "~", "÷")
_TYPED_BY_TELEX = re.compile(r"(?:aa|ee|oo|dd|[aou]w|[aeiouy][a-z]*[sfrxj]\b)", re.IGNORECASE)
_PAIRS = frozenset({"aa", "ee", "oo", "dd", "aw", "ow", "uw"})
_TYPED_BY_VNI = re.compile(r"[^\W\d_]\d|\d[^\W\d_]")
_SEXES = {"nam": "Nam", "nữ": "Nữ", "nu": "Nữ", "nuwx": "Nữ", "nu74": "Nữ", "nu47": "Nữ"}


class Marks(StrEnum):
    """What became of the Vietnamese marks of the letters on the way."""

    KEPT = "kept"
    LOST = "lost"
    MANGLED = "mangled"


class CardUnreadable(Exception):
    """The text is not that of an identity card; the sentence says what to do."""


@dataclass(frozen=True)
class IdentityCard:
    """What a card says. ``name`` and ``home`` are as read; see ``marks`` before using them."""

    number: str
    older_number: str
    name: str
    born_on: datetime.date | None
    sex: str
    home: str
    issued_on: datetime.date | None
    marks: Marks

    @property
    def is_sure(self) -> bool:
        """Whether name and home can be taken as they are."""
        return self.marks is Marks.KEPT


def parse_card(text: str) -> IdentityCard:
    """Read the text of a card's code. Raises ``CardUnreadable``."""
    cleaned = _cleaned(text)
    if not cleaned:
        raise CardUnreadable(_("Chưa có mã nào. Đặt con trỏ vào ô này rồi quét mã trên thẻ."))
    fields = _fields(cleaned)
    number = re.sub(r"\s", "", fields[0])
    if check_national_id(number):
        raise CardUnreadable(
            _(
                "Mã quét được không bắt đầu bằng số định danh đúng. Lau mặt thẻ rồi quét lại, "
                "hoặc gõ thông tin theo thẻ."
            )
        )
    return IdentityCard(
        number=number,
        older_number=re.sub(r"\D", "", fields[1]),
        name=_name(fields[2]),
        born_on=_day(fields[3]),
        sex=_SEXES.get(fields[4].casefold(), ""),
        home=fields[5],
        issued_on=_day(fields[6]) if len(fields) > 6 else None,
        marks=_marks(fields),
    )


def _cleaned(text: str) -> str:
    """The text without what is not its own: control characters, and wrongly decoded bytes."""
    decoded = _decoded_again(text[:MOST_CHARACTERS].strip())
    kept = "".join(ch if ch.isprintable() else " " for ch in decoded)
    return unicodedata.normalize("NFC", kept).strip()


def _decoded_again(text: str) -> str:
    """Undo what a reader does that sends each byte of UTF-8 as a letter of its own."""
    try:
        data = b"".join(bytes([ord(ch)]) if ord(ch) < 256 else ch.encode("cp1252") for ch in text)
        return data.decode()
    except UnicodeError:
        return text


def _fields(text: str) -> list[str]:
    for bar in _BARS:
        found = [field.strip() for field in text.split(bar)]
        if _FEWEST_FIELDS <= len(found) <= _MOST_FIELDS:
            return found
    if re.match(r"https?:", text):
        raise CardUnreadable(
            _(
                "Đây là mã dẫn tới một trang mạng, không phải mã trên thẻ căn cước. Quét mã ở "
                "mặt có ảnh hoặc mặt sau của thẻ."
            )
        )
    raise CardUnreadable(
        _(
            "Mã này không phải mã trên thẻ căn cước, hoặc mới quét được một phần. Quét lại, hoặc "
            "gõ thông tin theo thẻ."
        )
    )


def _day(text: str) -> datetime.date | None:
    digits = re.sub(r"\D", "", text)
    if len(digits) != 8 or not digits.isascii():
        return None
    try:
        return datetime.date(int(digits[4:]), int(digits[2:4]), int(digits[:2]))
    except ValueError:
        return None


def _name(text: str) -> str:
    """The name with capitals where names have them; cards print some in capitals throughout."""
    words = " ".join(text.split())
    return words.title() if words.isupper() else words


def _marks(fields: list[str]) -> Marks:
    """Whether letters came with their marks: by the word for the sex, and by the name."""
    name, sex, home = fields[2], fields[4].casefold(), fields[5]
    if sex not in ("nam", "nữ", "nu", ""):
        return Marks.MANGLED
    if any(ch.isdigit() for ch in name) and _TYPED_BY_VNI.search(name):
        return Marks.MANGLED
    if not f"{name}{sex}{home}".isascii():
        return Marks.KEPT
    typed = _TYPED_BY_TELEX.findall(f"{name} {home}")
    # An ordinary name may look so once; keys of Telex are in most words.
    if len(typed) >= 2 and any(found[:2].casefold() in _PAIRS for found in typed):
        return Marks.MANGLED
    return Marks.LOST
