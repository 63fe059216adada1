"""Rules, fees and papers of certified copies, certified signatures and copies from the book."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.people import MINH, THANH
from tests.services.catalogue.changed_filings import answers_to, fee, papers_asked, told, warned

COPIES, SIGNATURE, BOOK = "2.000815", "2.000884", "2.000908"


# ── Certified copies ─────────────────────────────────────────────────────


def paper(pages: int, copies: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "doc_kind": "Bằng tốt nghiệp",
        "doc_owner": MINH.name,
        "pages": pages,
        "copies": copies,
        "form_of_copy": "paper",
        "origin": "vietnam",
        **more,
    }


@pytest.mark.parametrize(
    ("pages", "amount"),
    [(1, 2_000), (2, 4_000), (3, 5_000), (10, 12_000), (198, 200_000), (199, 200_000)],
)
def test_a_certified_copy_costs_two_thousand_a_page_then_one_up_to_a_cap(
    pages: int, amount: int
) -> None:
    assert fee(COPIES, answers_to(COPIES, documents=[paper(pages)])) == amount


def test_the_cap_is_for_one_copy_and_all_papers_are_summed() -> None:
    documents = [paper(300, copies=2), paper(1, copies=3)]
    assert fee(COPIES, answers_to(COPIES, documents=documents)) == 2 * 200_000 + 3 * 2_000


def test_copies_for_a_farm_loan_are_free() -> None:
    assert fee(COPIES, answers_to(COPIES, farm_loan=True)) == 0


def test_a_foreign_paper_that_is_not_legalised_is_not_certified() -> None:
    answers = answers_to(COPIES, documents=[paper(1), paper(1, origin="foreign_plain")])
    assert "hợp pháp hóa lãnh sự" in told(COPIES, answers)["documents"]


@pytest.mark.parametrize("origin", ["foreign_legalised", "foreign_exempt"])
def test_a_foreign_paper_that_is_legalised_or_exempt_is_certified(origin: str) -> None:
    assert told(COPIES, answers_to(COPIES, documents=[paper(1, origin=origin)])) == {}


def test_a_large_order_is_told_that_it_may_take_two_days_more() -> None:
    answers = answers_to(COPIES, documents=[paper(60)])
    assert told(COPIES, answers) == {}
    assert "2 ngày" in warned(COPIES, answers)["documents"]


def test_who_has_copies_made_here_need_not_bring_them() -> None:
    assert "copies_brought" not in papers_asked(COPIES, answers_to(COPIES, photocopy_here=True))
    assert "copies_brought" in papers_asked(COPIES, answers_to(COPIES, photocopy_here=False))


# ── Certified signatures ─────────────────────────────────────────────────


def test_signatures_in_one_document_cost_ten_thousand_however_many() -> None:
    other = {"cosigner_name": THANH.name, "cosigner_national_id": THANH.national_id}
    answers = answers_to(
        SIGNATURE, has_other_signers=True, other_signers=[other], document_copies=3
    )
    assert fee(SIGNATURE, answers) == 10_000


def test_a_contract_is_sent_to_contract_certification() -> None:
    answers = answers_to(SIGNATURE, document_kind="contract")
    assert "Hợp đồng" in told(SIGNATURE, answers)["document_kind"]


def test_a_power_of_attorney_beyond_the_four_purposes_is_sent_on() -> None:
    answers = answers_to(SIGNATURE, document_kind="power_of_attorney", attorney_scope="other")
    assert "hợp đồng ủy quyền" in told(SIGNATURE, answers)["attorney_scope"]


@pytest.mark.parametrize("scope", ["filing", "receiving", "house", "policy_loan"])
def test_a_power_of_attorney_for_the_four_purposes_is_certified(scope: str) -> None:
    answers = answers_to(SIGNATURE, document_kind="power_of_attorney", attorney_scope=scope)
    assert told(SIGNATURE, answers) == {}


def test_a_signer_is_not_listed_twice() -> None:
    again = {
        "cosigner_name": MINH.name,
        "cosigner_national_id": MINH.national_id,
        "cosigner_address": "12 phố Kim Mã",
    }
    answers = answers_to(SIGNATURE, has_other_signers=True, other_signers=[again])
    assert "người khác" in told(SIGNATURE, answers)["other_signers"]


def test_who_cannot_come_says_why_and_where_and_waits_for_a_call() -> None:
    answers = answers_to(SIGNATURE, place="outside")
    assert {"outside_reason", "outside_address"} <= told(SIGNATURE, answers).keys()
    assert "gọi lại" in warned(SIGNATURE, answers)["place"]


def test_a_translation_is_asked_only_for_a_foreign_language() -> None:
    assert "translation" not in papers_asked(SIGNATURE, answers_to(SIGNATURE))
    assert "translation" in papers_asked(SIGNATURE, answers_to(SIGNATURE, foreign_language=True))


# ── Copies from the original book ────────────────────────────────────────


def test_a_copy_from_the_book_is_free() -> None:
    assert fee(BOOK, answers_to(BOOK, copy_count=20), channel="counter") == 0


def test_civil_status_books_have_their_own_procedure() -> None:
    answers = answers_to(BOOK, book_kind="civil_status")
    assert "trích lục hộ tịch" in told(BOOK, answers)["book_kind"]


def test_knowing_neither_number_nor_year_is_a_hint_and_no_obstacle() -> None:
    answers = answers_to(BOOK, original_date=None)
    assert told(BOOK, answers) == {}
    assert "original_date" in warned(BOOK, answers)


def test_who_asks_for_another_names_that_person_and_proves_the_relation() -> None:
    answers = answers_to(BOOK, requester_relation="child_of_holder")
    assert "holder_name" in told(BOOK, answers)
    assert "relation_proof" in papers_asked(BOOK, answers)
    assert "relation_proof" not in papers_asked(BOOK, answers_to(BOOK))


def test_an_authorised_person_shows_the_authority() -> None:
    answers = answers_to(BOOK, requester_relation="proxy", holder_name=MINH.name)
    assert "power_of_attorney" in told(BOOK, answers, papers=())


def test_by_post_a_certified_copy_of_the_identity_paper_takes_its_place() -> None:
    assert "identity_copy" in papers_asked(BOOK, answers_to(BOOK), channel="post")
    assert "identity_copy" not in papers_asked(BOOK, answers_to(BOOK))
