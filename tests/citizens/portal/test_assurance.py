"""A procedure may demand that an identity provider vouches for who files it online."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, RequestFactory

from services.cases.drafts import save_page, start_draft
from services.cases.errors import IdentityNotAssured
from services.cases.filing import file_case
from services.cases.form_flow import PAPERS
from services.cases.models import Case, Draft
from services.cases.states import Channel
from services.catalogue import registry
from services.catalogue.check import DATA, main
from services.catalogue.loader import load_file, load_folder
from services.catalogue.positions import ProcedureFileError
from services.catalogue.publishing import definition_digest, publish_procedures
from services.catalogue.schema import ProcedureDefinition
from tenants.accounts.identity.assurance import note_sign_in
from tenants.accounts.identity.claims import read_person
from tenants.accounts.models import Account
from tenants.communes.current import CommuneInfo
from tests.factories import the_official
from tests.services.catalogue.procedure_files import file_text, write

DEMANDED = 2
ANSWERS = {"name": "Lê An", "born": "1990-11-02", "married": False}


def text(level: int | str = DEMANDED) -> str:
    return file_text().replace("{level: full}", f"{{level: full, assurance: {level}}}")


@pytest.fixture
def demanding(in_ba_dinh: CommuneInfo, tmp_path: Path) -> Iterator[ProcedureDefinition]:
    """A procedure that demands a level."""
    definition = load_file(write(tmp_path, text()))
    publish_procedures(definitions=[definition])
    registry.forget()
    yield definition
    registry.forget()


def vouched(client: Client, account: Account, level: int) -> None:
    """Somebody vouched for this session's account, at a level."""
    claims = {"sub": "a", "SoDinhDanh": "001190004321", "HoVaTen": "Lê An", "loAs": level}
    request = RequestFactory().get("/")
    request.session, request.user = client.session, account
    note_sign_in(request, account, read_person("vneid", claims, settings={}))
    request.session.save()


def filled(definition: ProcedureDefinition, **who: Any) -> Draft:
    """A complete form."""
    draft = start_draft(definition=definition, assurance_level=DEMANDED, **who)
    draft = save_page(draft=draft, page_key="person", answers=ANSWERS)
    return save_page(draft=draft, page_key=PAPERS, answers={})


def test_the_start_page_says_what_is_needed_and_leads_there(
    browser: Client, demanding: ProcedureDefinition
) -> None:
    page = f"/thu-tuc/{demanding.code}/"
    html = browser.get(page).content.decode()
    assert "tài khoản định danh mức 2 trở lên" in html
    way = f"http://{settings.BASE_DOMAIN}/tai-khoan/dinh-danh/?next="
    assert way in html

    begun = browser.post(
        f"{page}bat-dau/", headers={"referer": f"http://{browser.defaults['SERVER_NAME']}{page}"}
    )
    assert begun.status_code == 302 and begun["Location"].startswith(way)
    assert begun["Location"].endswith("%2Fthu-tuc%2F9.000014%2F")
    assert not Draft.objects.exists()


@pytest.mark.parametrize(("level", "is_begun"), [(1, False), (2, True), (3, True)])
def test_the_level_of_this_sign_in_decides(
    browser: Client, mother: Account, demanding: ProcedureDefinition, level: int, is_begun: bool
) -> None:
    Account.objects.filter(pk=mother.pk).update(assurance_level=4)
    vouched(browser, mother, level)
    browser.post(f"/thu-tuc/{demanding.code}/bat-dau/")
    html = browser.get(f"/thu-tuc/{demanding.code}/").content.decode()

    assert Draft.objects.exists() == is_begun
    assert (f"mới ở mức {level}" in html) != is_begun


def test_a_form_that_was_begun_is_not_sent_by_a_lesser_sign_in(
    browser: Client, mother: Account, demanding: ProcedureDefinition
) -> None:
    draft = filled(demanding, account=mother)
    review = f"/nop/{draft.pk}/xem-lai/"
    assert "tài khoản định danh mức 2 trở lên" in browser.get(review).content.decode()
    refused = browser.post(review, {"declared": "on"})
    assert refused.status_code == 422
    assert "Những gì đã điền vẫn được giữ" in refused.content.decode()
    assert not Case.objects.exists() and Draft.objects.exists()

    vouched(browser, mother, DEMANDED)
    assert browser.post(review, {"declared": "on"}).status_code == 302
    assert Case.objects.get().account_id == mother.pk


def test_a_level_proven_by_another_account_in_this_session_counts_for_nothing(
    browser: Client, mother: Account, stranger: Account, demanding: ProcedureDefinition
) -> None:
    vouched(browser, stranger, 4)
    browser.post(f"/thu-tuc/{demanding.code}/bat-dau/")

    assert not Draft.objects.exists()


def test_the_functions_themselves_refuse(mother: Account, demanding: ProcedureDefinition) -> None:
    with pytest.raises(IdentityNotAssured):
        start_draft(definition=demanding, account=mother)
    draft = filled(demanding, account=mother)
    with pytest.raises(IdentityNotAssured):
        file_case(draft=draft, declared=True, account=mother, assurance_level=DEMANDED - 1)


def test_at_the_counter_the_official_has_looked_at_the_card(demanding: ProcedureDefinition) -> None:
    official = the_official("reception")
    draft = filled(demanding, official=official)
    case = file_case(draft=draft, declared=True, official=official, channel=Channel.COUNTER)
    assert case.procedure_code == demanding.code


def test_published_versions_are_what_they_were(tmp_path: Path) -> None:
    for definition in load_folder(DATA):
        assert "assurance" not in json.dumps(definition.to_json())
    plain = load_file(write(tmp_path, file_text()))
    none = load_file(write(tmp_path, text(0)))
    assert definition_digest(plain) == definition_digest(none)
    assert definition_digest(plain) != definition_digest(load_file(write(tmp_path, text())))


def test_the_check_of_files_knows_the_level(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(write(tmp_path, text()))]) == 0
    assert "định danh mức 2" in capsys.readouterr().out
    for wrong in (5, -1, "cao"):
        with pytest.raises(ProcedureFileError, match="assurance"):
            load_file(write(tmp_path, text(wrong)))
