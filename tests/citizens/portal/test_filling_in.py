"""Filling in a form page by page."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from services.cases.models import Draft
from services.catalogue.registry import current_procedure
from tenants.accounts.models import Account
from tenants.communes.current import CommuneInfo, in_commune
from tests.factories import BIRTH
from tests.journeys.answers import filing
from tests.journeys.html_forms import form_that, text_of_page
from tests.journeys.typing_in import fill_in

NAME = {"child_name": "Trần Nguyễn Gia Hân", "child_gender": "Nữ"}
# A page must stay quick where the database is a network away.
STATEMENTS = 8


def page(draft: Draft, key: str = "child_name") -> str:
    return f"/nop/{draft.pk}/{key}/"


def reload(draft: Draft) -> Draft:
    return Draft.objects.get(pk=draft.pk)


def test_starting_makes_one_form_and_shows_its_parts(
    browser: Client, in_ba_dinh: CommuneInfo, mother: Account
) -> None:
    answer = browser.post(f"/thu-tuc/{BIRTH}/bat-dau/")

    draft = Draft.objects.get(account_id=mother.pk)
    assert answer["Location"] == f"/nop/{draft.pk}/"
    assert "Chưa điền" in text_of_page(browser.get(f"/nop/{draft.pk}/"))


def test_starting_leads_who_is_not_signed_in_to_the_central_site_and_back(
    ba_dinh: CommuneInfo, in_ba_dinh: CommuneInfo
) -> None:
    start = f"http://{ba_dinh.host}/thu-tuc/{BIRTH}/"
    client = Client(SERVER_NAME=ba_dinh.host)

    answer = client.post(f"/thu-tuc/{BIRTH}/bat-dau/", headers={"referer": start})

    assert answer["Location"].startswith("http://xaso.localhost/tai-khoan/dang-nhap/?next=")
    assert ba_dinh.host in answer["Location"] and BIRTH in answer["Location"]
    assert not Draft.objects.exists()


def test_a_good_page_is_saved_and_leads_on(browser: Client, begun: Draft) -> None:
    answer = browser.post(page(begun), NAME)

    assert answer.status_code == 302 and answer["Location"] != page(begun)
    saved = reload(begun)
    assert saved.answers["child_name"] == "Trần Nguyễn Gia Hân"
    assert "child_name" in saved.content["done"] and not saved.content["typed"]


def test_a_wrong_page_is_drawn_again_with_everything_that_was_typed(
    browser: Client, begun: Draft
) -> None:
    answer = browser.post(page(begun), {"child_name": "", "child_gender": "Nữ"})
    drawn = answer.content.decode()

    assert answer.status_code == 422
    assert drawn.index('role="alert"') < drawn.index('name="child_name"')
    assert 'href="#id_child_name"' in drawn and 'aria-invalid="true"' in drawn
    assert form_that(answer, has="leave").sent()["child_gender"] == ["Nữ"]


def test_what_was_typed_wrongly_can_be_resumed_on_another_device(
    browser: Client, begun: Draft, mother: Account, ba_dinh: CommuneInfo
) -> None:
    browser.post(page(begun), {"child_name": "Gia Hân 123 <b>", "child_gender": ""})

    elsewhere = Client(SERVER_NAME=ba_dinh.host)
    elsewhere.force_login(mother)
    form = form_that(elsewhere.get(page(begun)), has="leave")
    assert form.sent()["child_name"] == ["Gia Hân 123 <b>"]
    assert "child_name" not in reload(begun).answers


def test_leaving_saves_and_shows_the_parts(browser: Client, begun: Draft) -> None:
    answer = browser.post(page(begun), {**NAME, "leave": "1"})

    assert answer["Location"] == f"/nop/{begun.pk}/"
    assert reload(begun).answers["child_name"] == NAME["child_name"]


def test_a_correction_from_the_review_leads_back_to_it(browser: Client, complete: Draft) -> None:
    answer = browser.post(page(complete) + "?tu=xem-lai", NAME)

    assert answer["Location"] == f"/nop/{complete.pk}/xem-lai/"


def test_known_things_are_filled_in_already(browser: Client, begun: Draft) -> None:
    parts = browser.get(f"/nop/{begun.pk}/").content.decode()
    first = parts.split(f'href="/nop/{begun.pk}/')[1].split("/")[0]

    sent = form_that(browser.get(page(begun, first)), has="leave").sent()
    assert sent["requester_name"] == ["Nguyễn Thị Hoài Thương"]
    assert sent["requester_phone"] == ["0912345268"]


@pytest.mark.parametrize(
    "sent",
    [NAME, {"child_name": ""}],
    ids=["good", "wrong"],
)
def test_sending_and_showing_a_page_cost_few_statements(
    browser: Client, begun: Draft, sent: dict[str, Any]
) -> None:
    browser.get(page(begun))
    for method, data in (("post", sent), ("get", {})):
        with CaptureQueriesContext(connection) as statements:
            getattr(browser, method)(page(begun), data)
        assert len(statements) <= STATEMENTS, [one["sql"][:120] for one in statements]


def test_a_part_that_does_not_exist_is_not_found(browser: Client, begun: Draft) -> None:
    assert browser.get(page(begun, "khong-co")).status_code == 404


def test_a_form_is_thrown_away_when_asked(browser: Client, begun: Draft) -> None:
    assert browser.get(f"/nop/{begun.pk}/xoa/").status_code == 405
    assert Draft.objects.filter(pk=begun.pk).exists()

    browser.post(f"/nop/{begun.pk}/xoa/")
    assert not Draft.objects.filter(pk=begun.pk).exists()


def test_a_page_saved_in_another_tab_is_not_undone_without_being_told(
    browser: Client, begun: Draft
) -> None:
    """Both tabs showed the same; the second to save is told, and what it typed stays."""
    definition = current_procedure(BIRTH)
    one = filing(BIRTH, commune="00004")
    page = definition.pages[0]
    path = f"/nop/{begun.pk}/{page.key}/"
    leaves = {leaf.key: leaf for leaf in page.leaves}
    form = form_that(browser.get(path), has="leave")
    first = fill_in(form, leaves, one.answers)
    key = next(
        leaf.key for leaf in page.leaves if leaf.type == "text" and one.answers.get(leaf.key)
    )
    second = {**first, key: ["Viết Khác Ở Thẻ Kia"]}
    assert browser.post(path, first).status_code == 302
    told = browser.post(path, second)
    assert told.status_code == 422 and "ở một thẻ khác" in told.content.decode()
    assert "Viết Khác Ở Thẻ Kia" in told.content.decode()
    with in_commune("00004"):
        assert Draft.objects.get(pk=begun.pk).answers[key] == one.answers[key]
    # Sent again with what the page shows now, it is meant so.
    again = form_that(told, has="leave").sent()
    assert browser.post(path, again).status_code == 302
    with in_commune("00004"):
        assert Draft.objects.get(pk=begun.pk).answers[key] == "Viết Khác Ở Thẻ Kia"
    # The same page sent twice, as by an impatient click, is no conflict.
    assert browser.post(path, again).status_code == 302
