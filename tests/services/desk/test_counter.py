"""A walk-in without an account: the whole form, papers, review, filed and received in one go."""

from __future__ import annotations

import re
from dataclasses import replace
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from documents.registers.models import Document
from services.cases.delivery import documents_of
from services.cases.drafts import attachments_of
from services.cases.models import Case, Draft
from services.cases.states import CaseStatus, Channel
from services.catalogue.forms.pages import visible_pages
from services.catalogue.registry import current_procedure
from tenants.communes.current import CommuneInfo, in_commune
from tenants.history.events import events_of
from tests.factories import PDF, make_draft, the_official
from tests.journeys.answers import filing
from tests.journeys.html_forms import forms_of
from tests.journeys.typing_in import fill_in
from tests.services.desk.conftest import Desk
from tests.services.desk.pages import BA_DINH, now_of, text_of

BIRTH = "1.001193"


def begin(browser: Client, procedure: str = BIRTH) -> str:
    """Start a form; the address of the draft."""
    page = browser.post(f"/desk/tai-quay/{procedure}/bat-dau/")
    found = re.match(r"/desk/tai-quay/ban/[0-9a-f-]+/", page["Location"])
    assert found
    return found[0]


def test_a_birth_is_registered_for_somebody_at_the_counter(desk: Desk) -> None:
    browser, one = desk("reception"), filing(BIRTH)
    assert "Đăng ký khai sinh" in text_of(browser.get("/desk/tai-quay/?tim=khai sinh"))
    draft = begin(browser)
    definition = current_procedure(BIRTH)
    for page in visible_pages(definition, dict(one.answers)):
        form = forms_of(browser.get(f"{draft}{page.key}/"))[-1]
        leaves = {leaf.key: leaf for spec in page.fields for leaf in spec.leaves()}
        sent = browser.post(f"{draft}{page.key}/", fill_in(form, leaves, one.answers))
        assert sent.status_code == 302, (page.key, text_of(sent))
    assert sent["Location"] == f"{draft}giay-to/"

    upload = SimpleUploadedFile("giay-chung-sinh.pdf", PDF, "application/pdf")
    data = {"paper-birth_certificate": upload, "kind-birth_certificate": "original"}
    assert browser.post(f"{draft}giay-to/", data)["Location"] == f"{draft}xem-lai/"

    review = text_of(browser.get(f"{draft}xem-lai/"))
    assert "Trần Nguyễn Gia Hân" in review and "giay-chung-sinh.pdf" in review
    unsaid = browser.post(f"{draft}xem-lai/", {"accept": "1"})
    assert unsaid.status_code == 422 and "lời cam đoan" in text_of(unsaid)

    done = browser.post(f"{draft}xem-lai/", {"accept": "1", "declared": "on"}, follow=True)
    assert "Đã nhập và tiếp nhận" in text_of(done)
    with in_commune(BA_DINH):
        case = Case.objects.get()
        assert (case.status, case.channel) == (CaseStatus.RECEIVED, Channel.COUNTER)
        assert case.account_id is None and case.applicant_name == one.answers["requester_name"]
        assert [paper.kind for paper in documents_of(case)] == [Document.Kind.RECEIPT_SLIP]
        assert [paper.copy_kind for paper in attachments_of(case.pk)] == ["original"]
        assert [event.verb for event in events_of(case.pk)] == ["file", "accept"]
        assert not Draft.objects.exists()

    # The second press of the button finds the same case.
    again = browser.post(f"{draft}xem-lai/", {"accept": "1", "declared": "on"})
    assert again["Location"] == f"/desk/ho-so/{case.code}/"
    with in_commune(BA_DINH):
        assert Case.objects.count() == 1
    assert now_of(case).status == CaseStatus.RECEIVED


def test_what_is_wrong_on_a_page_is_said_and_everything_typed_is_kept(desk: Desk) -> None:
    browser = desk("reception")
    draft = begin(browser)
    page = visible_pages(current_procedure(BIRTH), {})[0]
    typed = {"requester_name": "Nguyễn Thị Hoài Thương", "requester_national_id": "123"}
    sent = browser.post(f"{draft}{page.key}/", typed)
    assert sent.status_code == 422 and 'role="alert"' in text_of(sent)
    again = text_of(browser.get(f"{draft}{page.key}/"))
    assert 'value="Nguyễn Thị Hoài Thương"' in again and 'value="123"' in again


def test_an_unfinished_form_is_found_again_at_the_counter(desk: Desk) -> None:
    browser = desk("reception")
    draft = begin(browser)
    assert draft in text_of(browser.get("/desk/tai-quay/"))
    first = visible_pages(current_procedure(BIRTH), {})[0]
    assert browser.get(draft)["Location"] == f"{draft}{first.key}/"
    assert browser.post(f"{draft}bo/")["Location"] == "/desk/tai-quay/"
    assert draft not in text_of(browser.get("/desk/tai-quay/"))
    assert browser.get(draft).status_code == 404


def test_an_incomplete_form_is_not_filed_and_each_gap_leads_to_its_page(desk: Desk) -> None:
    browser = desk("reception")
    draft = begin(browser)
    page = browser.post(f"{draft}xem-lai/", {"declared": "on", "accept": "1"})
    first = visible_pages(current_procedure(BIRTH), {})[0]
    assert page.status_code == 422 and f'href="{draft}{first.key}/"' in text_of(page)
    with in_commune(BA_DINH):
        assert not Case.objects.exists()


def test_a_bad_file_is_refused_by_name_beside_its_paper_and_the_good_ones_stay(
    desk: Desk, ba_dinh: CommuneInfo
) -> None:
    browser = desk("reception")
    with in_commune(ba_dinh.code):
        one = replace(filing(BIRTH), papers=())
        made = make_draft(one, official=the_official("reception"))
    draft = f"/desk/tai-quay/ban/{made.pk}/"
    files = [
        SimpleUploadedFile("tot.pdf", PDF, "application/pdf"),
        SimpleUploadedFile("hong.pdf", b"MZ not a paper", "application/pdf"),
    ]
    page = browser.post(f"{draft}giay-to/", {"paper-birth_certificate": files})
    said = text_of(page)
    assert page.status_code == 422 and "hong.pdf: " in said and "tot.pdf · " in said


@pytest.mark.parametrize("address", ["", "xem-lai/", "giay-to/"])
def test_a_form_that_never_was_is_not_found(address: str, desk: Desk) -> None:
    browser = desk("reception")
    assert browser.get(f"/desk/tai-quay/ban/{uuid4()}/{address}").status_code == 404
    assert (
        browser.post(f"/desk/tai-quay/ban/{uuid4()}/xem-lai/", {"declared": "on"}).status_code
        == 404
    )


def test_an_unknown_procedure_or_page_is_not_found(desk: Desk, ba_dinh: CommuneInfo) -> None:
    browser = desk("reception")
    assert browser.post("/desk/tai-quay/9.999999/bat-dau/").status_code == 404
    assert browser.get(f"{begin(browser)}khong-co/").status_code == 404
