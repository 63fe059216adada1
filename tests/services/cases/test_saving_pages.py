"""A page of a form is saved with one statement, and two tabs do not undo each other."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from services.cases.drafts import save_page, start_draft
from services.cases.models import Draft
from services.catalogue.registry import current_procedure
from tenants.communes.current import CommuneInfo
from tests.factories import make_account


def new_draft() -> Draft:
    return start_draft(definition=current_procedure("2.000908"), account=make_account())


def test_a_page_is_saved_with_one_statement(in_ba_dinh: CommuneInfo) -> None:
    draft = new_draft()
    with CaptureQueriesContext(connection) as sent:
        saved = save_page(draft=draft, page_key="holder", answers={"holder_name": "An"})
    assert len(sent) == 1
    assert Draft.objects.get(pk=draft.pk).content == saved.content
    assert saved.answers == {"holder_name": "An"}
    assert draft.answers == {}, "What the caller holds stays as it was read."


def test_two_open_tabs_keep_each_others_pages(in_ba_dinh: CommuneInfo) -> None:
    draft = new_draft()
    other_tab = Draft.objects.get(pk=draft.pk)
    save_page(draft=draft, page_key="holder", answers={"holder_name": "An"})
    save_page(draft=other_tab, page_key="original", answers={"original_title": "Giấy khen"})
    kept = Draft.objects.get(pk=draft.pk)
    assert kept.answers == {"holder_name": "An", "original_title": "Giấy khen"}
    assert kept.content["done"] == ["holder", "original"]


def test_what_did_not_pass_is_kept_until_its_page_passes(in_ba_dinh: CommuneInfo) -> None:
    draft = save_page(draft=new_draft(), page_key="holder", typed={"holder_name": "A1"})
    assert draft.content["typed"] == {"holder": {"holder_name": "A1"}}
    draft = save_page(draft=draft, page_key="holder", answers={"holder_name": "An"})
    assert draft.content["typed"] == {}
