"""A bank's file as a table of texts, whatever wrote it; or a reason why not.

Files come from whoever has a bank's website open, so they are measured before they are read:
bytes, rows, columns, what a ZIP would unfold to, and declarations by which XML can grow.
"""

from __future__ import annotations

import csv
import datetime
import io
import zipfile
from typing import Any

from django.utils.translation import gettext as _

from services.payments.errors import PaymentError

MAX_BYTES = 2 * 1024 * 1024
MAX_ROWS = 5_000
MAX_COLUMNS = 40
MAX_CELL = 1_000
# What an XLSX of that many rows comes to, generously; a bomb is thousands of times its size.
_MAX_UNFOLDED = 20 * 1024 * 1024
_MAX_MEMBERS = 200
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"

Table = list[list[str]]


class StatementRefused(PaymentError):
    """The file is no statement that can be read; the text says why and what to do."""


def read_table(data: bytes) -> Table:
    """The rows of a CSV or XLSX file as texts. Raises StatementRefused."""
    if len(data) > MAX_BYTES:
        raise StatementRefused(
            _("Tệp lớn hơn 2 MB. Hãy tải sao kê của khoảng ngày ngắn hơn rồi nhập từng tệp.")
        )
    if data.startswith(_OLD_EXCEL):
        raise StatementRefused(
            _("Đây là tệp Excel cũ (.xls). Mở bằng Excel, chọn Lưu thành .xlsx rồi nhập lại.")
        )
    rows = _read_xlsx(data) if data.startswith(_ZIP) else _read_csv(data)
    rows = [[cell[:MAX_CELL].strip() for cell in row] for row in rows]
    if not any(any(row) for row in rows):
        raise StatementRefused(_("Tệp này không có dòng nào. Kiểm tra lại tệp tải từ ngân hàng."))
    return rows


# ── CSV ──────────────────────────────────────────────────────────────────
def _read_csv(data: bytes) -> Table:
    text = _decoded(data)
    if "\x00" in text:
        raise _unreadable()
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)))
    except csv.Error:
        raise _unreadable() from None
    _check_size(len(rows), max((len(row) for row in rows), default=0))
    return rows


def _decoded(data: bytes) -> str:
    """Text in one of the encodings that Excel and banks write on Vietnamese machines."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1258", "cp1252"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _unreadable()


def _delimiter(text: str) -> str:
    """The sign that parts the most lines into the same number of cells, at least two."""
    sample = text.splitlines()[:50]

    def score(sign: str) -> tuple[int, int]:
        counts = [line.count(sign) for line in sample if line.count(sign)]
        if not counts:
            return 0, 0
        usual = max(set(counts), key=counts.count)
        return counts.count(usual), usual

    return max((";", "\t", ","), key=score)


# ── XLSX ─────────────────────────────────────────────────────────────────
def _read_xlsx(data: bytes) -> Table:
    # Loaded here: it takes a moment, and few processes ever read a sheet.
    import openpyxl

    _check_unfolded(data)
    try:
        book = openpyxl.load_workbook(
            io.BytesIO(data), read_only=True, data_only=False, keep_links=False
        )
        try:
            sheet: Any = book.worksheets[0]
            rows = [
                [_cell(value) for value in row]
                for row in sheet.iter_rows(
                    max_row=MAX_ROWS + 1, max_col=MAX_COLUMNS + 1, values_only=True
                )
            ]
        finally:
            book.close()
    except StatementRefused:
        raise
    except Exception:
        # The library raises whatever it stumbles over in a damaged file.
        raise _unreadable() from None
    _check_size(len(rows), max((_filled(row) for row in rows), default=0))
    return rows


def _check_unfolded(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            members = packed.infolist()
            if len(members) > _MAX_MEMBERS:
                raise _unreadable()
            left = _MAX_UNFOLDED
            for member in members:
                left -= _unfolded_size(packed, member, left)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError):
        raise _unreadable() from None


def _unfolded_size(packed: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> int:
    """How many bytes a member really has: what the file says of it may be a lie."""
    size = 0
    with packed.open(member) as stream:
        start = stream.read(2048)
        # A declaration of entities comes before anything else, in whatever encoding.
        plain = start.replace(b"\x00", b"").upper()
        if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
            raise _unreadable()
        while start:
            size += len(start)
            if size > most:
                raise StatementRefused(
                    _("Tệp này nén quá nhiều dữ liệu nên không mở. Tải lại sao kê từ ngân hàng.")
                )
            start = stream.read(64 * 1024)
    return size


def _cell(value: Any) -> str:
    """A cell as text; whole numbers lose nothing, and a formula stays text that says nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value)


def _filled(row: list[str]) -> int:
    return max((at for at, cell in enumerate(row, start=1) if cell), default=0)


def _check_size(rows: int, columns: int) -> None:
    if rows > MAX_ROWS or columns > MAX_COLUMNS:
        raise StatementRefused(
            _(
                "Bảng này quá dài hoặc quá rộng (tối đa 5.000 dòng, 40 cột). "
                "Hãy tải sao kê của khoảng ngày ngắn hơn."
            )
        )


def _unreadable() -> StatementRefused:
    return StatementRefused(
        _("Không đọc được tệp này. Tải lại sao kê dạng Excel (.xlsx) hoặc CSV từ ngân hàng.")
    )
