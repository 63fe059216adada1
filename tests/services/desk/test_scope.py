"""Pages of an official whose rights reach some procedures only."""

from __future__ import annotations

from tenants.communes.current import in_commune
from tenants.organisation.models import Official
from tests.services.desk.conftest import CaseAt, Desk
from tests.services.desk.pages import BA_DINH, address, text_of

BIRTH, COPY = "1.001193", "2.000815"


def narrow(scope: str) -> None:
    with in_commune(BA_DINH):
        Official.objects.update(scope=scope)


def test_only_procedures_within_it_are_begun_at_the_counter(desk: Desk) -> None:
    browser = desk("reception")
    narrow("chung-thuc")
    page = text_of(browser.get("/desk/tai-quay/"))
    assert COPY in page and BIRTH not in page
    assert browser.post(f"/desk/tai-quay/{BIRTH}/bat-dau/").status_code == 404
    assert browser.post(f"/desk/tai-quay/{COPY}/bat-dau/").status_code == 302


def test_a_form_begun_before_is_out_of_reach_after(desk: Desk) -> None:
    browser = desk("reception")
    draft = browser.post(f"/desk/tai-quay/{BIRTH}/bat-dau/")["Location"]
    assert browser.get(draft).status_code == 200
    narrow("chung-thuc")
    assert browser.get(draft).status_code == 404


def test_the_page_of_a_case_outside_it_is_not_there(desk: Desk, case_at: CaseAt) -> None:
    browser, case = desk("reception"), case_at("registered")
    assert browser.get(address(case)).status_code == 200
    narrow("chung-thuc")
    assert browser.get(address(case)).status_code == 404
    assert browser.post(address(case, "tiep-nhan/")).status_code == 404
    assert case.applicant_name not in text_of(browser.get("/desk/?xem=cho-tiep-nhan"))
