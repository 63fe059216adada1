"""Rules, fees, papers and conditions of business and support procedures."""

from __future__ import annotations

from typing import Any

import pytest

from services.catalogue.rendering import render_text
from tests.journeys import other_answers
from tests.journeys.answers import filing
from tests.journeys.people import BA_DINH, CUONG, HUONG, KHANH, MINH, NGOC_HA, NGUYET, THANH
from tests.services.catalogue.changed_filings import (
    TODAY,
    answers_to,
    fee,
    pages_shown,
    papers_asked,
    procedure,
    told,
    warned,
)

BUSINESS, DISABILITY, PENSION = "1.001612", "1.001699", "1.014027"
CODES = ("2.000815", "2.000884", "2.000908", BUSINESS, DISABILITY, PENSION)


# ── All six ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize("code", CODES)
def test_an_ordinary_filing_meets_no_rule(code: str) -> None:
    assert told(code, answers_to(code), papers=filing(code).papers) == {}


@pytest.mark.parametrize("code", CODES)
def test_the_hours_of_the_steps_fill_the_time_limit(code: str) -> None:
    definition = procedure(code)
    days = definition.time_limit.amount or 1
    assert sum(step.hours for step in definition.steps) <= days * 8


@pytest.mark.parametrize("code", CODES)
def test_a_refusal_and_a_supplement_have_ready_reasons(code: str) -> None:
    reasons = procedure(code).reasons
    assert len(reasons.refuse) > 6 and len(reasons.supplement) > 6


@pytest.mark.parametrize("code", CODES)
def test_the_written_rejection_carries_the_reason(code: str) -> None:
    rejection = procedure(code).result.rejection
    assert rejection is not None
    assert any("{reason}" in paragraph.text for paragraph in rejection.paragraphs)


# ── Household business ───────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("channel", "amount"), [("online", 0), ("counter", 100_000), ("post", 100_000)]
)
def test_a_household_business_pays_at_the_counter_and_nothing_online(
    channel: str, amount: int
) -> None:
    assert fee(BUSINESS, answers_to(BUSINESS), channel=channel) == amount


def test_the_owner_is_at_least_eighteen() -> None:
    young = answers_to(BUSINESS, owner_birth_date="2008-11-24", owner_national_id="001308009903")
    assert "18 tuổi" in told(BUSINESS, young)["owner_birth_date"]
    of_age = answers_to(BUSINESS, owner_birth_date="2008-11-23", owner_national_id="001308009903")
    assert told(BUSINESS, of_age) == {}


@pytest.mark.parametrize("name", ["Công ty Hương", "CÔNG TY phở", "Doanh nghiệp Hương"])
def test_a_household_business_is_not_called_a_company(name: str) -> None:
    assert "công ty" in told(BUSINESS, answers_to(BUSINESS, business_name=name))["business_name"]


def test_only_the_own_name_is_typed() -> None:
    answers = answers_to(BUSINESS, business_name="Hộ kinh doanh Phở Hương")
    assert "tên riêng" in told(BUSINESS, answers)["business_name"]


def test_the_seat_is_in_the_commune_that_is_asked() -> None:
    answers = answers_to(BUSINESS, site_commune=NGOC_HA)
    assert "xã, phường khác" in told(BUSINESS, answers)["site_commune"]


def test_a_first_day_in_the_past_is_pointed_out() -> None:
    answers = answers_to(BUSINESS, start_date="2026-11-22")
    assert told(BUSINESS, answers) == {}
    assert "start_date" in warned(BUSINESS, answers)
    today = answers_to(BUSINESS, start_date="2026-11-23")
    assert "start_date" not in warned(BUSINESS, today)


def family(**changes: Any) -> dict[str, Any]:
    return {**other_answers.family_business(BA_DINH, TODAY).answers, **changes}


def test_a_family_files_its_minutes_and_the_members_authority() -> None:
    given = other_answers.family_business(BA_DINH, TODAY).papers
    assert told(BUSINESS, family(), papers=given) == {}
    assert {"meeting_minutes", "members_authority", "proxy_authority"} <= told(
        BUSINESS, family(), papers=()
    ).keys()
    assert "members" not in pages_shown(BUSINESS, answers_to(BUSINESS))


def test_a_family_has_members_beside_the_owner() -> None:
    assert "members" in told(BUSINESS, family(members=[]))


def test_the_owner_is_not_listed_again_among_the_members() -> None:
    member = family()["members"][0]
    listed = [{**member, "member_national_id": HUONG.national_id}]
    assert "bỏ dòng đó" in told(BUSINESS, family(members=listed))["members"]


def test_who_files_for_the_owner_is_somebody_else() -> None:
    answers = family(proxy_national_id=HUONG.national_id)
    assert "đang trùng" in told(BUSINESS, answers)["owner_national_id"]


# ── Disability ───────────────────────────────────────────────────────────


def test_finding_a_disability_costs_nothing() -> None:
    assert fee(DISABILITY, answers_to(DISABILITY), channel="counter") == 0


def test_a_minor_is_represented() -> None:
    answers = answers_to(DISABILITY, filer_kind="self")
    assert "Người dưới 18 tuổi" in told(DISABILITY, answers)["filer_kind"]
    grown = answers_to(DISABILITY, filer_kind="self", **MINH.subject("person_"))
    assert told(DISABILITY, grown) == {}


def test_the_representative_is_not_the_person_represented() -> None:
    answers = answers_to(DISABILITY, rep_national_id=KHANH.national_id)
    assert "đang trùng" in told(DISABILITY, answers)["rep_national_id"]


def test_being_six_is_a_reason_only_from_six_on() -> None:
    again = {"request_kind": "again", "again_reason": "Trẻ đủ 6 tuổi"}
    small = answers_to(DISABILITY, **again, person_birth_date="2020-11-24")
    assert "chưa đủ 6 tuổi" in told(DISABILITY, small)["again_reason"]
    assert told(DISABILITY, answers_to(DISABILITY, **again, person_birth_date="2020-11-23")) == {}


@pytest.mark.parametrize("code", [DISABILITY, PENSION])
def test_living_elsewhere_is_pointed_out_and_no_obstacle(code: str) -> None:
    answers = answers_to(code, person_commune=NGOC_HA)
    assert told(code, answers) == {}
    assert "person_commune" in warned(code, answers)


def test_many_unknown_activities_are_pointed_out() -> None:
    unknown = answers_to(DISABILITY, activities=[{"level": "Không xác định được"}] * 10)
    assert told(DISABILITY, unknown) == {}
    assert "activities" in warned(DISABILITY, unknown)


@pytest.mark.parametrize("kind", ["reissue", "exchange"])
def test_without_the_council_the_condition_is_not_asked(kind: str) -> None:
    answers = answers_to(
        DISABILITY, request_kind=kind, exchange_reason="Mất Giấy xác nhận khuyết tật"
    )
    assert not {"kinds", "activities", "visit"} & pages_shown(DISABILITY, answers)
    assert "medical_papers" not in papers_asked(DISABILITY, answers)
    assert told(DISABILITY, answers) == {}


# ── Social pension ───────────────────────────────────────────────────────


def aged(born: str, **changes: Any) -> dict[str, Any]:
    return answers_to(PENSION, person_birth_date=born, person_national_id=None, **{
        "person_id_doc_type": "Chứng minh nhân dân",
        "person_id_doc_number": "010203040",
        **changes,
    })  # fmt: skip


def test_a_social_pension_costs_nothing() -> None:
    assert fee(PENSION, answers_to(PENSION), channel="counter") == 0


def test_the_pension_begins_at_seventy_five() -> None:
    assert told(PENSION, aged("1951-11-23")) == {}
    assert "poverty" in told(PENSION, aged("1951-11-24"))


@pytest.mark.parametrize("poverty", ["poor", "near_poor"])
def test_in_a_poor_household_the_pension_begins_at_seventy(poverty: str) -> None:
    assert told(PENSION, aged("1956-11-23", poverty=poverty)) == {}
    assert "đủ 75 tuổi" in told(PENSION, aged("1956-11-24", poverty=poverty))["person_birth_date"]


def test_under_seventy_is_told_once() -> None:
    assert told(PENSION, aged("1960-01-01")).keys() == {"person_birth_date"}


def test_a_year_of_birth_alone_is_enough() -> None:
    assert told(PENSION, aged("1948")) == {}


def test_a_monthly_pension_as_high_as_the_allowance_excludes_it() -> None:
    high = answers_to(PENSION, pension="receiving", pension_amount=540_000)
    assert "chưa đủ điều kiện" in told(PENSION, high)["pension_amount"]
    low = answers_to(PENSION, pension="receiving", pension_amount=539_999)
    assert told(PENSION, low) == {}


def test_who_fills_the_form_for_another_is_somebody_else() -> None:
    answers = answers_to(PENSION, proxy_national_id=NGUYET.national_id)
    assert "đang trùng" in told(PENSION, answers)["proxy_national_id"]


def test_a_death_is_told_by_somebody_else() -> None:
    stopped = {"request_kind": "stop", "stop_reason": "died", "stop_from": "2026-11-02"}
    assert (
        "khai thay"
        in told(PENSION, answers_to(PENSION, **stopped, filer_kind="self"))["filer_kind"]
    )
    assert told(PENSION, answers_to(PENSION, **stopped)) == {}


def test_ending_a_pension_asks_neither_age_nor_poverty_nor_account() -> None:
    stopped = answers_to(
        PENSION,
        request_kind="stop",
        stop_reason="own_wish",
        stop_from="2026-12-01",
        person_birth_date="1960-01-01",
    )
    assert not {"circumstances", "payment"} & pages_shown(PENSION, stopped)
    assert told(PENSION, stopped) == {}


def test_another_persons_account_and_other_support_are_pointed_out() -> None:
    answers = answers_to(PENSION, account_holder=THANH.name, other_support="Trợ cấp khuyết tật")
    assert told(PENSION, answers) == {}
    assert {"account_holder", "other_support"} <= warned(PENSION, answers).keys()


def test_an_account_in_the_own_name_without_accents_is_the_own_account() -> None:
    assert warned(PENSION, answers_to(PENSION)) == {}


def test_only_a_stranger_needs_a_written_authority() -> None:
    assert "power_of_attorney" not in papers_asked(PENSION, answers_to(PENSION))
    stranger = answers_to(PENSION, proxy_relation="Người được ủy quyền khác")
    assert "power_of_attorney" in papers_asked(PENSION, stranger)


@pytest.mark.parametrize(
    ("day", "amount"),
    [
        ("2025-07-01", "500000"),
        ("2026-06-30", "500000"),
        ("2026-07-01", "540000"),
        ("2027-01-01", "540000"),
    ],
)
def test_the_amount_proposed_is_that_of_the_day_of_decision(day: str, amount: str) -> None:
    values = {**answers_to(PENSION), "today": day}
    assert render_text(procedure(PENSION), "{standard_amount}", values) == amount


def test_a_pensioner_of_seventy_five_is_old_enough_on_the_birthday() -> None:
    assert told(PENSION, answers_to(PENSION, **CUONG.subject("person_"))) == {}
