"""At the counter: what the person gave before is offered to officials who may see it."""

from __future__ import annotations

import pytest
from django.test import Client

from services.cases.drafts import attachments_of, remove_paper
from services.cases.models import Attachment, Case, Draft
from tenants.communes.current import CommuneInfo, in_commune
from tests.factories import BIRTH, make_case, make_draft, make_official, the_official
from tests.journeys.answers import filing
from tests.journeys.html_forms import text_of_page
from tests.services.desk.conftest import Desk
from tests.services.desk.pages import BA_DINH

PAPER = "birth_certificate"


@pytest.fixture
def reception(desk: Desk) -> Client:
    return desk("reception")


@pytest.fixture
def earlier(ba_dinh: CommuneInfo, reception: Client) -> Case:
    with in_commune(BA_DINH):
        return make_case(up_to="received")


@pytest.fixture
def draft(earlier: Case) -> Draft:
    with in_commune(BA_DINH):
        return without_files("reception")


def without_files(role: str) -> Draft:
    draft = make_draft(filing(BIRTH), official=the_official(role))
    for one in attachments_of(draft.pk):
        remove_paper(draft=draft, attachment_id=one.pk)
    return draft


def place(draft: Draft) -> str:
    return f"/desk/tai-quay/ban/{draft.pk}/giay-to/"


def choice(case: Case) -> str:
    with in_commune(BA_DINH):
        return f"{PAPER}:paper:{attachments_of(case.pk)[0].pk}"


def test_it_is_offered_with_its_case_and_taken_with_one_press(
    reception: Client, draft: Draft, earlier: Case
) -> None:
    page = reception.get(place(draft))
    assert "Nền tảng đã có" in text_of_page(page) and earlier.code in text_of_page(page)

    answer = reception.post(place(draft), {"reuse": choice(earlier)})

    assert answer["Location"] == place(draft)
    words = text_of_page(reception.get(place(draft)))
    assert f"dùng lại từ hồ sơ {earlier.code}" in words and "Nền tảng đã có" not in words
    review = f"/desk/tai-quay/ban/{draft.pk}/xem-lai/"
    reception.post(review, {"declared": "on"})
    with in_commune(BA_DINH):
        case = Case.objects.exclude(pk=earlier.pk).get()
        [kept], [given] = attachments_of(case.pk), attachments_of(earlier.pk)
        assert (kept.file_id, kept.source_code) == (given.file_id, earlier.code)


def test_of_another_person_nothing_is_offered_or_taken(
    reception: Client, draft: Draft, earlier: Case
) -> None:
    with in_commune(BA_DINH):
        Case.objects.update(applicant_id_index="of somebody else")

    assert "Nền tảng đã có" not in text_of_page(reception.get(place(draft)))
    answer = reception.post(place(draft), {"reuse": choice(earlier)})

    assert answer.status_code == 422 and "không dùng lại được" in text_of_page(answer)
    with in_commune(BA_DINH):
        assert not Attachment.objects.filter(source="paper").exists()


def test_an_official_is_offered_nothing_of_cases_that_do_not_exist_for_them(
    desk: Desk, earlier: Case
) -> None:
    with in_commune(BA_DINH):
        Case.objects.filter(pk=earlier.pk).update(procedure_code="2.000815")
        Attachment.objects.update(paper_key="residence_proof")
        official = the_official("reception")
        official.scope = BIRTH
        official.save()
        make_official("leader")
        draft = without_files("reception")

    assert "Nền tảng đã có" not in text_of_page(desk("reception").get(place(draft)))
