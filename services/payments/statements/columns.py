"""Which column of a statement is what, and a row as a line of money that came in."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from services.payments.statements.reading import Table
from tenants.kit.text import fold

# Headings of the banks' files, folded; the first that fits a column decides.
_HEADINGS: dict[str, tuple[str, ...]] = {
    "day": ("ngay giao dich", "ngay hach toan", "ngay hieu luc", "transaction date", "ngay",
            "thoi gian", "date"),
    "amount": ("so tien ghi co", "phat sinh co", "ghi co", "tien vao", "credit", "so tien",
               "amount", "co"),
    "text": ("noi dung", "dien giai", "mo ta", "description", "remark", "details"),
    "number": ("so tham chieu", "ma giao dich", "so giao dich", "so but toan", "reference",
               "so chung tu", "so ct", "ma gd", "ref"),
    "payer": ("ten doi ung", "ten nguoi chuyen", "nguoi chuyen", "tai khoan doi ung",
              "don vi thu huong", "counterparty", "ten nguoi gui"),
}  # fmt: skip
_HEADING_ROWS = 40
_AMOUNT = re.compile(r"(?P<whole>\d{1,3}(?:(?P<sign>[.,\s])\d{3})(?:(?P=sign)\d{3})*|\d+)"
                     r"(?P<rest>[.,]0{1,2})?")  # fmt: skip
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?!\d)")
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
MAX_AMOUNT = 10**13


@dataclass(frozen=True)
class Columns:
    """Positions, from 0; -1 for a column that the file does not have."""

    heading: int = -1
    day: int = -1
    amount: int = -1
    text: int = -1
    number: int = -1
    payer: int = -1

    @property
    def are_enough(self) -> bool:
        """Whether lines can be read: day, amount and purpose are known."""
        return min(self.day, self.amount, self.text) >= 0

    def to_json(self) -> dict[str, int]:
        """As it is kept with the upload."""
        return asdict(self)


@dataclass(frozen=True)
class Line:
    """Money that came in by one row of a statement, in đồng."""

    row: int
    day: datetime.date
    amount: int
    text: str
    number: str = ""
    payer: str = ""
    fingerprint: str = ""


@dataclass(frozen=True)
class Unread:
    """A row under the heading that says no amount or day that can be understood."""

    row: int
    why: str


def recognise(table: Table) -> Columns:
    """The columns by their headings; what is not recognised stays -1, to be chosen by hand."""
    best: tuple[int, Columns] = (0, Columns())
    for at, row in enumerate(table[:_HEADING_ROWS]):
        found = _by_heading([fold(cell) for cell in row])
        if len(found) > best[0]:
            best = (len(found), Columns(heading=at, **found))
    return best[1]


def lines_of(table: Table, columns: Columns, account: str) -> tuple[list[Line], list[Unread]]:
    """Every row with money that came in, and the rows that could not be read.

    Money that went out and rows without an amount (sums, signatures) are passed over. ``account``
    is part of the fingerprint, by which a line is known again in another file.
    """
    lines: list[Line] = []
    unread: list[Unread] = []
    seen: Counter[str] = Counter()
    for row, cells in _rows_under(table, columns):
        raw = _at(cells, columns.amount)
        if not raw or not _at(cells, columns.day):
            continue
        if raw.lstrip().startswith(("-", "(")):
            continue
        amount, day = amount_in(raw), day_in(_at(cells, columns.day))
        if amount is None:
            unread.append(Unread(row, _("Không đọc được số tiền “%(text)s”.") % {"text": raw[:40]}))
        elif day is None:
            text = _at(cells, columns.day)[:40]
            unread.append(Unread(row, _("Không đọc được ngày “%(text)s”.") % {"text": text}))
        elif amount:
            lines.append(_line(row, cells, columns, day, amount, account, seen))
    return lines, unread


def amount_in(text: str) -> int | None:
    """Whole đồng as banks write them (``1.600.000``, ``1,600,000.00 VND``); None if it is none."""
    plain = re.sub(r"(?i)\b(vnd|vnđ|đ|d)\b|[đ₫]", "", text).strip().lstrip("+").strip()
    found = _AMOUNT.fullmatch(plain)
    if found is None or not plain.isascii():
        return None
    amount = int(re.sub(r"\D", "", found["whole"]))
    return amount if amount < MAX_AMOUNT else None


def day_in(text: str) -> datetime.date | None:
    """A day as banks write it, day before month; None for none, and for days to come."""
    found = _YEAR_FIRST.search(text)
    if found is not None:
        year, month, day = int(found[1]), int(found[2]), int(found[3])
    else:
        found = _DAY_FIRST.search(text)
        if found is None:
            return None
        day, month, year = int(found[1]), int(found[2]), int(found[3])
        year += 2000 if year < 100 else 0
    try:
        date = datetime.date(year, month, day)
    except ValueError:
        return None
    # A bank's clock may be ahead of ours over midnight.
    latest = timezone.localdate() + datetime.timedelta(days=1)
    return date if datetime.date(2000, 1, 1) <= date <= latest else None


def _by_heading(row: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, headings in _HEADINGS.items():
        for heading in headings:
            fits = [
                at
                for at, cell in enumerate(row)
                if at not in found.values() and _is_heading(cell, heading)
            ]
            if fits:
                found[name] = fits[0]
                break
    return found


def _is_heading(cell: str, heading: str) -> bool:
    words = re.sub(r"[^a-z0-9]+", " ", cell).strip()
    if len(words) > 60:
        return False
    # Short words fit alone only: "co" is a column of money, "co quan" is not.
    return words == heading or (len(heading) > 3 and f" {heading} " in f" {words} ")


def _rows_under(table: Table, columns: Columns) -> Iterator[tuple[int, list[str]]]:
    for at in range(columns.heading + 1, len(table)):
        yield at + 1, table[at]


def _line(
    row: int,
    cells: list[str],
    columns: Columns,
    day: datetime.date,
    amount: int,
    account: str,
    seen: Counter[str],
) -> Line:
    number = "".join(_at(cells, columns.number).split())[:40]
    text = " ".join(_at(cells, columns.text).split())
    # Two lines that say the same are told apart by their order, in every file that has them.
    same = "|".join((account, day.isoformat(), str(amount), number or fold(text)))
    seen[same] += 1
    mark = hashlib.sha256(f"{same}|{seen[same]}".encode()).hexdigest()[:40]
    payer = " ".join(_at(cells, columns.payer).split())
    return Line(row, day, amount, text, number, payer, mark)


def _at(cells: list[str], position: int) -> str:
    return cells[position] if 0 <= position < len(cells) else ""


def columns_from(values: dict[str, Any]) -> Columns:
    """Columns as they were kept with the upload."""
    return Columns(**{name: int(values[name]) for name in Columns.__dataclass_fields__})
