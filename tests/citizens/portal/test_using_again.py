"""Papers that the commune holds already, offered on the page of papers."""

from __future__ import annotations

import pytest
from django.test import Client

from services.cases.drafts import attachments_of, remove_paper
from services.cases.models import Attachment, Case, Draft
from services.cases.states import CaseStatus
from tenants.accounts.models import Account
from tests.factories import BIRTH, make_case, make_draft, pdf_upload
from tests.journeys.answers import filing
from tests.journeys.html_forms import text_of_page

PAPER = "birth_certificate"


@pytest.fixture
def earlier(in_ba_dinh: object, mother: Account) -> Case:
    return make_case(BIRTH, "received", account=mother)


@pytest.fixture
def draft(earlier: Case, mother: Account) -> Draft:
    draft = make_draft(filing(BIRTH), account=mother)
    for one in attachments_of(draft.pk):
        remove_paper(draft=draft, attachment_id=one.pk)
    return draft


def place(draft: Draft) -> str:
    return f"/nop/{draft.pk}/giay-to/"


def choice(case: Case) -> str:
    return f"{PAPER}:paper:{attachments_of(case.pk)[0].pk}"


def test_what_is_held_is_offered_taken_with_one_press_and_said_where_from(
    browser: Client, draft: Draft, earlier: Case
) -> None:
    page = browser.get(place(draft))
    assert f'value="{choice(earlier)}"' in page.content.decode()
    assert "Dùng lại giấy đã nộp ngày" in text_of_page(page)

    answer = browser.post(place(draft), {"reuse": choice(earlier)})

    assert answer["Location"] == place(draft)
    words = text_of_page(browser.get(place(draft)))
    assert f"dùng lại từ hồ sơ {earlier.code}" in words and "Dùng lại giấy" not in words
    assert browser.get(f"/nop/{draft.pk}/").status_code == 200
    assert "birth_certificate.pdf" in text_of_page(browser.get(f"/nop/{draft.pk}/xem-lai/"))


def test_whoever_declines_sends_a_file(browser: Client, draft: Draft) -> None:
    browser.post(place(draft), {f"paper-{PAPER}": pdf_upload("mới.pdf"), "upload": "1"})

    [given] = attachments_of(draft.pk)
    assert (given.name, given.source) == ("mới.pdf", "given")


def test_a_strangers_paper_is_neither_offered_nor_taken(
    ba_dinh: object, draft: Draft, earlier: Case, stranger: Account, browser: Client
) -> None:
    theirs = make_draft(filing(BIRTH), account=stranger)
    client = Client(SERVER_NAME=browser.defaults["SERVER_NAME"])
    client.force_login(stranger)

    assert "Dùng lại giấy" not in text_of_page(client.get(place(theirs)))
    answer = client.post(place(theirs), {"reuse": choice(earlier)})

    assert answer.status_code == 422 and "không dùng lại được" in text_of_page(answer)
    assert client.post(place(draft), {"reuse": choice(earlier)}).status_code == 404
    assert not Attachment.objects.filter(source="paper").exists()


@pytest.mark.parametrize("sent", ["", PAPER, f"{PAPER}:paper:", f"{PAPER}:result:x", "x:y:z"])
def test_nonsense_takes_nothing(browser: Client, draft: Draft, sent: str) -> None:
    answer = browser.post(place(draft), {"reuse": sent})

    assert answer.status_code == 422 and not attachments_of(draft.pk)


def test_an_offer_that_is_over_says_so(browser: Client, draft: Draft, earlier: Case) -> None:
    Case.objects.filter(pk=earlier.pk).update(status=CaseStatus.STOPPED)

    answer = browser.post(place(draft), {"reuse": choice(earlier)})

    assert answer.status_code == 422 and "không dùng lại được" in text_of_page(answer)
    assert not attachments_of(draft.pk)


def test_a_certificate_of_the_commune_need_not_be_sent(
    in_ba_dinh: object, browser: Client, mother: Account
) -> None:
    issued = make_case("1.004873", "returned", account=mother)
    draft = make_draft(filing("1.000894"), account=mother)

    words = text_of_page(browser.get(place(draft)))

    assert "Xã đã có giấy này, anh/chị không phải nộp" in words
    assert "Đưa giấy này vào hồ sơ" in words and "dùng được đến hết ngày" in words
    result = browser.get(f"/ho-so/{issued.code}/ket-qua/")
    assert b"".join(result).startswith(b"%PDF")  # type: ignore[arg-type]
