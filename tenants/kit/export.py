"""The one writer of tables that people save and open in a spreadsheet.

Whoever can put text into the platform (a name in a form, say) must not thereby run a formula on
the machine of the person who opens the export. So every text is a text cell in XLSX, and in both
kinds of file text that a spreadsheet could take for a formula gets an apostrophe in front. Numbers
and dates are typed and stay what they are. No other module writes such files.

CSV is written as Excel with Vietnamese settings reads it: UTF-8 with a mark in front, cells parted
by semicolons, decimal commas. Spreadsheets with other settings part cells at other signs, so
text is made harmless after those too.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
import math
import re
import tempfile
import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import IO, Any, Literal, get_args
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.http import FileResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

Format = Literal["csv", "xlsx"]
FORMATS: tuple[Format, ...] = get_args(Format)
CONTENT_TYPES: dict[Format, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MOST_ROWS = 1_048_575  # of a sheet, below its heading
_CELL_UNITS = 32_767  # UTF-16 units that a cell of a spreadsheet holds
_EXACT_DIGITS = 10**15  # spreadsheets keep numbers as doubles
_FIRST_DAY = datetime.date(1900, 3, 1)  # before it spreadsheets disagree by a day

# Signs that begin a formula, with the full-width and small forms that some spreadsheets take.
_STARTS = "=+\\-@\u2212\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b"
# What is passed over before it: spaces of all kinds, quotes, marks that cannot be seen.
_PASSED = (
    "\\s'\"`\u00ab\u00bb\u2018-\u201f\uff02\uff07\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
)
_FORMULA = re.compile(f"^(?=[{_PASSED}]*[{_STARTS}])|^(?=[\t\r\n])")
_FORMULA_IN_PART = re.compile(f"(?<=[;,|\t\r\n])(?=[{_PASSED}]*[{_STARTS}])")
# The XLSX library writes text in these marks as it is, for text with several fonts.
_MARKUP = "<r>"
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_NAMES = re.compile(
    r'[\x00-\x1f\x7f<>:"/\\|?*\u200b-\u200f\u202a-\u202e\u2060-\u2069\ud800-\udfff]'
)


class TooManyRows(ValueError):
    """The table is longer than a sheet of a spreadsheet."""

    def __init__(self) -> None:
        super().__init__(
            _("Bảng này dài quá một trang tính. Hãy thu hẹp khoảng ngày, hoặc lấy tệp CSV.")
        )


def export_response(
    *, name: str, columns: Sequence[Any], rows: Iterable[Sequence[Any]], format: Format
) -> FileResponse:
    """Answer with a table, to be saved as `name` with the ending of its format.

    A cell is text, a number, a bool, a date, a time or a moment (written in local time), a UUID
    or None. The rows are read to the end before this returns, into a file without a name: nothing
    of the database is open while the answer is sent. Raises TypeError for any other value,
    ValueError for another format and TooManyRows (xlsx).
    """
    if format not in FORMATS:
        raise ValueError(f"There is no export format {format!r}.")
    # Closed by the response; the file has no name and is gone when it is closed.
    target = tempfile.TemporaryFile()  # noqa: SIM115
    try:
        {"csv": _write_csv, "xlsx": _write_xlsx}[format](target, columns, rows)
    except BaseException:
        target.close()
        raise
    target.seek(0)
    return attachment_response(target, name=f"{name}.{format}", content_type=CONTENT_TYPES[format])


def attachment_response(
    content: IO[bytes] | bytes, *, name: str, content_type: str
) -> FileResponse:
    """Answer with a file that is saved and never shown, guessed at or kept by a cache."""
    stream = io.BytesIO(content) if isinstance(content, bytes) else content
    response = FileResponse(
        stream, as_attachment=True, filename=clean_file_name(name), content_type=content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def json_response(document: Any, *, name: str) -> FileResponse:
    """Answer with plain values (dates and UUIDs among them) as a JSON file that people can read."""
    text = json.dumps(document, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
    return attachment_response(text.encode(), name=name, content_type="application/json")


def clean_file_name(name: str) -> str:
    """Return a name to save a file under: one line, no folders, no marks that turn text around."""
    clean = " ".join(_NOT_IN_NAMES.sub(" ", unicodedata.normalize("NFC", name)).split())
    return clean.strip(" .")[-120:].strip(" .") or "tep"


def harmless_text(text: str) -> str:
    """Return the text so that no spreadsheet takes it for a formula; apart from that as it was.

    Control signs that no cell can hold are left out.
    """
    clean = _NO_TEXT.sub("", text).replace("\r\n", "\n")
    if _FORMULA.search(clean) or clean.startswith(_MARKUP):
        return f"'{clean}"
    return clean


def _plain(value: Any) -> str | int | float | Decimal | datetime.date | datetime.time | None:
    """A cell's value as one of few kinds, its text harmless, its moment in local time."""
    if value is None or isinstance(value, Decimal):
        return value
    if isinstance(value, bool):
        return _("Có") if value else _("Không")
    if isinstance(value, str | Promise | UUID):
        return harmless_text(str(value))
    if isinstance(value, datetime.datetime):
        return timezone.make_naive(value) if timezone.is_aware(value) else value
    if isinstance(value, int | float | datetime.date | datetime.time):
        return value
    raise TypeError(f"{type(value).__name__} cannot be written into a cell.")


# ── CSV ──────────────────────────────────────────────────────────────────
def _write_csv(target: IO[bytes], columns: Sequence[Any], rows: Iterable[Sequence[Any]]) -> None:
    text = io.TextIOWrapper(target, encoding="utf-8-sig", newline="")
    writer = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([_csv_cell(str(title)) for title in columns])
    for row in rows:
        writer.writerow([_csv_cell(value) for value in row])
    text.detach()


def _csv_cell(value: Any) -> str:
    plain = _plain(value)
    if plain is None:
        return ""
    if isinstance(plain, str):
        return _FORMULA_IN_PART.sub("'", plain)
    if isinstance(plain, datetime.datetime):
        return plain.isoformat(sep=" ", timespec="seconds")
    if isinstance(plain, datetime.date | datetime.time):
        return plain.isoformat()
    if not math.isfinite(plain):
        return ""
    return f"{plain:f}".replace(".", ",") if isinstance(plain, float | Decimal) else str(plain)


# ── XLSX ─────────────────────────────────────────────────────────────────
def _write_xlsx(target: IO[bytes], columns: Sequence[Any], rows: Iterable[Sequence[Any]]) -> None:
    # Loaded here: it takes a moment, and few processes ever write a sheet.
    import xlsxwriter

    with tempfile.TemporaryDirectory() as folder:
        options = {
            "constant_memory": True,
            "tmpdir": folder,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        book = xlsxwriter.Workbook(target, options)
        try:
            _fill(book, columns, rows)
        finally:
            # Also after an error: the library closes its own files here alone.
            book.close()


def _fill(book: Any, columns: Sequence[Any], rows: Iterable[Sequence[Any]]) -> None:
    sheet = book.add_worksheet(_("Dữ liệu"))
    formats = {
        datetime.datetime: book.add_format({"num_format": "dd/mm/yyyy hh:mm"}),
        datetime.date: book.add_format({"num_format": "dd/mm/yyyy"}),
        datetime.time: book.add_format({"num_format": "hh:mm"}),
    }
    heading = book.add_format({"bold": True})
    sheet.freeze_panes(1, 0)
    for at, title in enumerate(columns):
        sheet.set_column(at, at, max(12, min(40, len(str(title)) + 2)))
        sheet.write_string(0, at, _fitting(harmless_text(str(title))), heading)
    for number, row in enumerate(rows, start=1):
        if number > MOST_ROWS:
            raise TooManyRows
        for at, value in enumerate(row):
            _xlsx_cell(sheet, number, at, _plain(value), formats)


def _xlsx_cell(sheet: Any, row: int, column: int, value: Any, formats: dict[Any, Any]) -> None:
    if value is None or value == "":
        return
    if isinstance(value, str):
        sheet.write_string(row, column, _fitting(value))
    elif isinstance(value, datetime.time):
        sheet.write_datetime(row, column, value, formats[datetime.time])
    elif isinstance(value, datetime.date):
        day = value.date() if isinstance(value, datetime.datetime) else value
        if day < _FIRST_DAY:
            sheet.write_string(row, column, value.isoformat())
        else:
            sheet.write_datetime(row, column, value, formats[type(value)])
    elif math.isfinite(value):
        if abs(value) < _EXACT_DIGITS:
            sheet.write_number(row, column, value)
        else:
            sheet.write_string(row, column, harmless_text(str(value)))


def _fitting(text: str) -> str:
    """The text, cut with a mark where a cell holds no more."""
    if len(text) <= _CELL_UNITS // 2 or len(text.encode("utf-16-le")) // 2 <= _CELL_UNITS:
        return text
    return f"{text[: _CELL_UNITS // 2]}…"
