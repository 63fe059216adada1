"""Checking a paper: a clear yes or no for anybody, and nobody's name in full."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from documents.registers.models import Document
from documents.registers.verification import (
    ALPHABET,
    WrittenCode,
    display_code,
    mask_name,
    new_code,
    parse_code,
)
from tenants.communes.current import CommuneInfo, in_commune
from tenants.jobs.runner import run_pending_jobs
from tests.documents.contents import CONTENTS, LONG_NAME
from tests.documents.registers.test_issuing import issue

ClientOf = Callable[[CommuneInfo], Client]


@pytest.mark.parametrize(
    "typed",
    ["7QK4-M2XD", "7qk4m2xd", " 7Qk4 M2xd ", "7QK4–M2XD", "7qk4.m2xd"],
)
def test_a_code_is_read_as_people_type_it(typed: str) -> None:
    assert parse_code(typed) == WrittenCode("", "7QK4M2XD")


def test_letters_mistaken_for_digits_are_put_right() -> None:
    assert parse_code("OOOO4-oiL1-M2XD") == WrittenCode("00004", "0111M2XD")


@pytest.mark.parametrize("typed", ["", "7QK4", "7QK4-M2XU", "7QK4-M2XD-9", "x" * 500, "ễ"])
def test_what_is_no_code_is_no_code(typed: str) -> None:
    assert parse_code(typed) is None


@given(st.text(alphabet=ALPHABET, min_size=8, max_size=8), st.from_regex(r"\A[0-9]{5}\Z"))
def test_every_code_survives_being_printed_and_typed(code: str, commune: str) -> None:
    assert parse_code(display_code(code, commune).lower()) == WrittenCode(commune, code)


def test_codes_are_eight_characters_of_the_alphabet_and_differ() -> None:
    codes = {new_code() for _turn in range(200)}

    assert len(codes) == 200
    assert all(re.fullmatch(f"[{ALPHABET}]{{8}}", code) for code in codes)


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("Nguyễn Thị Hoài Thương", "N. T. H. Thương"),
        ("Đỗ  ánh", "Đ. ánh"),
        ("Hân", "Hân"),
        ("", ""),
    ],
)
def test_a_name_is_masked(name: str, masked: str) -> None:
    assert mask_name(name) == masked


def issued_in(commune: CommuneInfo) -> Document:
    """A receipt slip of a commune with its PDF made."""
    with in_commune(commune.code):
        document = issue(
            kind=Document.Kind.RECEIPT_SLIP,
            template="receipt_slip",
            title="Giấy tiếp nhận hồ sơ và hẹn trả kết quả",
            content=CONTENTS["receipt_slip"],
        )
        run_pending_jobs()
        document.refresh_from_db()
    return document


def test_anybody_sees_that_a_paper_is_genuine(
    ba_dinh: CommuneInfo, commune_client: ClientOf
) -> None:
    document = issued_in(ba_dinh)

    answer = commune_client(ba_dinh).get(f"/kiem-tra/{display_code(document.verification_code)}/")

    text = answer.content.decode()
    assert answer.status_code == 200
    for shown in (
        "Văn bản này là thật",
        "chưa được ký số",
        document.title,
        document.notation,
        document.sha256,
        document.issued_on.strftime("%d/%m/%Y"),
        "ỦY BAN NHÂN DÂN PHƯỜNG BA ĐÌNH",
        "Nguyễn Thị Ánh Nguyệt",
        mask_name(LONG_NAME),
    ):
        assert shown in text
    for hidden in (LONG_NAME, "001196000412", "0900 000 268", "Nghĩa Đô", document.case_code):
        assert hidden not in text


def test_a_typed_code_leads_to_its_own_address(
    ba_dinh: CommuneInfo, commune_client: ClientOf
) -> None:
    answer = commune_client(ba_dinh).get("/kiem-tra/", {"ma": "00004 7qk4 m2xd"})

    assert (answer.status_code, answer["Location"]) == (302, "/kiem-tra/7QK4-M2XD/")


def test_an_unknown_code_says_what_to_do(ba_dinh: CommuneInfo, commune_client: ClientOf) -> None:
    answer = commune_client(ba_dinh).get("/kiem-tra/7QK4-M2XD/")

    assert answer.status_code == 404
    assert "so lại từng ký tự" in answer.content.decode()
    assert "Xin đừng nhận giấy" in answer.content.decode()


def test_a_malformed_code_is_explained(ba_dinh: CommuneInfo, commune_client: ClientOf) -> None:
    answer = commune_client(ba_dinh).get("/kiem-tra/", {"ma": "<b>không phải mã</b>"})

    assert answer.status_code == 400
    assert "tám chữ số và chữ cái" in answer.content.decode()
    assert "<b>không" not in answer.content.decode()


def test_a_neighbour_does_not_know_the_paper(
    ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo, commune_client: ClientOf
) -> None:
    document = issued_in(ba_dinh)

    answer = commune_client(ngoc_ha).get(f"/kiem-tra/{document.verification_code}/")

    assert answer.status_code == 404


def test_a_full_code_on_the_wrong_site_leads_to_the_right_one(
    ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo, commune_client: ClientOf, central_client: Client
) -> None:
    for client in (commune_client(ngoc_ha), central_client):
        answer = client.get("/kiem-tra/", {"ma": "00004-7QK4-M2XD"})
        assert answer.status_code == 302
        assert answer["Location"].endswith(f"//{ba_dinh.host}/kiem-tra/7QK4-M2XD/")


def test_the_central_site_asks_for_the_commune_and_refuses_unknown_ones(
    central_client: Client,
) -> None:
    short = central_client.get("/kiem-tra/", {"ma": "7QK4-M2XD"})
    unknown = central_client.get("/kiem-tra/", {"ma": "99999-7QK4-M2XD"})

    assert (short.status_code, unknown.status_code) == (400, 404)
    assert "năm chữ số đứng đầu" in short.content.decode()
    assert "99999" in unknown.content.decode()
