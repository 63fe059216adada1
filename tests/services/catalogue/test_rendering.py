"""Printed texts: dates, places and papers as official documents write them."""

from __future__ import annotations

import pytest

from services.catalogue.check import DATA
from services.catalogue.display import display
from services.catalogue.loader import load_file
from services.catalogue.rendering import render_row, render_text, truth
from tests.services.catalogue.procedure_files import FIELDS, definition

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
