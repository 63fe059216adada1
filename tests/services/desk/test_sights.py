"""Looking is recorded: full numbers, papers, documents; and nothing is shown without it."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from services.cases.drafts import attachments_of
from services.cases.models import Case
from services.cases.story import tell
from services.catalogue.loader import load_file
from services.catalogue.masking import mask_numbers
from tenants.communes.current import CommuneInfo, in_commune
from tenants.history.events import events_of, verify_chain
from tenants.history.sights import SIGHTS
from tests.factories import make_account
from tests.journeys.html_forms import text_of_page
from tests.services.desk.conftest import CaseAt, Desk

DATA = Path(__file__).parents[3] / "services/catalogue/data"
NUMBER = re.compile(r"(?<!\d)\d{12}(?!\d)")


@pytest.fixture
def case(case_at: CaseAt) -> Case:
    return case_at("received")


@pytest.fixture
def official(desk: Desk) -> Client:
    return desk("reception")


def place(case: Case, rest: str = "") -> str:
    return f"/desk/ho-so/{case.code}/{rest}"


def sights(commune: CommuneInfo, case: Case) -> list[tuple[str, str, Any]]:
    with in_commune(commune.code):
        return [
            (event.verb, event.actor_kind, (event.details or {}).get("case"))
            for event in events_of(case.pk)
            if event.verb in SIGHTS
        ]


def test_numbers_are_masked_until_an_official_asks_for_them_which_is_recorded(
    ba_dinh: CommuneInfo, case: Case, official: Client
) -> None:
    number = case.applicant_national_id
    page = official.get(place(case))
    assert number not in page.content.decode()
    assert f"{number[:3]}******{number[-3:]}" in text_of_page(page)
    assert not NUMBER.search(text_of_page(page))

    answer = official.post(place(case, "so-dinh-danh/"))

    assert number in text_of_page(official.get(answer["Location"]))
    assert sights(ba_dinh, case) == [("number.seen", "official", case.code)]
    # Without the ticket they are masked again, and after five minutes with it too.
    assert number not in official.get(place(case)).content.decode()
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert number not in official.get(answer["Location"]).content.decode()


def test_a_ticket_shows_numbers_to_the_one_who_asked_and_in_that_case_alone(
    ba_dinh: CommuneInfo, case: Case, case_at: CaseAt, official: Client, desk: Desk
) -> None:
    other = case_at("received")
    ticket = official.post(place(case, "so-dinh-danh/"))["Location"].partition("?")[2]

    for browser, one in ((desk("specialist"), case), (official, other)):
        page = browser.get(f"{place(one)}?{ticket}").content.decode()
        assert one.applicant_national_id not in page
    assert official.get(f"{place(case)}?so=khong-dung").status_code == 200


def test_asking_for_numbers_is_a_sent_form_of_an_official(
    case: Case, official: Client, commune_client: Any, ba_dinh: CommuneInfo
) -> None:
    assert official.get(place(case, "so-dinh-danh/")).status_code == 405
    stranger = commune_client(ba_dinh)
    stranger.force_login(make_account())
    assert stranger.post(place(case, "so-dinh-danh/")).status_code in (302, 404)
    assert sights(ba_dinh, case) == []


def test_a_paper_that_is_drawn_again_is_one_sight_and_each_saving_is_one(
    ba_dinh: CommuneInfo, case: Case, official: Client
) -> None:
    with in_commune(ba_dinh.code):
        [paper] = attachments_of(case.pk)
    address = place(case, f"giay-to/{paper.pk}/")
    for _ in range(3):
        b"".join(official.get(address).streaming_content)
    for _ in range(2):
        b"".join(official.get(f"{address}?tai-ve").streaming_content)

    seen, saved = ("paper.seen", "official", case.code), ("paper.saved", "official", case.code)
    assert sights(ba_dinh, case) == [seen, saved, saved]
    cache.clear()  # an hour later, or another process
    b"".join(official.get(address).streaming_content)
    assert sights(ba_dinh, case) == [seen, saved, saved, seen]
    with in_commune(ba_dinh.code):
        verify_chain()
        # The case's own story is about what was done.
        assert not [line for line in tell(events_of(case.pk)) if line.verb in SIGHTS]


def test_a_document_and_the_preview_of_a_result_are_sights(
    ba_dinh: CommuneInfo, case_at: CaseAt, desk: Desk
) -> None:
    case = case_at("awaiting_decision")
    leader = desk("leader")
    page = leader.get(place(case)).content.decode()
    [slip] = re.findall(r'href="(/desk/ho-so/[^"]+/van-ban/[^"]+)"', page)
    assert leader.get(slip).status_code == 200
    assert leader.get(place(case, "xem-truoc/")).status_code == 200

    assert sights(ba_dinh, case) == [("document.seen", "official", case.code)] * 2


def test_what_cannot_be_recorded_is_not_shown(
    ba_dinh: CommuneInfo, case: Case, official: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_given: object) -> None:
        raise DatabaseError("the chain cannot be written")

    monkeypatch.setattr("tenants.history.sights.record_event", fail)
    with in_commune(ba_dinh.code):
        [paper] = attachments_of(case.pk)
    official.raise_request_exception = False
    for answer in (
        official.get(place(case, f"giay-to/{paper.pk}/")),
        official.post(place(case, "so-dinh-danh/")),
    ):
        assert answer.status_code >= 500
        assert b"%PDF" not in answer.content


def test_numbers_in_rows_and_in_other_answers_are_masked_too() -> None:
    definition = load_file(DATA / "1.001193.yaml")
    answers = {"child_name": "Gia Hân, con của 001196000412", "unknown": "001196000412"}
    masked = mask_numbers(definition, answers)
    assert masked["child_name"] == "Gia Hân, con của 001******412"
    assert masked["unknown"] == "001196000412"  # no answer of the form, so on no page
