"""Mother, stranger and their browsers on Ba Đình's site."""

from __future__ import annotations

import pytest
from django.test import Client

from documents.rendering.pdf import RenderedPdf
from services.cases.drafts import start_draft
from services.cases.models import Draft
from services.catalogue.registry import current_procedure
from tenants.accounts.models import Account
from tenants.communes.current import CommuneInfo
from tests.factories import BIRTH, PDF, make_account, make_draft
from tests.journeys.answers import filing


@pytest.fixture(autouse=True)
def _quick_typesetting(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests ask who gets a document, not what it looks like."""
    monkeypatch.setattr("documents.registers.tasks.render_pdf", lambda html: RenderedPdf(PDF, 1))


@pytest.fixture
def password() -> str:
    """What the mother signs in with."""
    return "một câu dài dễ nhớ"


@pytest.fixture
def mother(db: None, password: str) -> Account:
    """Who registers her daughter."""
    return make_account(phone="0912345268", password=password)


@pytest.fixture
def stranger(db: None) -> Account:
    """Somebody else with an account."""
    return make_account("Trần Văn Lạ")


@pytest.fixture
def browser(ba_dinh: CommuneInfo, mother: Account) -> Client:
    """The mother's browser, signed in."""
    client = Client(SERVER_NAME=ba_dinh.host)
    client.force_login(mother)
    return client


@pytest.fixture
def begun(in_ba_dinh: CommuneInfo, mother: Account) -> Draft:
    """Her form, with nothing in it yet."""
    return start_draft(definition=current_procedure(BIRTH), account=mother)


@pytest.fixture
def complete(in_ba_dinh: CommuneInfo, mother: Account) -> Draft:
    """Her form, ready to be sent."""
    return make_draft(filing(BIRTH, commune=in_ba_dinh.code), account=mother)
