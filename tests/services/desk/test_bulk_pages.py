"""Ticking rows of the list and doing something with all of them; without JavaScript too."""

from __future__ import annotations

import html
import re

from django.http.response import HttpResponseBase
from django.test import Client

from services.cases.models import Case
from tenants.communes.current import in_commune
from tenants.history.models import Event
from tenants.history.sights import DOCUMENT_SEEN
from tenants.jobs.runner import run_pending_jobs
from tests.factories import make_official
from tests.services.desk.conftest import CaseAt, Desk
from tests.services.desk.pages import BA_DINH, now_of, text_of

BOOK_COPY = "2.000908"
PAGE = "/desk/nhieu-ho-so/"


def ticks_on(page: HttpResponseBase) -> list[str]:
    return re.findall(r'name="chon" value="([^"]+)"', text_of(page))


def do(browser: Client, what: str, query: str = "", **given: str) -> tuple[str, str]:
    """Tick every row of a list, choose a move and go on; both pages' texts."""
    chosen = ticks_on(browser.get(f"/desk/{query}"))
    asked = browser.post(PAGE, {"chon": chosen, "viec": what, "ve": query.lstrip("?")})
    sent = {"chon": ticks_on(asked), "viec": what, "lam": "1", **given}
    return text_of(asked), text_of(browser.post(PAGE, sent))


def test_new_cases_are_accepted_together_and_their_slips_are_one_file(
    desk: Desk, case_at: CaseAt
) -> None:
    cases = [case_at("registered", BOOK_COPY) for _ in range(3)]
    browser = desk("reception")
    asked, done = do(browser, "accept")
    assert "Tiếp nhận: 3 hồ sơ" in asked and "xong 3 hồ sơ" in done
    assert all(now_of(case).accepted_at for case in cases)
    slips = {"viec": "print", "chon": [case.code for case in cases]}
    assert "đang được tạo bản in" in text_of(browser.post(PAGE, slips))
    with in_commune(BA_DINH):
        run_pending_jobs()
    assert "Mở 3 phiếu trong một tệp" in text_of(browser.post(PAGE, slips))
    answer = browser.post(PAGE, {**slips, "lam": "1"})
    assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
    with in_commune(BA_DINH):
        seen = Event.objects.filter(verb=DOCUMENT_SEEN)
        assert {event.subject_id for event in seen} == {case.pk for case in cases}


def test_what_does_not_fit_is_said_before_and_nothing_happens_until_it_is_sent_again(
    desk: Desk, case_at: CaseAt
) -> None:
    new, received = case_at("registered", BOOK_COPY), case_at("received", BOOK_COPY)
    browser = desk("reception")
    chosen = [*ticks_on(browser.get("/desk/")), f"{received.code}|old"]
    asked = text_of(browser.post(PAGE, {"chon": chosen, "viec": "accept"}))
    assert "Tiếp nhận: 1 hồ sơ" in asked and "đã thay đổi từ lúc anh/chị mở trang" in asked
    assert now_of(new).accepted_at is None


def test_sent_twice_nothing_is_done_twice(desk: Desk, case_at: CaseAt) -> None:
    case_at("registered", BOOK_COPY)
    browser = desk("reception")
    sent = {"chon": ticks_on(browser.get("/desk/")), "viec": "accept", "lam": "1"}
    assert "xong 1 hồ sơ" in text_of(browser.post(PAGE, sent))
    again = text_of(browser.post(PAGE, sent))
    assert "xong 0 hồ sơ" in again and "đã thay đổi từ lúc" in again


def test_results_are_given_to_one_person_only_by_name(desk: Desk, case_at: CaseAt) -> None:
    case = case_at("result_ready", BOOK_COPY)
    with in_commune(BA_DINH):
        run_pending_jobs()
    browser = desk("reception")
    asked, refused = do(browser, "hand-over", "?xem=cho-tra", nhan="one")
    assert "không lấy lại được" in asked and "Ghi họ tên người nhận thay" in refused
    assert now_of(case).returned_at is None
    given = {"nhan": "one", "nguoi-nhan": "Lò Văn Pánh"}
    assert "xong 1 hồ sơ" in do(browser, "hand-over", "?xem=cho-tra", **given)[1]
    assert now_of(case).returned_at is not None


def test_a_head_gives_the_ticked_cases_to_a_colleague_who_is_offered(
    desk: Desk, case_at: CaseAt
) -> None:
    case = case_at("received", BOOK_COPY)
    browser = desk("head")
    with in_commune(BA_DINH):
        colleague = make_official("specialist", name="Mai Thị Lan")
        make_official("clerk", name="Hà Thị Mơ")
    asked, refused = do(browser, "assign", "?xem=dang-giai-quyet")
    assert "Mai Thị Lan" in asked and "Hà Thị Mơ" not in asked
    assert "Chọn người nhận hồ sơ." in refused
    done = do(browser, "assign", "?xem=dang-giai-quyet", cho=str(colleague.pk))[1]
    assert "xong 1 hồ sơ" in done and now_of(case).handler_name == "Mai Thị Lan"


def test_nothing_ticked_leads_back_to_the_same_list(desk: Desk) -> None:
    browser = desk("reception")
    answer = browser.post(PAGE, {"viec": "accept", "ve": "xem=cho-tra&x=y"}, follow=True)
    assert answer.redirect_chain == [("/desk/?xem=cho-tra", 302)]
    assert "Đánh dấu ít nhất một hồ sơ" in text_of(answer)
    assert browser.post(PAGE, {"viec": "sign", "chon": "A|1"}).status_code == 302
    assert browser.get(PAGE).status_code == 405


def test_the_list_ticks_all_its_rows_by_a_link_and_offers_nobodys_signature(
    desk: Desk, case_at: CaseAt
) -> None:
    case_at("awaiting_decision", BOOK_COPY)
    page = html.unescape(desk("leader").get("/desk/?chon=tat-ca").content.decode())
    assert re.search(r'name="chon" value="[^"]+" aria-label="[^"]+" checked', page)
    assert (
        'value="print"' in page and "Ký" not in page.partition('id="ticked"')[2].partition("bar")[2]
    )
    assert not [one for one in ("approve", "reject", "sign") if f'value="{one}"' in page]


def test_a_case_is_given_on_from_its_page(desk: Desk, case_at: CaseAt) -> None:
    case: Case = case_at("in_process", BOOK_COPY)
    browser = desk("specialist")
    with in_commune(BA_DINH):
        colleague = make_official("specialist", name="Mai Thị Lan")
    path = f"/desk/ho-so/{case.code}/giao/"
    assert path in text_of(browser.get(f"/desk/ho-so/{case.code}/"))
    page = browser.get(path)
    seen = re.search(r'name="seen" value="([^"]+)"', text_of(page))
    assert seen and "Mai Thị Lan" in text_of(page)
    assert browser.post(path, {"seen": seen[1]}).status_code == 422
    assert "đã thay đổi" in text_of(browser.post(path, {"seen": "-", "cho": str(colleague.pk)}))
    done = browser.post(path, {"seen": seen[1], "cho": str(colleague.pk)}, follow=True)
    assert "Đã giao cho Mai Thị Lan" in text_of(done)
    # Whose it is no longer cannot give it on.
    assert path not in text_of(browser.get(f"/desk/ho-so/{case.code}/"))
    assert browser.get(path).status_code == 302
