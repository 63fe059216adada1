"""Who is not at this commune's desk sees nothing of it."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from services.cases.drafts import attachments_of
from tenants.accounts.desk_cookie import COOKIE
from tenants.communes.current import CommuneInfo, in_commune
from tenants.organisation.models import Official
from tests.factories import (
    PDF,
    account_of,
    make_account,
    make_draft,
    make_official,
    the_official,
)
from tests.journeys.answers import filing
from tests.second_factor import open_desk
from tests.services.desk.conftest import CaseAt, Desk
from tests.services.desk.pages import address

Browser = Callable[[CommuneInfo], Client]


def test_a_stranger_with_an_account_gets_404_on_every_page(
    ba_dinh: CommuneInfo, commune_client: Browser, case_at: CaseAt
) -> None:
    case = case_at("registered")
    browser = commune_client(ba_dinh)
    browser.force_login(make_account("Người Lạ"))
    moves = ("", "bo-sung/", "ky-duyet/", "xem-truoc/")
    for page in ("/desk/", "/desk/tai-quay/", *(address(case, move) for move in moves)):
        assert browser.get(page).status_code == 404, page
    assert browser.post(address(case, "tiep-nhan/")).status_code == 404


def test_who_is_not_signed_in_is_led_to_the_central_sign_in(
    ba_dinh: CommuneInfo, commune_client: Browser, case_at: CaseAt
) -> None:
    response = commune_client(ba_dinh).get(address(case_at("registered")))
    assert response.status_code == 302 and "/tai-khoan/dang-nhap/" in response["Location"]


def test_an_official_of_one_commune_opens_no_case_of_another(
    ngoc_ha: CommuneInfo, desk: Desk, case_at: CaseAt
) -> None:
    case = case_at("registered")
    neighbour = desk("reception", ngoc_ha)
    assert neighbour.get("/desk/").status_code == 200
    for move in ("", "bo-sung/", "tu-choi/", "xem-truoc/"):
        assert neighbour.get(address(case, move)).status_code == 404
    assert neighbour.post(address(case, "tiep-nhan/"), {"seen": "x"}).status_code == 404
    assert "Không có hồ sơ nào khớp" in neighbour.get(f"/desk/?q={case.code}").content.decode()


def test_the_open_desk_of_one_commune_opens_nothing_in_another(
    ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo, desk: Desk, commune_client: Browser
) -> None:
    mine = desk("reception")
    with in_commune(ba_dinh.code):
        account = account_of(the_official("reception"))
    elsewhere = commune_client(ngoc_ha)
    elsewhere.force_login(account)
    elsewhere.cookies[COOKIE] = mine.cookies[COOKIE].value
    assert elsewhere.get("/desk/").status_code == 404

    with in_commune(ngoc_ha.code):
        make_official("reception", account=account)
    # An official in both communes still has to open each desk by itself.
    response = elsewhere.get("/desk/")
    assert response.status_code == 302 and "/desk/mo-ban/" in response["Location"]


def test_an_official_who_left_gets_404(ba_dinh: CommuneInfo, desk: Desk) -> None:
    browser = desk("reception")
    with in_commune(ba_dinh.code):
        Official.objects.update(active=False)
    assert browser.get("/desk/").status_code == 404


def test_a_paper_is_shown_under_its_own_case_only(desk: Desk, case_at: CaseAt) -> None:
    one, other = case_at("registered"), case_at("registered")
    browser = desk("reception")
    with in_commune("00004"):
        paper = attachments_of(one.pk)[0]
    shown = browser.get(address(one, f"giay-to/{paper.pk}/"))
    assert b"".join(shown.streaming_content) == PDF  # type: ignore[attr-defined]
    assert shown["X-Frame-Options"] == "SAMEORIGIN"
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert browser.get(address(other, f"giay-to/{paper.pk}/")).status_code == 404


def test_a_form_begun_at_the_counter_is_its_officials_own(
    ba_dinh: CommuneInfo, desk: Desk, commune_client: Browser
) -> None:
    desk("reception")
    with in_commune(ba_dinh.code):
        draft = make_draft(filing("2.000908"), official=the_official("reception"))
        colleague = account_of(make_official("reception", name="Đặng Thị Mùi"))
    browser = commune_client(ba_dinh)
    browser.force_login(colleague)
    open_desk(browser, ba_dinh)
    assert browser.get(f"/desk/tai-quay/ban/{draft.pk}/xem-lai/").status_code == 404


def test_only_those_who_receive_cases_have_a_counter(desk: Desk) -> None:
    assert desk("reception").get("/desk/tai-quay/").status_code == 200
    leader = desk("leader")
    assert leader.get("/desk/tai-quay/").status_code == 404
    assert "/desk/tai-quay/" not in leader.get("/desk/").content.decode()


def test_nothing_of_the_desk_is_kept_by_caches(desk: Desk, case_at: CaseAt) -> None:
    browser = desk("reception")
    for page in ("/desk/", address(case_at("registered"))):
        assert "no-store" in browser.get(page)["Cache-Control"]
