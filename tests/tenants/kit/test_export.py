from __future__ import annotations

import ast
import csv
import datetime
import io
import re
import unicodedata
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import pytest
from django.conf import settings
from hypothesis import example, given
from hypothesis import strategies as st

from tenants.kit.export import (
    FORMATS,
    TooManyRows,
    attachment_response,
    clean_file_name,
    export_response,
    harmless_text,
)

# The end of an answer looks after the connection.
pytestmark = pytest.mark.django_db

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
STARTS = "=+-@"
MOMENT = datetime.datetime(2026, 11, 21, 7, 5, tzinfo=datetime.UTC)
FORMULAS = [
    "=1+1",
    "+84912345678",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    '"=1',
    "'=1",
    "＝1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    "\ufeff=1",
    "\u200b=1",
    "\x00=1",
    "\u00a0 “=1",
]


def written(rows: list[list[Any]], format: Any, columns: tuple[str, ...] = ("Cột",)) -> bytes:
    response = export_response(name="bảng", columns=columns, rows=rows, format=format)
    content = b"".join(response)
    response.close()
    return content


def sheet_cells(content: bytes) -> list[ElementTree.Element]:
    """The cells of the only sheet, as a spreadsheet program parses them."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        names = packed.namelist()
        assert [name for name in names if name.startswith("xl/worksheets/")] == [
            "xl/worksheets/sheet1.xml"
        ]
        assert not [name for name in names if "external" in name.lower() or "vba" in name.lower()]
        return list(
            ElementTree.fromstring(packed.read("xl/worksheets/sheet1.xml")).iter(SHEET + "c")
        )


def text_of(cell: ElementTree.Element) -> str:
    text = "".join(part.text or "" for part in cell.iter(SHEET + "t"))
    return re.sub("_x([0-9A-F]{4})_", lambda found: chr(int(found[1], 16)), text)


def begins_a_formula(text: str) -> bool:
    """What a lenient spreadsheet might do: pass over signs that mean nothing, fold wide forms."""
    folded = unicodedata.normalize("NFKC", text)
    return folded.lstrip(' \t\r\n\v\f\xa0\u200b\ufeff"').startswith(tuple(STARTS))


@pytest.mark.parametrize("text", FORMULAS)
def test_what_would_be_a_formula_stays_text(text: str):
    for part in (text, f"Nguyễn Văn An;{text}", f"An\n{text}"):
        (row,) = list(
            csv.reader(io.StringIO(written([[part]], "csv")[3:].decode()), delimiter=";")
        )[1:]
        assert not begins_a_formula(row[0])
    (_heading, cell) = sheet_cells(written([[text]], "xlsx"))
    assert cell.get("t") == "inlineStr"
    assert not begins_a_formula(text_of(cell))


@pytest.mark.parametrize("text", ["Nguyễn Thị Hoa", "12/3 Lê Lợi", "a-b = c", "", "O'Brien", "<r>"])
def test_harmless_text_stays_as_it_is(text: str):
    assert harmless_text(text).removeprefix("'" if text == "<r>" else "") == text


@given(st.text())
@example("<r><t>a</t></r></is></c><c r='C9'><f>1+1</f></c><c t='inlineStr'><is><r></r>")
@example("_x003D_1+1")
@example("]]><f>1</f>")
@example("=" * 40_000)
@example("\ud800=1")
def test_a_sheet_holds_text_as_text_whatever_it_is(text: str):
    cells = sheet_cells(written([[text, "sau"]], "xlsx", ("Cột", text)))
    assert {cell.get("r") for cell in cells} <= {"A1", "B1", "A2", "B2"}
    for cell in cells:
        assert cell.get("t") == "inlineStr"
        assert not list(cell.iter(SHEET + "f"))
        assert not begins_a_formula(text_of(cell))


@given(st.text(), st.text(), st.sampled_from([";", ",", "\t", "|"]))
@example('a","b;=1+1', "", ";")
@example("a", 'x;"=1', ",")
@example("a", "b,=1", ",")
@example("a", "b|\ufeff＝1", "|")
def test_a_csv_has_no_formula_wherever_its_cells_are_parted(text: str, other: str, sign: str):
    content = written([[text, other]], "csv", ("Một", "Hai")).decode("utf-8-sig")
    for row in csv.reader(io.StringIO(content, newline=""), delimiter=sign):
        assert not [cell for cell in row if begins_a_formula(cell)]


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]), max_size=50))
def test_text_comes_back_whole(text: str):
    content = written([[text]], "csv").decode("utf-8-sig")
    back = list(csv.reader(io.StringIO(content, newline=""), delimiter=";"))[1][0]
    assert back.replace("'", "") == text.replace("'", "")


def test_numbers_and_dates_are_typed():
    values = [8000, -5, 8.5, Decimal("-0.25"), datetime.date(2026, 11, 2), MOMENT, None, True]
    lines = written([values], "csv").decode("utf-8-sig").splitlines()
    assert lines[1] == ('"8000";"-5";"8,500000";"-0,25";"2026-11-02";"2026-11-21 14:05:00";"";"Có"')
    cells = sheet_cells(written([values], "xlsx"))[1:]
    assert [cell.get("t") for cell in cells] == [None] * 6 + ["inlineStr"]
    assert [cell.findtext(SHEET + "v") for cell in cells[:4]] == ["8000", "-5", "8.5", "-0.25"]
    # Days since 1899-12-30, and 14:05 of the day in local time.
    assert cells[4].findtext(SHEET + "v") == "46328"
    assert float(cells[5].findtext(SHEET + "v") or 0) == pytest.approx(46347 + 845 / 1440)


def test_what_a_cell_cannot_hold_is_text_or_nothing():
    key = UUID(int=1)
    values = [10**20, float("nan"), float("inf"), datetime.date(1899, 1, 2), key]
    cells = sheet_cells(written([values], "xlsx"))[1:]
    assert [text_of(cell) for cell in cells] == [str(10**20), "1899-01-02", str(key)]
    assert written([values], "csv").decode().splitlines()[1].split(";")[1:3] == ['""', '""']
    for format in FORMATS:
        with pytest.raises(TypeError):
            written([[{"a": 1}]], format)


def test_a_long_text_is_cut_with_a_mark_in_a_sheet_alone():
    long = "ế" * 40_000
    (_heading, cell) = sheet_cells(written([[long]], "xlsx"))
    assert text_of(cell).endswith("ế…")
    assert long in written([[long]], "csv").decode()


def test_a_table_longer_than_a_sheet_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tenants.kit.export.MOST_ROWS", 2)
    with pytest.raises(TooManyRows, match="thu hẹp"):
        written([["a"]] * 3, "xlsx")
    assert written([["a"]] * 3, "csv")


def test_the_answer_is_saved_and_kept_by_nobody():
    for format in FORMATS:
        response = export_response(name="Nhật ký", columns=["Ngày"], rows=[], format=format)
        assert response["Content-Disposition"].startswith("attachment")
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Cache-Control"] == "private, no-store"
        response.close()
    with pytest.raises(ValueError, match="ods"):
        export_response(name="a", columns=[], rows=[], format="ods")  # type: ignore[arg-type]


def test_rows_are_read_before_the_answer_is_sent():
    read = []

    def rows() -> Any:
        for number in range(3):
            read.append(number)
            yield [number]

    response = export_response(name="a", columns=["Số"], rows=rows(), format="csv")
    assert read == [0, 1, 2]
    response.close()


@given(st.text())
@example("../../etc/passwd")
@example("a\r\nSet-Cookie: b=c.csv")
@example("\u202evsc.exe")
def test_a_name_is_one_line_without_folders(name: str):
    clean = clean_file_name(name)
    assert clean
    assert not set(clean) & set('/\\\r\n\x00"<>\u202e')
    assert not clean.startswith(".")
    assert (
        "\n" not in attachment_response(b"", name=name, content_type="a/b")["Content-Disposition"]
    )


def test_no_other_module_writes_tables_for_people():
    # These two are run at a terminal and hold codes and digests, no text of anybody.
    allowed = {
        "tenants/kit/export.py",
        "tenants/history/heads.py",
        "tenants/fleet/management/commands/onboard.py",
    }
    root = Path(settings.BASE_DIR)
    found = set()
    for house in ("config", "citizens", "services", "documents", "tenants"):
        for path in (root / house).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                imported = isinstance(node, ast.Import | ast.ImportFrom) and "xlsxwriter" in str(
                    [getattr(node, "module", ""), *(one.name for one in node.names)]
                )
                writes = isinstance(node, ast.Attribute | ast.alias) and (
                    getattr(node, "attr", getattr(node, "name", "")) in ("writer", "DictWriter")
                )
                if imported or writes:
                    found.add(str(path.relative_to(root)))
    assert found <= allowed
