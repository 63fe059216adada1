"""A form that was begun is found again, by its owner and in its commune alone."""

from __future__ import annotations

import re

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from services.cases.drafts import start_draft
from services.cases.models import Draft
from services.catalogue.registry import current_procedure, get_version
from tenants.accounts.models import Account
from tenants.communes.current import CommuneInfo

COPIES = "2.000815"


def test_it_stands_on_the_communes_first_page_and_on_that_of_its_procedure(
    browser: Client, begun: Draft
) -> None:
    for path in ("/", f"/thu-tuc/{begun.procedure_code}/"):
        assert f'href="/nop/{begun.pk}/"' in browser.get(path).content.decode()
    assert f"/nop/{begun.pk}/" not in browser.get(f"/thu-tuc/{COPIES}/").content.decode()


def test_nobody_else_and_no_other_commune_shows_it(
    begun: Draft, mother: Account, stranger: Account, ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo
) -> None:
    for account, commune in ((stranger, ba_dinh), (mother, ngoc_ha), (None, ba_dinh)):
        client = Client(SERVER_NAME=commune.host)
        if account:
            client.force_login(account)
        assert str(begun.pk) not in client.get("/").content.decode()


def test_enter_in_a_field_saves_the_page_and_takes_no_row_away(
    browser: Client, in_ba_dinh: CommuneInfo, mother: Account
) -> None:
    draft = start_draft(definition=current_procedure(COPIES), account=mother)
    definition = get_version(draft.procedure_code, draft.procedure_version)
    page = browser.get(f"/nop/{draft.pk}/{definition.page_of['documents'].key}/").content.decode()

    assert 'name="_add"' in page
    # A browser presses the first button of a form for whoever presses Enter.
    first = re.search(r"<button[^>]*>", page[page.index("data-keep") :])
    assert first and "name=" not in first[0]


def test_every_error_of_a_page_leads_to_a_field_that_is_there(
    browser: Client, begun: Draft
) -> None:
    page = browser.post(f"/nop/{begun.pk}/child_name/", {"child_name": ""})

    html = page.content.decode()
    start = html.index('class="oops"')
    links = re.findall(r'href="#([^"]+)"', html[start : html.index("</ul>", start)])
    assert page.status_code == 422 and "<title>Lỗi:" in html
    assert links and all(f'id="{link}"' in html for link in links)


def test_a_page_for_everybody_asks_the_database_hardly_anything(ba_dinh: CommuneInfo) -> None:
    client = Client(SERVER_NAME=ba_dinh.host)
    for path in ("/", "/thu-tuc/", "/thu-tuc/1.001193/"):
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        assert len(queries) <= 2, (path, [one["sql"] for one in queries])
