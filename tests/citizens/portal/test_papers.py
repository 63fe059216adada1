"""Giving papers with a form."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from services.cases.models import Attachment, Case, Draft
from tenants.jobs.runner import run_pending_jobs
from tests.documents.files.test_checking import saved
from tests.documents.files.test_checking import with_script as script
from tests.documents.files.test_stripping import SECRETS, photograph
from tests.factories import pdf_upload
from tests.journeys.html_forms import text_of_page

FIELD = "paper-birth_certificate"


@pytest.fixture
def given(complete: Draft) -> Draft:
    """A form whose one paper waits to be given anew."""
    Attachment.objects.filter(owner_id=complete.pk).delete()
    return complete


def place(draft: Draft) -> str:
    return f"/nop/{draft.pk}/giay-to/"


def names(draft: Draft) -> list[str]:
    return list(Attachment.objects.filter(owner_id=draft.pk).values_list("name", flat=True))


def test_a_file_is_kept_and_listed_with_name_and_size(browser: Client, given: Draft) -> None:
    answer = browser.post(place(given), {FIELD: pdf_upload("giấy chứng sinh.pdf"), "upload": "1"})
    assert answer["Location"] == place(given)

    words = text_of_page(browser.get(place(given)))
    assert "giấy chứng sinh.pdf" in words and "Bỏ tệp" in words


def test_going_on_leads_to_the_review(browser: Client, given: Draft) -> None:
    answer = browser.post(place(given), {FIELD: pdf_upload()})

    assert answer["Location"] == f"/nop/{given.pk}/xem-lai/"


def test_a_bad_file_is_named_with_what_to_do_and_the_good_one_stays(
    browser: Client, given: Draft
) -> None:
    bad = SimpleUploadedFile("virus.pdf", b"MZ this is no document", "application/pdf")
    answer = browser.post(place(given), {FIELD: [pdf_upload("tốt.pdf"), bad]})

    assert answer.status_code == 422
    drawn = answer.content.decode()
    assert 'role="alert"' in drawn and f'href="#{FIELD}"' in drawn
    assert names(given) == ["tốt.pdf"]


def test_a_file_over_the_limit_is_refused_with_its_size(browser: Client, given: Draft) -> None:
    heavy = SimpleUploadedFile("ảnh.jpg", b"\xff\xd8\xff" + b"0" * (21 * 1024 * 1024), "image/jpeg")
    answer = browser.post(place(given), {FIELD: heavy})

    assert answer.status_code == 422
    words = text_of_page(answer)
    assert "21 MB" in words and "20 MB" in words
    assert names(given) == []


def test_a_file_is_taken_off_again(browser: Client, complete: Draft) -> None:
    attachment = Attachment.objects.get(owner_id=complete.pk)
    answer = browser.post(place(complete), {"remove": str(attachment.pk)})

    assert answer["Location"] == place(complete)
    assert names(complete) == []


@pytest.mark.parametrize("which", ["not-a-key", "00000000-0000-7000-8000-000000000000"])
def test_taking_off_what_is_not_there_harms_nothing(
    browser: Client, complete: Draft, which: str
) -> None:
    answer = browser.post(place(complete), {"remove": which})

    assert answer.status_code in (302, 404)
    assert names(complete) == ["birth_certificate.pdf"]


def test_a_file_for_a_paper_that_nobody_asks_is_not_kept(browser: Client, given: Draft) -> None:
    browser.post(place(given), {"paper-not_asked": pdf_upload()})

    assert names(given) == []


def test_the_field_takes_photographs_and_works_without_a_script(
    browser: Client, given: Draft
) -> None:
    drawn = browser.get(place(given)).content.decode()

    assert 'enctype="multipart/form-data"' in drawn
    assert "image/jpeg" in drawn and "application/pdf" in drawn and " multiple" in drawn


def with_script() -> SimpleUploadedFile:
    """A PDF that only the limited process finds out about."""
    return SimpleUploadedFile("mẫu.pdf", saved(script), "application/pdf")


def test_a_file_says_that_it_is_being_checked_and_then_that_it_was_taken(
    browser: Client, given: Draft
) -> None:
    browser.post(place(given), {FIELD: pdf_upload("giấy.pdf"), "upload": "1"})
    attachment = Attachment.objects.get(owner_id=given.pk)
    assert "đang kiểm tra" in text_of_page(browser.get(place(given)))
    own = browser.get(f"{place(given)}{attachment.pk}/")
    assert own.status_code == 200 and own["Content-Disposition"].startswith("attachment")
    assert b"".join(own.streaming_content).startswith(b"%PDF")

    run_pending_jobs()

    words = text_of_page(browser.get(place(given)))
    assert "đang kiểm tra" not in words and "Đã nhận" in words


def test_a_refused_file_says_what_to_do_and_keeps_the_form_from_being_sent_until_it_is_gone(
    browser: Client, given: Draft
) -> None:
    browser.post(place(given), {FIELD: [pdf_upload("tốt.pdf"), with_script()], "upload": "1"})
    run_pending_jobs()

    words = text_of_page(browser.get(place(given)))
    assert "Không dùng được" in words and "in ra tệp PDF mới" in words
    bad = Attachment.objects.get(owner_id=given.pk, name="mẫu.pdf")
    assert browser.get(f"{place(given)}{bad.pk}/").status_code == 409
    browser.post(place(given), {})  # on to the review
    review = f"/nop/{given.pk}/xem-lai/"
    assert "“mẫu.pdf” không dùng được" in text_of_page(browser.get(review))
    answer = browser.post(review, {"declared": "on"})
    assert answer.status_code == 422 and "mẫu.pdf" in text_of_page(answer)

    browser.post(place(given), {"remove": str(bad.pk)})
    assert browser.post(review, {"declared": "on"}).status_code == 302
    assert Case.objects.filter(filing_key=given.pk).exists()


def test_a_form_is_sent_while_its_file_is_still_being_checked(
    browser: Client, given: Draft
) -> None:
    browser.post(place(given), {FIELD: pdf_upload()})

    answer = browser.post(f"/nop/{given.pk}/xem-lai/", {"declared": "on"})

    assert answer.status_code == 302
    assert Case.objects.filter(filing_key=given.pk).exists()


def test_a_photograph_loses_where_it_was_taken_when_its_giver_says_so(
    browser: Client, given: Draft
) -> None:
    photo = SimpleUploadedFile("ảnh.jpg", photograph(), "image/jpeg")
    assert "vị trí và thiết bị" in text_of_page(browser.get(place(given)))
    answer = browser.post(place(given), {FIELD: photo, "strip": "on", "upload": "1"})
    # The mark stays for the next file.
    assert (
        'name="strip" aria-describedby="hint-strip" checked'
        in browser.get(answer["Location"]).content.decode()
    )
    run_pending_jobs()

    attachment = Attachment.objects.get(owner_id=given.pk)
    shown = browser.get(f"{place(given)}{attachment.pk}/")
    kept = b"".join(shown.streaming_content)
    assert not [secret for secret in SECRETS if secret in kept]
