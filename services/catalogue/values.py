"""From what a person typed to an answer: one function for each type of field.

Whatever arrives is bounded before it is looked at. An answer is JSON-ready: dates are ISO text
(a partial date may end after the year or the month), money and numbers are integers, choices
are the option's value, a commune is its code. Nothing typed gives ``None``. What cannot be
taken raises InvalidAnswer with a sentence that says how to mend it.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from services.catalogue.expressions import EarliestDay
from services.catalogue.schema import FieldSpec
from services.catalogue.words import grouped
from tenants.kit.national_id import check_national_id

MAX_TEXT = 200
MAX_LONG_TEXT = 2000
# Nothing longer than this is even normalised; the widest long_text is below it.
MAX_RAW = 20_000
MIN_YEAR = 1850
MAX_YEAR = 2100
MAX_NUMBER = 10**12

JSONValue = str | int | bool | None | list[str]


class InvalidAnswer(ValueError):
    """An answer that cannot be taken; ``part`` names the box of a date that is wrong."""

    def __init__(self, message: str, part: str = "") -> None:
        super().__init__(message)
        self.part = part


_DROPPED = {"Cc", "Cf", "Cs", "Co", "Cn"}


def clean_text(raw: str, *, lines: bool = False) -> str:
    """NFC, trimmed, no control or invisible characters; one space between words."""
    text = unicodedata.normalize("NFC", raw[:MAX_RAW].replace("\r\n", "\n").replace("\r", "\n"))
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    text = text.replace("\t", " ")
    if not lines:
        text = text.replace("\n", " ")
    kept = "".join(c for c in text if c == "\n" or unicodedata.category(c) not in _DROPPED)
    if lines:
        return "\n".join(" ".join(line.split()) for line in kept.split("\n")).strip()
    return " ".join(kept.split())


@lru_cache(maxsize=512)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


def parse_text(spec: FieldSpec, raw: str) -> str | None:
    """A line, or several for ``long_text``."""
    is_long = spec.type == "long_text"
    text = clean_text(raw, lines=is_long)
    if not text:
        return None
    limit = spec.max_length or (MAX_LONG_TEXT if is_long else MAX_TEXT)
    if len(text) > limit or len(raw) > MAX_RAW:
        raise InvalidAnswer(
            _("Chỗ này ghi được nhiều nhất %(limit)s ký tự. Anh/chị viết ngắn lại.")
            % {"limit": grouped(limit)}
        )
    if spec.pattern and not _pattern(spec.pattern).fullmatch(text):
        raise InvalidAnswer(spec.pattern_message or _("Anh/chị xem lại cách ghi."))
    return text


def _digits(raw: str, extra: str) -> str | None:
    """The ASCII digits of a short text in which only the ``extra`` characters may stand."""
    text = unicodedata.normalize("NFKC", raw[:60]).strip()
    kept = "".join(c for c in text if c not in extra and not c.isspace())
    return kept if kept.isascii() and kept.isdecimal() else None


def parse_number(spec: FieldSpec, raw: str) -> int | None:
    """A whole number within the field's bounds."""
    if not raw.strip():
        return None
    digits = _digits(raw, ".,")
    if digits is None or len(digits) > 13 or int(digits) > MAX_NUMBER:
        raise InvalidAnswer(_("Anh/chị ghi bằng chữ số, ví dụ: 2."))
    return _bounded(spec, int(digits), unit="")


def parse_money(spec: FieldSpec, raw: str) -> int | None:
    """An amount in đồng: ``8.000``, ``8 000`` or ``8,000đ``."""
    if not raw.strip():
        return None
    plain = re.sub(r"(đồng|vnd|đ|₫)\s*$", "", raw[:60].strip().lower())
    digits = _digits(plain, ".,")
    if digits is None or len(digits) > 13 or int(digits) > MAX_NUMBER:
        raise InvalidAnswer(_("Anh/chị ghi số tiền bằng chữ số, ví dụ: 50.000.000."))
    return _bounded(spec, int(digits), unit=" đồng")


def _bounded(spec: FieldSpec, number: int, *, unit: str) -> int:
    if spec.min is not None and number < spec.min:
        raise InvalidAnswer(
            _("Ít nhất là %(least)s. Anh/chị ghi lại.") % {"least": grouped(spec.min) + unit}
        )
    if spec.max is not None and number > spec.max:
        raise InvalidAnswer(
            _("Nhiều nhất là %(most)s. Anh/chị ghi lại.") % {"most": grouped(spec.max) + unit}
        )
    return number


# ── Dates and times ──────────────────────────────────────────────────────


def _date_part(raw: str) -> int | None:
    digits = _digits(raw, "")
    return int(digits) if digits and len(digits) <= 4 else None


def parse_date(spec: FieldSpec, parts: tuple[str, str, str], today: dt.date) -> str | None:
    """A day (or, for ``partial_date``, a year or a month) from three boxes, as ISO text."""
    day_text, month_text, year_text = (part.strip() for part in parts)
    if not (day_text or month_text or year_text):
        return None
    partial = spec.type == "partial_date"
    _check_complete(day_text, month_text, year_text, partial=partial)
    year = _date_part(year_text)
    if year is None or not MIN_YEAR <= year <= MAX_YEAR:
        raise InvalidAnswer(_("Năm ghi đủ bốn chữ số, ví dụ: 1985."), "year")
    month = _date_part(month_text) if month_text else None
    if month_text and (month is None or not 1 <= month <= 12):
        raise InvalidAnswer(_("Một năm chỉ có 12 tháng. Anh/chị xem lại tháng."), "month")
    day = _date_part(day_text) if day_text else None
    if day_text and month:
        day = _check_day(day, month, year)
    if spec.past and dt.date(year, month or 1, day or 1) > today:
        raise InvalidAnswer(_("Ngày này chưa đến. Anh/chị xem lại ngày trên giấy."), "year")
    text = f"{year:04d}"
    if month:
        text += f"-{month:02d}"
    return f"{text}-{day:02d}" if day else text


def _check_complete(day: str, month: str, year: str, *, partial: bool) -> None:
    if partial:
        if not year:
            raise InvalidAnswer(_("Còn thiếu năm. Không nhớ ngày, tháng thì chỉ ghi năm."), "year")
        if day and not month:
            raise InvalidAnswer(_("Còn thiếu tháng. Không nhớ tháng thì chỉ ghi năm."), "month")
        return
    named = (("day", day, _("ngày")), ("month", month, _("tháng")), ("year", year, _("năm")))
    missing = [(key, name) for key, value, name in named if not value]
    if missing:
        names = ", ".join(name for _key, name in missing)
        raise InvalidAnswer(
            _("Còn thiếu %(parts)s. Anh/chị ghi đủ ngày, tháng, năm.") % {"parts": names},
            missing[0][0],
        )


def _check_day(day: int | None, month: int, year: int) -> int:
    last = calendar.monthrange(year, month)[1]
    if day is None or day < 1:
        raise InvalidAnswer(_("Ngày ghi bằng số, từ 1 đến 31."), "day")
    if day > last:
        month_name = (
            _("Tháng 2 năm %(year)s") % {"year": year}
            if month == 2
            else _("Tháng %(month)s") % {"month": month}
        )
        raise InvalidAnswer(
            _("%(month)s chỉ có %(last)s ngày. Anh/chị xem lại ngày trên giấy.")
            % {"month": month_name, "last": last},
            "day",
        )
    return day


def split_date(text: str) -> tuple[str, str, str]:
    """The three boxes for a stored or typed date: ISO, ``2/11/2026``, ``11/2026`` or ``2026``."""
    text = text[:40].strip()
    if re.fullmatch(r"\d{4}(-\d{1,2}){0,2}", text):
        pieces = text.split("-")[::-1]
    else:
        pieces = [p for p in re.split(r"[/.\- ]+", text) if p]
    if len(pieces) > 3:
        return text, "", ""
    padded = [""] * (3 - len(pieces)) + pieces
    return padded[0], padded[1], padded[2]


def earliest_day(text: str) -> dt.date | None:
    """The first day a stored date can mean; ``None`` when it is not a date.

    It is an ``EarliestDay`` when the day or the month is not known.
    """
    if not re.fullmatch(r"\d{4}(-\d\d){0,2}", text):
        return None
    year, month, day = (*map(int, text.split("-")), 1, 1)[:3]
    kind = dt.date if len(text) == 10 else EarliestDay
    try:
        return kind(year, month, day)
    except ValueError:
        return None


def parse_time(spec: FieldSpec, raw: str) -> str | None:
    """A time of day as ``HH:MM``; ``435``, ``4:35``, ``4h35`` and ``4 giờ 35`` are read."""
    text = unicodedata.normalize("NFKC", raw[:40]).strip().lower()
    if not text:
        return None
    match = re.fullmatch(r"(\d{1,2})\s*(?::|\.|h|g|giờ|\s)\s*(\d{1,2})\s*(?:phút|p|')?", text, re.A)
    match = match or re.fullmatch(r"(\d{1,2})(\d\d)", text, re.A)
    match = match or re.fullmatch(r"(\d{1,2})\s*(?:h|g|giờ)()", text, re.A)
    if not match:
        raise InvalidAnswer(_("Giờ ghi bằng bốn chữ số, ví dụ: 04:35."))
    hour, minute = int(match[1]), int(match[2] or 0)
    if hour > 23:
        raise InvalidAnswer(_("Một ngày chỉ có 24 giờ. Nếu là nửa đêm, hãy ghi 00:30."))
    if minute > 59:
        raise InvalidAnswer(_("Một giờ chỉ có 60 phút. Anh/chị xem lại số phút."))
    return f"{hour:02d}:{minute:02d}"


# ── Choices ──────────────────────────────────────────────────────────────

_YES = {"yes", "true", "1", "on", "có", "co"}
_NO = {"no", "false", "0", "off", "không", "khong"}


def parse_choice(spec: FieldSpec, raw: str) -> str | None:
    """The value of one of the field's options."""
    if not raw.strip():
        return None
    if raw in spec.labels:
        return raw
    text = clean_text(raw[:400])
    if text in spec.labels:
        return text
    raise InvalidAnswer(_("Anh/chị chọn một mục trong danh sách."))


def parse_choices(spec: FieldSpec, raws: list[str]) -> list[str] | None:
    """The values of the chosen options, in the order of the list."""
    chosen = {parse_choice(spec, raw) for raw in raws[: len(spec.options) + 1]}
    return [value for value in spec.labels if value in chosen] or None


def parse_yes_no(spec: FieldSpec, raw: str) -> bool | None:
    """Yes or no; anything else is a question not answered."""
    text = clean_text(raw[:20]).lower()
    if text in _YES:
        return True
    if text in _NO:
        return False
    if text:
        raise InvalidAnswer(_("Anh/chị chọn Có hoặc Không."))
    return None


def parse_declaration(spec: FieldSpec, raw: str) -> bool | None:
    """A declaration is made or it is missing."""
    return True if clean_text(raw[:20]).lower() in _YES else None


# ── People ───────────────────────────────────────────────────────────────


def parse_national_id(spec: FieldSpec, raw: str) -> str | None:
    """Twelve digits; spaces, dots and dashes between them are tolerated."""
    if not raw.strip():
        return None
    digits = _digits(raw, ".-–_")
    if digits is None:
        raise InvalidAnswer(_("Số định danh gồm đúng 12 chữ số, không có chữ cái."))
    if len(digits) != 12:
        raise InvalidAnswer(
            _("Số định danh gồm đúng 12 chữ số. Anh/chị đang ghi %(count)s chữ số.")
            % {"count": len(digits)}
        )
    problems = check_national_id(digits)
    if problems:
        advice = _("Anh/chị xem lại số trên thẻ căn cước.")
        raise InvalidAnswer(f"{problems[0]} {advice}")
    return digits


def parse_phone(spec: FieldSpec, raw: str) -> str | None:
    """A Vietnamese number as ten digits from 0 (eleven for land lines)."""
    if not raw.strip():
        return None
    digits = _digits(raw, "+.-()")
    if digits and digits.startswith("0084"):
        digits = "0" + digits[4:]
    elif digits and digits.startswith("84") and len(digits) in (11, 12):
        digits = "0" + digits[2:]
    if not digits or not re.fullmatch(r"0[2-9]\d{8}|02\d{9}", digits):
        raise InvalidAnswer(_("Số điện thoại có 10 chữ số, bắt đầu bằng 0. Ví dụ: 0912 345 678."))
    return digits


def parse_email(spec: FieldSpec, raw: str) -> str | None:
    """An e-mail address."""
    text = clean_text(raw[:400]).replace(" ", "")
    if not text:
        return None
    try:
        if len(text) > 254:
            raise ValidationError("")
        validate_email(text)
    except ValidationError:
        raise InvalidAnswer(
            _("Địa chỉ thư chưa đúng. Địa chỉ có dạng ten@noigui.vn, không có dấu.")
        ) from None
    return text


PARSERS: dict[str, Callable[[FieldSpec, str], JSONValue]] = {
    "text": parse_text,
    "long_text": parse_text,
    "number": parse_number,
    "money": parse_money,
    "time": parse_time,
    "choice": parse_choice,
    "yes_no": parse_yes_no,
    "declaration": parse_declaration,
    "national_id": parse_national_id,
    "phone": parse_phone,
    "email": parse_email,
}
