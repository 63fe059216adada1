"""Papers at the desk: nothing of a file that is not checked, and words instead."""

from __future__ import annotations

import pytest
from django.test import Client

from documents.files.models import StoredFile
from services.cases.drafts import attachments_of
from services.cases.models import Case
from tenants.communes.current import CommuneInfo, in_commune
from tests.journeys.html_forms import text_of_page
from tests.services.desk.conftest import CaseAt, Desk

State = StoredFile.State


@pytest.fixture
def case(case_at: CaseAt) -> Case:
    return case_at("registered")


@pytest.fixture
def official(desk: Desk) -> Client:
    return desk("reception")


def put(commune: CommuneInfo, case: Case, state: State, refusal: str = "") -> str:
    """Put the case's paper into a state; its address."""
    with in_commune(commune.code):
        [paper] = attachments_of(case.pk)
        StoredFile.objects.filter(pk=paper.file_id).update(state=state, refusal=refusal)
    return f"/desk/ho-so/{case.code}/giay-to/{paper.pk}/"


def test_a_paper_that_was_checked_is_shown_beside_the_form(
    ba_dinh: CommuneInfo, case: Case, official: Client
) -> None:
    address = put(ba_dinh, case, State.CLEAN)
    page = official.get(f"/desk/ho-so/{case.code}/").content.decode()
    assert f'src="{address}trang/1/doc/"' in page
    shown = official.get(address)
    assert shown.status_code == 200 and shown["Content-Disposition"].startswith("inline")
    assert "default-src 'none'" in shown["Content-Security-Policy"]
    assert b"".join(shown.streaming_content).startswith(b"%PDF")
    saved = official.get(f"{address}?tai-ve")
    assert saved["Content-Disposition"].startswith("attachment")
    assert b"".join(saved.streaming_content).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("state", "refusal", "words"),
    [
        (State.QUARANTINED, "", "đang được kiểm tra"),
        (State.REFUSED, "FileActive", "yêu cầu người nộp bổ sung"),
    ],
)
def test_any_other_is_not_and_the_page_says_why(
    ba_dinh: CommuneInfo, case: Case, official: Client, state: State, refusal: str, words: str
) -> None:
    address = put(ba_dinh, case, state, refusal)
    page = official.get(f"/desk/ho-so/{case.code}/")
    assert words in text_of_page(page)
    assert "/trang/1/" not in page.content.decode() and "?tai-ve" not in page.content.decode()
    for way in (address, f"{address}?tai-ve", f"{address}trang/1/doc/"):
        answer = official.get(way)
        assert answer.status_code == 409
        assert b"%PDF" not in answer.content
