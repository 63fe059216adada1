"""Printed texts: dates, places and papers as official documents write them."""

from __future__ import annotations

import pytest

from services.catalogue.check import DATA
from services.catalogue.display import display
from services.catalogue.loader import load_file
from services.catalogue.people import subject_name
from services.catalogue.positions import ProcedureFileError
from services.catalogue.rendering import notation_of, render_row, render_text, truth
from tests.services.catalogue.procedure_files import FIELDS, definition, file_text, write

ANSWERS = {
    "child_name": "Nguyễn An Nhiên",
    "child_birth_date": "2026-03-10",
    "home_place": "00004",
    "birth_evidence": "certificate",
    "mother_national_id": "040190000001",
}


@pytest.fixture(scope="module")
def birth():
    return load_file(DATA / "1.001193.yaml")


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{child_name|upper}", "NGUYỄN AN NHIÊN"),
        ("{child_birth_date}", "10/03/2026"),
        ("{child_birth_date|words}", "Ngày mười tháng ba năm hai nghìn không trăm hai mươi sáu"),
        ("{child_birth_date|long}", "ngày 10 tháng 3 năm 2026"),
        ("{child_birth_date|year}", "2026"),
        ("{home_place}", "Phường Ba Đình, Thành phố Hà Nội"),
        ("{birth_evidence}", "Giấy chứng sinh"),
        ("{mother_|identity}", "Số định danh cá nhân 040190000001"),
        ("Số {number}, {agency}", "Số 12/2026, UBND"),
        ("{mother_name|or:'không rõ'}", "không rõ"),
        ("{mother_name}", ""),
        ("{signed_date|long}", "ngày 02 tháng 11 năm 2026"),
    ],
)
def test_a_placeholder_prints_what_an_official_would_write(birth, template, text):
    extra = {"number": "12/2026", "agency": "UBND", "signed_date": "2026-11-02"}
    assert render_text(birth, template, ANSWERS, extra) == text


def test_a_residence_is_one_line(birth):
    answers = {"mother_commune": "00004", "mother_address_detail": "12 Kim Mã"}
    assert (
        render_text(birth, "{mother_|residence}", answers)
        == "12 Kim Mã, Phường Ba Đình, Thành phố Hà Nội"
    )


def test_an_answer_to_a_question_no_longer_asked_is_not_printed(tmp_path):
    d = definition(tmp_path, FIELDS)
    values = {"married": False, "spouse": "Lê Thị Bình"}
    assert render_text(d, "[{spouse}]", values) == "[]"
    assert render_text(d, "[{spouse}]", {**values, "married": True}) == "[Lê Thị Bình]"
    assert truth(d, "married", {"married": True}) and not truth(d, "married", {})


def test_a_partial_date_prints_what_is_known(tmp_path):
    d = definition(tmp_path, FIELDS + "- {key: p, label: P, type: partial_date}\n")
    assert display(d, "p", {"p": "1950-03"}) == "03/1950"
    assert display(d, "p", {"p": "1950"}) == "1950"
    assert display(d, "p", {"p": "1950"}, "long") == "năm 1950"
    assert display(d, "married", {"married": False}) == "Không"


def test_a_row_of_a_table_prints_its_columns(tmp_path):
    fields = FIELDS + (
        "- {key: items, label: Đồ, type: repeat, columns: [{key: n, label: N, type: money}]}\n"
    )
    d = definition(tmp_path, fields)
    assert render_row(d, "items", "{row_number}. {n}", {"n": 8000}, 1) == "1. 8.000 đồng"


@pytest.mark.parametrize(
    ("event", "notation"),
    [("death", "{seq}/TLKT-BS"), ("marriage", "{seq}/TLKH-BS"), ("birth", "{seq}/{year}")],
)
def test_a_copy_is_numbered_by_the_event_it_copies(event, notation):
    copies = load_file(DATA / "2.000635.yaml")
    assert notation_of(copies, {"event_kind": event}) == notation


def test_without_a_notation_by_answer_all_results_are_numbered_alike(birth):
    assert notation_of(birth, {}) == "{seq}/{year}"


@pytest.mark.parametrize(
    ("by", "path", "reason"),
    [
        ("{field: name, notations: {a: x}}", "notation_by.field", "không có câu chọn"),
        ("{field: kind, notations: {Ba: x}}", "notation_by.notations.Ba", "Một, Hai"),
        ("{field: kind, notations: {Hai: '{sequence}'}}", "notation_by.notations.Hai", "{seq}"),
    ],
)
def test_a_notation_for_an_answer_that_cannot_be_is_refused(tmp_path, by, path, reason):
    fields = FIELDS + "- {key: kind, label: Loại, type: choice, options: [Một, Hai]}\n"
    text = file_text(fields).replace('"{seq}/{year}"', f'"{{seq}}/{{year}}", notation_by: {by}')
    with pytest.raises(ProcedureFileError) as caught:
        load_file(write(tmp_path, text))
    (found,) = caught.value.problems
    assert found.path == f"result.number.{path}" and reason in found.message


def test_a_case_about_the_applicant_carries_the_applicant_s_name():
    book = load_file(DATA / "2.000908.yaml")
    assert subject_name(book, {"requester_name": "Lê An"}) == "Lê An"
    both = {"requester_name": "Lê An", "holder_name": "Trần Bình"}
    assert subject_name(book, both) == "Trần Bình"


def test_the_second_name_of_the_subject_must_be_a_field_too(tmp_path):
    text = file_text().replace("subject: {name: name}", "subject: {name: name, or: nobody}")
    with pytest.raises(ProcedureFileError, match=r"subject\.or.*nobody"):
        load_file(write(tmp_path, text))
