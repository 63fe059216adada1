"""Who may open what of a person's own; that no address is forgotten is tests/test_access.py's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from citizens.portal import urls_central
from documents.registers.models import Document
from services.cases.drafts import attachments_of, start_draft
from services.cases.models import Case, Draft
from services.catalogue.registry import current_procedure
from tenants.accounts.models import Account
from tenants.communes.current import CommuneInfo, in_commune
from tenants.jobs.runner import run_pending_jobs
from tests.factories import BIRTH, make_case
from tests.journeys.people_at_work import body

ANYBODY = (200, 200, 200)
# Signing in is asked first; a stranger learns not even that it exists.
OWN = (302, 404, 200)
# The applicant's request is taken and leads on.
OWN_MOVE = (302, 404, 302)


class Row(NamedTuple):
    """Answers to somebody not signed in, to a stranger, and to the applicant."""

    name: str
    method: str
    answers: tuple[int, int, int]


TABLE = [
    Row("home", "get", ANYBODY),
    Row("procedures", "get", ANYBODY),
    Row("procedure", "get", ANYBODY),
    Row("draft-start", "post", (302, 302, 302)),
    Row("draft-start", "get", (405, 405, 405)),
    Row("draft", "get", OWN),
    Row("draft-page", "get", OWN),
    Row("draft-page", "post", (302, 404, 422)),
    Row("draft-papers", "get", OWN),
    Row("draft-papers", "post", OWN_MOVE),
    Row("draft-paper", "get", OWN),
    Row("draft-review", "get", OWN),
    Row("draft-review", "post", (302, 404, 422)),
    Row("draft-discard", "post", OWN_MOVE),
    Row("my-case", "get", OWN),
    Row("my-case-supplement", "get", OWN_MOVE),
    Row("my-case-supplement", "post", OWN_MOVE),
    Row("my-case-withdraw", "get", OWN),
    Row("my-case-withdraw", "post", OWN_MOVE),
    Row("my-case-result", "get", OWN),
    Row("my-case-result", "post", OWN_MOVE),
    Row("my-case-document", "get", OWN),
    Row("my-case-paper", "get", OWN),
    Row("my-case-data", "get", OWN),
    Row("track", "get", ANYBODY),
    Row("date-words", "get", ANYBODY),
    Row("commune-data", "get", ANYBODY),
]
PERSONAL = [row for row in TABLE if row.method == "get" and row.answers == OWN]


@pytest.fixture
def ready(in_ba_dinh: CommuneInfo, mother: Account) -> Case:
    case = make_case(up_to="result_ready", account=mother)
    run_pending_jobs()
    return case


@pytest.fixture
def address(ready: Case, complete: Draft) -> Callable[[str], str]:
    """The address of a page about the mother's form and case."""
    slip = Document.objects.get(case_id=ready.pk, kind=Document.Kind.RECEIPT_SLIP)
    given: dict[str, dict[str, Any]] = {
        "procedure": {"procedure_code": BIRTH},
        "draft-start": {"procedure_code": BIRTH},
        "draft-page": {"draft_id": complete.pk, "page_key": "child_name"},
        "draft-paper": {
            "draft_id": complete.pk,
            "attachment_id": attachments_of(complete.pk)[0].pk,
        },
        "my-case-document": {"code": ready.code, "document_id": slip.pk},
        "my-case-paper": {"code": ready.code, "attachment_id": attachments_of(ready.pk)[0].pk},
    }

    def place(name: str) -> str:
        kwargs = given.get(name, {})
        if not kwargs and name.startswith("draft"):
            kwargs = {"draft_id": complete.pk}
        elif not kwargs and name.startswith("my-case"):
            kwargs = {"code": ready.code}
        return reverse(name, urlconf="config.urls_commune", kwargs=kwargs)

    return place


def asked(client: Client, method: str, path: str, **extra: str) -> HttpResponse:
    """The answer, read to its end as a browser does."""
    answer: HttpResponse = getattr(client, method)(path, **extra)
    body(answer)
    return answer


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.method} {row.name}")
def test_each_gets_the_answer_of_the_table(
    row: Row,
    address: Callable[[str], str],
    ba_dinh: CommuneInfo,
    browser: Client,
    stranger: Account,
) -> None:
    other = Client(SERVER_NAME=ba_dinh.host)
    other.force_login(stranger)
    answers = tuple(
        asked(client, row.method, address(row.name)).status_code
        for client in (Client(SERVER_NAME=ba_dinh.host), other, browser)
    )

    assert answers == row.answers


@pytest.mark.parametrize("row", PERSONAL, ids=lambda row: row.name)
def test_personal_pages_are_kept_by_no_cache(
    row: Row, address: Callable[[str], str], browser: Client
) -> None:
    assert "no-store" in asked(browser, "get", address(row.name))["Cache-Control"]


@pytest.mark.parametrize("row", PERSONAL, ids=lambda row: row.name)
def test_the_same_person_finds_nothing_of_it_in_another_commune(
    row: Row, address: Callable[[str], str], browser: Client, ngoc_ha: CommuneInfo
) -> None:
    assert asked(browser, "get", address(row.name), SERVER_NAME=ngoc_ha.host).status_code == 404


def test_a_paper_of_one_form_is_not_read_through_another(
    browser: Client, in_ba_dinh: CommuneInfo, complete: Draft, mother: Account
) -> None:
    own = start_draft(definition=current_procedure(BIRTH), account=mother)
    paper = attachments_of(complete.pk)[0]
    place = reverse(
        "draft-paper",
        urlconf="config.urls_commune",
        kwargs={"draft_id": own.pk, "attachment_id": paper.pk},
    )

    assert browser.get(place).status_code == 404


CENTRAL = {
    "home": (200, 200),
    "commune-list": (200, 200),
    "commune-list-province": (200, 200),
    "procedures": (200, 200),
    "my-cases": (302, 200),
    "track": (200, 200),
    "date-words": (200, 200),
    "commune-data": (200, 200),
}


def test_every_address_of_the_central_site_has_a_row() -> None:
    assert {pattern.name for pattern in urls_central.urlpatterns} <= CENTRAL.keys()


@pytest.mark.parametrize("name", [pattern.name for pattern in urls_central.urlpatterns])
def test_the_central_site_is_open_but_for_ones_own_cases(
    central_client: Client, mother: Account, name: str
) -> None:
    kwargs = {"province_code": "01"} if name == "commune-list-province" else {}
    place = reverse(name, urlconf="config.urls_central", kwargs=kwargs)
    before = central_client.get(place).status_code
    central_client.force_login(mother)

    assert (before, central_client.get(place).status_code) == CENTRAL[name]


def test_a_stranger_sees_none_of_anothers_cases(
    central_client: Client, ready: Case, stranger: Account, ba_dinh: CommuneInfo
) -> None:
    central_client.force_login(stranger)

    assert ready.code not in central_client.get("/ho-so-cua-toi/").content.decode()
    with in_commune(ba_dinh.code):
        assert Case.objects.filter(pk=ready.pk).exists()
