"""Reviewing a form and sending it, once."""

from __future__ import annotations

from django.test import Client

from services.cases.drafts import save_page
from services.cases.models import Attachment, Case, Draft
from tenants.accounts.models import Account
from tenants.communes.current import CommuneInfo
from tests.factories import make_draft
from tests.journeys.answers import filing
from tests.journeys.html_forms import text_of_page

# It asks for a paper that no database supplies.
CORRECTION = "1.004859"


def review(draft: Draft) -> str:
    return f"/nop/{draft.pk}/xem-lai/"


def test_the_review_shows_everything_with_a_way_to_correct_it(
    browser: Client, complete: Draft
) -> None:
    page = browser.get(review(complete))
    words = text_of_page(page)

    for shown in ("Trần Nguyễn Gia Hân", "Trần Văn Đức", "0457/2026", "birth_certificate.pdf"):
        assert shown in words
    assert "16.000 đ" in words, "the fee of two copies"
    assert f"/nop/{complete.pk}/child_name/?tu=xem-lai" in page.content.decode()


def test_nothing_is_sent_without_the_declaration(browser: Client, complete: Draft) -> None:
    answer = browser.post(review(complete))

    assert answer.status_code == 422
    drawn = answer.content.decode()
    assert 'role="alert"' in drawn and 'href="#declared"' in drawn
    assert not Case.objects.exists()


def test_sending_makes_a_case_and_shows_its_code(browser: Client, complete: Draft) -> None:
    answer = browser.post(review(complete), {"declared": "on"})

    case = Case.objects.get(filing_key=complete.pk)
    assert answer["Location"] == f"/ho-so/{case.code}/?moi=1"
    confirmation = browser.get(answer["Location"])
    words = text_of_page(confirmation)
    assert case.code in words and "Việc tiếp theo" in words
    assert "<svg" in confirmation.content.decode().split("</header>")[1], "the QR code"


def test_a_second_click_leads_to_the_same_case(browser: Client, complete: Draft) -> None:
    first = browser.post(review(complete), {"declared": "on"})
    second = browser.post(review(complete), {"declared": "on"})

    assert first["Location"] == second["Location"]
    assert Case.objects.count() == 1


def test_the_browsers_way_back_leads_to_the_case(browser: Client, complete: Draft) -> None:
    sent = browser.post(review(complete), {"declared": "on"})

    assert browser.get(review(complete))["Location"] == sent["Location"]


def test_a_missing_paper_is_named_and_leads_to_the_papers(
    browser: Client, in_ba_dinh: CommuneInfo, mother: Account
) -> None:
    draft = make_draft(filing(CORRECTION, commune=in_ba_dinh.code), account=mother)
    Attachment.objects.filter(owner_id=draft.pk).delete()
    answer = browser.post(review(draft), {"declared": "on"})

    assert answer.status_code == 422
    summary = answer.content.decode().split('role="alert"')[1].split("</ul>")[0]
    assert f"/nop/{draft.pk}/giay-to/" in summary
    assert not Case.objects.exists()


def test_a_missing_answer_is_named_and_leads_to_its_page(browser: Client, complete: Draft) -> None:
    save_page(draft=complete, page_key="child_name", answers={"child_name": None})
    answer = browser.post(review(complete), {"declared": "on"})

    assert answer.status_code == 422
    summary = answer.content.decode().split('role="alert"')[1].split("</ul>")[0]
    assert f"/nop/{complete.pk}/child_name/?tu=xem-lai" in summary
    assert not Case.objects.exists()


def test_markup_in_an_answer_is_shown_as_text(browser: Client, complete: Draft) -> None:
    save_page(
        draft=complete, page_key="birth_place", answers={"birth_facility": "<script>alert(1)"}
    )
    drawn = browser.get(review(complete)).content.decode()

    assert "<script>alert(1)" not in drawn and "&lt;script&gt;alert(1)" in drawn
