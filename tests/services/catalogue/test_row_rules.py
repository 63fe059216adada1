"""Rules inside the rows of a repeating question speak at the row they mean."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.http import QueryDict

from services.catalogue.forms.checks import check_all, check_warnings
from services.catalogue.forms.page_form import PageForm, page_form
from services.catalogue.loader import load_file
from services.catalogue.positions import ProcedureFileError
from services.catalogue.schema import ProcedureDefinition
from tests.services.catalogue.changed_filings import answers_to, told
from tests.services.catalogue.procedure_files import FIELDS, file_text, write

TODAY = dt.date(2026, 11, 23)
ROWS = FIELDS + (
    "- {key: items, label: Đồ, type: repeat, max_rows: 4, required: false, row_label: Món,\n"
    "   columns: [\n"
    "    {key: kind, label: Loại, type: choice, options: [Một, Hai], required: false},\n"
    "    {key: was, label: Trước, type: text, required: false, when: kind == 'Hai'},\n"
    "    {key: now, label: Sau, type: text, required: false}]}\n"
)
RULE = "  - {check: was != now, each: items, field: now, message: Hai bên giống nhau.}\n"
GOOD = "name=An&born=2/11/1990&married=no&items-count=3"


def definition(folder: Path, rule: str = RULE) -> ProcedureDefinition:
    text = file_text(ROWS).replace("declaration:", rule + "declaration:", 1)
    return load_file(write(folder, text))


def sent(d: ProcedureDefinition, rows: str) -> PageForm:
    return page_form(d, "person", {}, QueryDict(f"{GOOD}&{rows}"), today=TODAY)


def test_the_row_that_breaks_a_rule_is_named_and_linked(tmp_path: Path) -> None:
    rows = "items-0-kind=Hai&items-0-was=A&items-0-now=B&items-2-kind=Hai&items-2-was=C&"
    form = sent(definition(tmp_path), rows + "items-2-now=C")
    assert not form.is_valid()
    assert form.error_list() == [("id_items-2-now", "Món 3: Hai bên giống nhau.")]
    assert form.errors["items"] == ["Có chỗ cần sửa trong “Đồ”."]
    assert sent(definition(tmp_path), rows + "items-2-now=D").is_valid()


def test_a_column_that_is_not_asked_counts_as_missing(tmp_path: Path) -> None:
    d = definition(tmp_path)
    assert sent(d, "items-0-kind=Một&items-0-was=A&items-0-now=A").is_valid()
    stored = {"name": "An", "born": "1990-11-02", "married": False}
    row = {"was": "A", "now": "A"}
    assert check_all(d, {**stored, "items": [{**row, "kind": "Một"}]}) == []
    (problem,) = check_all(d, {**stored, "items": [{**row, "kind": "Hai"}]})
    assert (problem.field_key, problem.page_key) == ("items", "person")
    assert problem.message == "Món 1: Hai bên giống nhau."


def test_a_warning_in_a_row_names_it_and_does_not_block(tmp_path: Path) -> None:
    d = definition(tmp_path, RULE.replace("}", ", severity: warning}"))
    form = sent(d, "items-1-kind=Hai&items-1-was=A&items-1-now=A")
    assert form.is_valid(), form.errors
    assert form.warnings == [("items", "Món 2: Hai bên giống nhau.")]
    assert [p.message for p in check_warnings(d, form.cleaned_answers())] == [
        "Món 1: Hai bên giống nhau."
    ]


@pytest.mark.parametrize(
    ("old", "new", "path", "reason"),
    [
        ("each: items", "each: name", "rules[1].each", "repeat"),
        ("field: now", "field: name", "rules[1].field", "cột 'name'"),
        ("was != now", "was != later", "rules[1].check", "later"),
        ("was != now", "kind != 'Ba'", "rules[1].check", "'Một', 'Hai'"),
    ],
)
def test_a_rule_in_rows_names_columns(
    tmp_path: Path, old: str, new: str, path: str, reason: str
) -> None:
    with pytest.raises(ProcedureFileError) as caught:
        definition(tmp_path, RULE.replace(old, new))
    (found,) = caught.value.problems
    assert found.path == path and reason in found.message


def changed(rows: list[dict[str, Any]]) -> str:
    return told("1.004859", answers_to("1.004859", changes=rows)).get("changes", "")


def test_a_correction_that_changes_nothing_is_refused_by_its_row() -> None:
    real = {"item": "Tên", "old_value": "Hòa", "new_value": "Hoà bình"}
    assert changed([real]) == ""
    same = {"item": "Tên", "old_value": "Hòa", "new_value": "Hòa"}
    assert changed([real, same]).startswith("Chỗ thứ 2: Nội dung cần ghi đang giống hệt")


def test_a_stay_ends_after_it_begins() -> None:
    def of(first: str, last: str) -> dict[str, str]:
        rows = [{"commune": "00008", "from_date": first, "to_date": last}]
        return told(
            "1.004873", answers_to("1.004873", lived_elsewhere=True, residence_history=rows)
        )

    assert "residence_history" not in of("2015-03-01", "2015-03-01")
    message = of("2015-03-01", "2014-12-31")["residence_history"]
    assert message.startswith("Nơi thứ 1: Ngày rời nơi này đang đứng trước")
