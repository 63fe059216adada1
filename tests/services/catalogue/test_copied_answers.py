"""What was said once is not asked again: later pages start with the answers of earlier ones."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.http import QueryDict

from services.catalogue.forms.page_form import PageForm, page_form
from services.catalogue.loader import load_file
from services.catalogue.places import TypedCommune
from services.catalogue.positions import FileProblem, ProcedureFileError
from services.catalogue.schema import ProcedureDefinition
from tests.services.catalogue.changed_filings import procedure
from tests.services.catalogue.procedure_files import FIELDS, file_text, write

TODAY = dt.date(2026, 11, 23)
HOA = {
    "requester_name": "Nguyễn Thị Hoa",
    "requester_birth_date": "1992-05-10",
    "requester_national_id": "001192000018",
}
NOTE = "Lấy từ phần “Người yêu cầu”; anh/chị xem lại."

BLOCK = """\
blocks:
  person:
    - {key: full_name, label: Họ tên, type: text}
    - {key: born, label: Ngày sinh, type: partial_date, required: false}
    - {key: gender, label: Giới tính, type: choice, options: [Nam, Nữ], required: false}
"""
# The second page, on which the tests write their fields.
PAGE = """
      - key: other
        title: Người kia là ai?
        fields:
"""


def page(code: str, key: str, answers: dict[str, Any], data: str | None = None) -> PageForm:
    sent = QueryDict(data) if data is not None else None
    return page_form(procedure(code), key, answers, sent, today=TODAY)


def starts_with(form: PageForm) -> dict[str, Any]:
    """The questions of a page that start with a value."""
    empty = ("", ("", "", ""), TypedCommune())
    values = {key: field.initial for key, field in form.fields.items()}
    return {key: value for key, value in values.items() if value not in empty}


@pytest.mark.parametrize(
    ("code", "key", "answer", "prefix"),
    [
        ("1.004873", "person", {"requester_relation": "Bản thân"}, "person_"),
        ("2.000635", "person", {"requester_relation": "Bản thân"}, "person_"),
        ("1.004859", "person", {"requester_relation": "Bản thân"}, "person_"),
        ("1.001193", "mother", {"requester_relation": "Mẹ"}, "mother_"),
        ("1.001193", "father", {"requester_relation": "Cha", "parents_married": True}, "father_"),
        ("1.004884", "mother", {"requester_relation": "Mẹ", "mother_state": "alive"}, "mother_"),
        ("1.004884", "father", {"requester_relation": "Cha", "father_state": "alive"}, "father_"),
    ],
)
def test_the_requester_who_is_the_person_does_not_write_it_twice(
    code: str, key: str, answer: dict[str, Any], prefix: str
) -> None:
    form = page(code, key, {**HOA, **answer})
    first = starts_with(form)
    assert first[f"{prefix}name"] == "Nguyễn Thị Hoa"
    assert first[f"{prefix}birth_date"] == ("10", "05", "1992")
    assert first[f"{prefix}national_id"] == "001192000018"
    assert NOTE in form[f"{prefix}name"].hint
    assert "Lấy từ phần" not in form[f"{prefix}national_id"].hint
    others = page(code, key, {**HOA, **answer, "requester_relation": "Người được ủy quyền"})
    assert f"{prefix}name" not in starts_with(others)
    assert "Lấy từ phần" not in others[f"{prefix}name"].hint


def test_the_birth_date_on_a_page_of_its_own_is_filled_too() -> None:
    form = page("1.004884", "person_birth", {**HOA, "requester_relation": "Bản thân"})
    assert starts_with(form)["person_birth_date"] == ("10", "05", "1992")


def test_a_residence_is_carried_over_with_its_commune() -> None:
    where = {"requester_commune": "00004", "requester_address_detail": "12 Kim Tân"}
    answers = {**HOA, **where, "requester_national_id": None, "requester_relation": "Mẹ"}
    first = starts_with(page("1.001193", "mother", answers))
    assert first["mother_commune"].code == "00004"
    assert first["mother_address_detail"] == "12 Kim Tân"


def test_an_answer_that_is_no_longer_asked_is_not_carried_over() -> None:
    # The residence was written first, and then the number that makes it needless.
    answers = {**HOA, "requester_commune": "00004", "requester_relation": "Mẹ"}
    assert "mother_commune" not in starts_with(page("1.001193", "mother", answers))


def test_the_party_who_files_a_marriage_is_filled_and_the_other_is_not() -> None:
    answers = {**HOA, "requester_side": "Bên nữ"}
    assert starts_with(page("1.000894", "bride", answers))["bride_name"] == "Nguyễn Thị Hoa"
    assert "groom_name" not in starts_with(page("1.000894", "groom", answers))


@pytest.mark.parametrize("kept", ["Nguyễn Thị Hoà", None])
def test_what_was_written_or_left_empty_stays(kept: str | None) -> None:
    answers = {**HOA, "requester_relation": "Bản thân", "person_name": kept}
    assert page("1.004873", "person", answers)["person_name"].initial == (kept or "")
    typed = page("1.004873", "person", {**HOA, "requester_relation": "Bản thân"}, "person_name=")
    assert 'value=""' in str(typed["person_name"])
    assert "Lấy từ phần" not in typed["person_name"].hint


@pytest.mark.parametrize(
    ("code", "key", "own", "other", "field"),
    [
        ("1.001612", "owner", {"filer_kind": "owner"}, {"filer_kind": "proxy"}, "owner_name"),
        ("1.014027", "person", {"filer_kind": "self"}, {"filer_kind": "proxy"}, "person_name"),
        ("1.001699", "person", {"filer_kind": "self"}, {}, "person_name"),
    ],
)
def test_the_account_fills_the_person_only_when_they_are_the_same(
    code: str, key: str, own: dict[str, Any], other: dict[str, Any], field: str
) -> None:
    def first(answers: dict[str, Any]) -> Any:
        form = page_form(procedure(code), key, answers, prefill={"full_name": "Lê An"})
        return form[field].initial

    assert (first(own), first(other)) == ("Lê An", "")


# ── How it is written ────────────────────────────────────────────────────


def two_pages(folder: Path, fields: str, source: str = FIELDS) -> Path:
    write(folder, BLOCK, "_shared.yaml")
    second = PAGE + "".join(f"          {line}\n" for line in fields.strip().splitlines())
    text = file_text(source).replace("applicant: {", second.lstrip("\n") + "applicant: {", 1)
    return write(folder, text)


def loaded(folder: Path, fields: str, source: str = FIELDS) -> ProcedureDefinition:
    return load_file(two_pages(folder, fields, source))


def problem(folder: Path, fields: str) -> FileProblem:
    path = two_pages(folder, fields)
    with pytest.raises(ProcedureFileError) as caught:
        load_file(path)
    (found,) = caught.value.problems
    text = path.read_text("utf-8")
    assert found.line == text[: text.index("copy:")].count("\n") + 1
    return found


OTHERS = "- {key: x_full_name, label: Tên, type: text}\n- {key: x_born, label: Ngày, type: date}\n"


def test_a_block_takes_over_what_the_other_block_also_asks(tmp_path: Path) -> None:
    use = "- {use: person, prefix: y_, copy: {from_prefix: x_, when: not married}}"
    fields = loaded(tmp_path, use, FIELDS + OTHERS).fields
    copies = {key: fields[key].copy_ for key in ("y_full_name", "y_born", "y_gender")}
    assert {key: copy and (copy.from_, copy.when) for key, copy in copies.items()} == {
        "y_full_name": ("x_full_name", "not married"),
        "y_born": ("x_born", "not married"),
        "y_gender": None,
    }


@pytest.mark.parametrize(
    ("fields", "path", "reason"),
    [
        ("- {key: a, label: A, type: text, copy: {from: nobody}}", "copy.from", "nobody"),
        ("- {key: a, label: A, type: date, copy: {from: name}}", "copy.from", "loại text"),
        ("- {key: a, label: A, type: text, copy: {from: a}}", "copy.from", "trang trước"),
        ("- {key: a, label: A, type: yes_no}\n"
         "- {key: b, label: B, type: text, copy: {from: name, when: a}}", "copy.when", "'a'"),
        ("- {key: a, label: A, type: text, copy: {from: name, when: mary}}", "copy.when", "'mary'"),
        ("- {use: person, prefix: y_, copy: {from_prefix: z_}}", "copy", "z_full_name"),
        ("- {use: person, prefix: y_, copy: {from: z_}}", "copy", "from_prefix"),
        ("- {use: person, prefix: y_, copy: {from_prefix: z_, if: a}}", "copy.if", "'if'"),
    ],
)  # fmt: skip
def test_a_copy_that_cannot_be_is_refused_where_it_was_written(
    tmp_path: Path, fields: str, path: str, reason: str
) -> None:
    found = problem(tmp_path, fields)
    assert found.path.startswith("sections[0].pages[1].fields[") and found.path.endswith(path)
    assert reason in found.message


def test_a_choice_is_copied_only_when_it_has_all_options_of_the_other(tmp_path: Path) -> None:
    kind = "- {key: kind, label: Loại, type: choice, options: [Một, Hai]}\n"
    wide = "- {key: k, label: K, type: choice, options: [Một, Hai, Ba], copy: {from: kind}}"
    assert loaded(tmp_path, wide, FIELDS + kind).fields["k"].copy_
    with pytest.raises(ProcedureFileError, match="kind"):
        loaded(tmp_path, wide.replace("Hai, Ba", "Ba"), FIELDS + kind)


def test_only_a_question_on_a_page_can_be_copied_into(tmp_path: Path) -> None:
    rows = (
        "- {key: items, label: Đồ, type: repeat, columns: [\n"
        "    {key: who, label: Ai, type: text, copy: {from: name}}]}\n"
    )
    with pytest.raises(ProcedureFileError, match="chỉ câu hỏi trên một trang"):
        loaded(tmp_path, rows)
    alone = "- {key: a, label: A, type: text, prefill_when: married}"
    with pytest.raises(ProcedureFileError, match="cùng prefill"):
        loaded(tmp_path, alone)
