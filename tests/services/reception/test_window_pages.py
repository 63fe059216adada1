"""The window's page, the day at the hall, and numbers given at reception."""

from __future__ import annotations

import re

import pytest

from services.cases.models import Draft
from services.reception.arranging import window_of
from services.reception.models import Ticket, Window
from services.reception.queue import give_ticket
from tenants.communes.current import CommuneInfo, in_commune
from tests.factories import the_official
from tests.services.desk.conftest import Desk
from tests.services.reception.conftest import text

pytestmark = pytest.mark.django_db
BIRTH = "1.001193"


def act(page: str, what: str) -> str:
    """The address of a button of the page now open."""
    found = re.search(rf'action="(/desk/quay/so/[^"]+/{what}/)"', page)
    assert found, (what, page)
    return found[1]


def test_without_windows_the_page_says_what_they_are_for(desk: Desk) -> None:
    assert "Nhờ trưởng bộ phận một cửa" in text(desk("reception").get("/desk/quay/"))
    assert "chưa có dãy số nào" in text(desk("reception").get("/desk/quay/hang-doi/"))


def test_an_official_sits_calls_serves_and_begins_a_filing(desk: Desk, hall: CommuneInfo) -> None:
    browser = desk("reception")
    assert "Anh/chị ngồi quầy nào?" in text(browser.get("/desk/quay/"))
    browser.post("/desk/quay/ngoi/", {"window": "1"})
    assert "Chưa ai chờ quầy này" in text(browser.get("/desk/quay/"))
    slip = browser.post("/desk/quay/phat-so/", {"letter": "A", "priority": "elderly"}, follow=True)
    assert "A001" in text(slip) and "Anh/chị là người kế tiếp" in text(slip)

    page = text(browser.post("/desk/quay/goi/", follow=True))
    assert "Đang gọi" in page and "A001" in page and "Người cao tuổi" in page
    page = text(browser.post(act(page, "phuc-vu"), follow=True))
    begun = browser.post(act(page, "ho-so"), {"procedure": BIRTH})
    assert re.fullmatch(r"/desk/tai-quay/ban/[0-9a-f-]+/[a-z_]+/", begun["Location"])
    with in_commune(hall.code):
        ticket, draft = Ticket.objects.get(), Draft.objects.get()
        assert ticket.draft_id == draft.pk and ticket.state == Ticket.State.SERVING
    assert "Tiếp tục bản điền của người này" in text(browser.get("/desk/quay/"))
    assert "Không còn ai chờ" in text(browser.post("/desk/quay/goi/", follow=True))
    browser.post("/desk/quay/roi/")
    with in_commune(hall.code):
        assert window_of(the_official("reception")) is None


def test_the_number_leads_to_the_case_that_came_of_it(desk: Desk, hall: CommuneInfo) -> None:
    from tests.factories import make_case

    browser = desk("reception")
    with in_commune(hall.code):
        ticket, case = give_ticket(letter="A"), make_case()
        Ticket.objects.filter(pk=ticket.pk).update(draft_id=case.filing_key)
    assert f'href="/desk/ho-so/{case.code}/"' in text(browser.get("/desk/quay/hang-doi/"))


def test_what_happened_meanwhile_is_said(desk: Desk, hall: CommuneInfo) -> None:
    browser = desk("reception")
    assert "chưa ngồi quầy nào" in text(browser.post("/desk/quay/goi/", follow=True))
    browser.post("/desk/quay/ngoi/", {"window": "1"})
    with in_commune(hall.code):
        ticket = give_ticket(letter="A")
    said = text(browser.post(f"/desk/quay/so/{ticket.pk}/vang-mat/", follow=True))
    assert "Số A001 đã sang “đang chờ”" in said
    assert browser.post(f"/desk/quay/so/{ticket.pk}/khong-co/").status_code == 404
    assert "Không có quầy này" in text(
        browser.post("/desk/quay/ngoi/", {"window": "9"}, follow=True)
    )


def test_heads_arrange_and_receptionists_do_not(desk: Desk, ba_dinh: CommuneInfo) -> None:
    head, reception = desk("head"), desk("reception")
    for page in ("sap-xep", "khung-gio", "thiet-bi"):
        assert reception.get(f"/desk/quay/{page}/").status_code == 404
        assert head.get(f"/desk/quay/{page}/").status_code == 200
    head.post("/desk/quay/sap-xep/", {"usual": "1"})
    added = {"add_line": "1", "letter": "d", "name": "Đất đai", "head_start": "15"}
    assert "D Đất đai" in text(head.post("/desk/quay/sap-xep/", added, follow=True))
    assert "đã có rồi" in text(head.post("/desk/quay/sap-xep/", added, follow=True))
    head.post("/desk/quay/sap-xep/", {"add_window": "1", "number": "3", "letters": ["A", "D"]})
    with in_commune(ba_dinh.code):
        window = Window.objects.get(number=3)
        assert window.letters == "AD"
    head.post(f"/desk/quay/cua/{window.pk}/", {"letters": ["B", "?"]})
    with in_commune(ba_dinh.code):
        assert Window.objects.get(number=3).letters == "B"
    wrong = head.post("/desk/quay/sap-xep/", {**added, "letter": "12", "name": ""})
    assert wrong.status_code == 422 and "Ghi một chữ từ A đến Z" in text(wrong)
