"""Looking a case up without an account."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from services.cases.models import Case
from tenants.communes.current import CommuneInfo
from tests.factories import make_case
from tests.journeys.html_forms import text_of_page
from tests.journeys.people import THUONG

OWN = THUONG.national_id


@pytest.fixture
def case(in_ba_dinh: CommuneInfo) -> Case:
    return make_case()


def look_up(client: Client, code: str, number: str) -> tuple[int, str]:
    """Status and words of the answer, without what the asker typed."""
    page = client.post("/tra-cuu/", {"code": code, "national_id": number})
    return page.status_code, text_of_page(page)


def test_the_code_with_the_identity_number_tells_the_state(
    central_client: Client, case: Case
) -> None:
    spaced = f"{OWN[:3]} {OWN[3:6]} {OWN[6:]}"
    status, words = look_up(central_client, f" {case.code.lower()} ", spaced)

    assert status == 200
    assert case.code in words and str(case.state.label) in words
    assert "Phường Ba Đình, Thành phố Hà Nội" in words


def test_the_answer_names_nobody(central_client: Client, case: Case) -> None:
    _, words = look_up(central_client, case.code, OWN)

    for private in (case.applicant_name, case.subject_name, THUONG.phone, OWN):
        assert private and private not in words


def test_a_wrong_code_and_a_wrong_number_get_the_same_answer(
    central_client: Client, case: Case
) -> None:
    wrong_code = look_up(central_client, "H26.00004-261122-9999", OWN)
    wrong_number = look_up(central_client, case.code, OWN[:-1] + "0")

    assert wrong_code == wrong_number
    assert wrong_code[0] == 422
    assert re.search(r"Không có hồ sơ nào khớp cả mã và số định danh", wrong_code[1])


def test_a_code_alone_tells_nothing(central_client: Client, case: Case) -> None:
    status, words = look_up(central_client, case.code, "")
    assert status == 422 and str(case.state.label) not in words

    page = central_client.get("/tra-cuu/", {"ma": case.code})
    assert str(case.state.label) not in text_of_page(page)
    assert f'value="{case.code}"' in page.content.decode()


def test_the_page_of_any_commune_finds_it_too(case: Case, ngoc_ha: CommuneInfo) -> None:
    status, words = look_up(Client(SERVER_NAME=ngoc_ha.host), case.code, OWN)

    assert status == 200 and "Phường Ba Đình" in words


def test_the_answer_is_kept_by_no_cache(central_client: Client, case: Case) -> None:
    page = central_client.post("/tra-cuu/", {"code": case.code, "national_id": OWN})

    assert "no-store" in page["Cache-Control"]


def test_numbers_cannot_be_guessed_one_after_another(central_client: Client, case: Case) -> None:
    answers = [look_up(central_client, case.code, OWN[:-1] + "0") for _ in range(21)]

    assert [status for status, _ in answers] == [422] * 20 + [429]
    assert "chờ một phút" in answers[-1][1]
    # Not even with the right number, until the minute is over; elsewhere it is another matter.
    assert look_up(central_client, case.code, OWN)[0] == 429
    page = central_client.post(
        "/tra-cuu/", {"code": case.code, "national_id": OWN}, REMOTE_ADDR="203.0.113.7"
    )
    assert page.status_code == 200
