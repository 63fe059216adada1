"""Numbers, money and dates in Vietnamese words, as official papers write them."""

from __future__ import annotations

import datetime as dt

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_GROUPS = ("", " nghìn", " triệu")
MAX_NUMBER = 10**15


def number_in_words(number: int) -> str:
    """A number in words: 1005 is "một nghìn không trăm linh năm"; below 10**15 in size."""
    if abs(number) >= MAX_NUMBER:
        return str(number)
    if number < 0:
        return f"âm {number_in_words(-number)}"
    if number == 0:
        return _DIGITS[0]
    billions, rest = divmod(number, 10**9)
    parts = [f"{number_in_words(billions)} tỷ"] if billions else []
    for power in (2, 1, 0):
        three = rest // 1000**power % 1000
        if three:
            parts.append(_three(three, full=bool(parts)) + _GROUPS[power])
    return " ".join(parts)


def _three(number: int, *, full: bool) -> str:
    """Three digits; ``full`` says the hundreds even when they are zero."""
    hundreds, tens, units = number // 100, number // 10 % 10, number % 10
    words = [_DIGITS[hundreds], "trăm"] if hundreds or full else []
    if tens == 1:
        words.append("mười")
    elif tens:
        words += [_DIGITS[tens], "mươi"]
    elif units and words:
        words.append("linh")
    if units == 1 and tens > 1:
        words.append("mốt")
    elif units == 5 and tens:
        words.append("lăm")
    elif units:
        words.append(_DIGITS[units])
    return " ".join(words)


def money_in_words(amount: int) -> str:
    """An amount of đồng in words, in lower case: "tám nghìn đồng"."""
    return f"{number_in_words(amount)} đồng"


def date_in_words(date: dt.date) -> str:
    """A date in words: "Ngày mười tháng ba năm hai nghìn không trăm hai mươi sáu"."""
    # The first ten days are "mùng" in speech; certificates write "ngày một", "tháng tư".
    return f"Ngày {number_in_words(date.day)} {_month_and_year(date.month, date.year)}"


def partial_date_in_words(text: str) -> str:
    """The known parts of a stored date (``2026``, ``2026-03`` or a full day) in words."""
    parts = [int(part) for part in text.split("-") if part.isdecimal()]
    if len(parts) == 3:
        return date_in_words(dt.date(*parts))
    words = _month_and_year(parts[1], parts[0]) if len(parts) == 2 else _year(parts[0])
    return words[:1].upper() + words[1:]


def _month_and_year(month: int, year: int) -> str:
    name = "tư" if month == 4 else number_in_words(month)
    return f"tháng {name} {_year(year)}"


def _year(year: int) -> str:
    return f"năm {number_in_words(year)}"


def long_date(date: dt.date) -> str:
    """``ngày 02 tháng 11 năm 2026``; a zero before days under 10 and months 1 and 2."""
    month = f"{date.month:02d}" if date.month < 3 else str(date.month)
    return f"ngày {date.day:02d} tháng {month} năm {date.year}"


def grouped(number: int) -> str:
    """``8.000``: thousands parted by dots."""
    return f"{number:,}".replace(",", ".")
