"""Requests that come to nothing: each says what is so and what to do, and the rest is kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from services.cases.models import Draft
from tenants.communes.current import CommuneInfo
from tenants.communes.hosts import central_url
from tests.factories import pdf_upload
from tests.journeys.html_forms import text_of_page


@pytest.fixture
def without_key(ba_dinh: CommuneInfo) -> Iterator[Client]:
    """A browser whose page has no valid protection key any more."""
    yield Client(SERVER_NAME=ba_dinh.host, enforce_csrf_checks=True)


def test_an_old_page_says_how_to_send_again(without_key: Client) -> None:
    answer = without_key.post("/tra-cuu/", {"code": "x"})

    assert answer.status_code == 403
    assert "những gì đã gõ vẫn còn" in text_of_page(answer)


def test_too_many_files_at_once_are_refused_in_a_sentence_and_the_earlier_ones_stay(
    browser: Client, begun: Draft
) -> None:
    papers = f"/nop/{begun.pk}/giay-to/"
    browser.post(papers, {"paper-residence_proof": pdf_upload("truoc.pdf"), "upload": "1"})
    many = [pdf_upload(f"{number}.pdf") for number in range(21)]

    answer = browser.post(papers, {"paper-residence_proof": many})

    assert answer.status_code == 400
    assert "tối đa 20 tệp" in text_of_page(answer)
    assert "truoc.pdf" in browser.get(papers).content.decode()


def test_more_text_than_a_page_takes_is_refused_in_a_sentence(
    browser: Client, begun: Draft
) -> None:
    answer = browser.post(f"/nop/{begun.pk}/child_name/", {"child_name": "a" * 3_000_000})

    assert answer.status_code == 400
    assert "rút ngắn rồi gửi lại" in text_of_page(answer)


def test_an_address_without_a_commune_leads_to_the_search(db: None) -> None:
    answer = Client(SERVER_NAME="xa-khong-co.xaso.localhost").get("/")

    assert answer.status_code == 404
    assert f'href="{central_url("/")}"' in answer.content.decode()


def test_what_is_not_there_says_where_to_go_on(ba_dinh: CommuneInfo) -> None:
    answer = Client(SERVER_NAME=ba_dinh.host).get("/khong-co-trang-nay/")

    assert answer.status_code == 404
    assert ba_dinh.name in text_of_page(answer)
    assert 'href="/tra-cuu/"' in answer.content.decode()
