"""Two officials with one case open: the second is told who did what and when, and wins nothing."""

from __future__ import annotations

import re

import pytest

from services.cases.lifecycle import seen_token
from services.cases.models import Case
from services.cases.processing import take_case
from services.cases.states import CaseStatus
from tenants.communes.current import in_commune
from tenants.history.events import events_of
from tests.factories import make_official
from tests.journeys.answers import filing
from tests.services.desk.conftest import CaseAt, Desk
from tests.services.desk.pages import (
    BA_DINH,
    actions_on,
    address,
    now_of,
    press,
    seen_on,
    send_written,
    text_of,
)

CLOCK = r"lúc \d\d:\d\d \d\d/\d\d/\d{4}"


def verbs_of(case: Case) -> list[str]:
    with in_commune(BA_DINH):
        return [event.verb for event in events_of(case.pk)]


def taken_by_another(case: Case) -> None:
    """Somebody else takes the case in hand, which moves neither its state nor its step."""
    with in_commune(BA_DINH):
        other = make_official("specialist", name="Lê Thị Mỹ Duyên")
        take_case(case=case, official=other)


def test_the_second_to_press_is_told_what_the_first_did(desk: Desk, case_at: CaseAt) -> None:
    case = case_at("registered")
    reception = desk("reception")
    token = seen_on(reception.get(address(case)))
    reception.post(address(case, "tiep-nhan/"), {"seen": token})

    second = desk("reception").post(address(case, "tiep-nhan/"), {"seen": token}, follow=True)
    told = text_of(second)
    assert re.search(CLOCK + ", Nguyễn Thị Hoa tiếp nhận hồ sơ", told)
    assert "chưa có gì bị ghi đè" in told
    assert verbs_of(case) == ["file", "accept"]


def test_what_the_second_wrote_stays_on_the_page_and_is_not_sent(
    desk: Desk, case_at: CaseAt
) -> None:
    case = case_at("registered")
    first, second = desk("reception"), desk("reception")
    token = seen_on(second.get(address(case, "tu-choi/")))
    press(first, case, "tiep-nhan/")

    page = second.post(address(case, "tu-choi/"), {"seen": token, "reason": "Không thuộc xã này."})
    told = text_of(page)
    assert page.status_code == 422
    assert re.search(CLOCK + ", Nguyễn Thị Hoa tiếp nhận hồ sơ", told)
    assert "Không thuộc xã này." in told
    # Refusing is over for this case: the page offers the way back and nothing to press.
    assert 'form="move"' not in told
    assert now_of(case).status == CaseStatus.RECEIVED


def test_a_change_between_reading_the_paper_and_sending_it_is_told(
    desk: Desk, case_at: CaseAt
) -> None:
    case = case_at("in_process")
    browser = desk("specialist")
    data = {"items": "Ảnh rõ hơn", "seen": seen_on(browser.get(address(case, "bo-sung/")))}
    drawn = browser.post(address(case, "bo-sung/"), data)
    shown = re.search(r'name="shown" value="(\w+)"', drawn.content.decode())
    assert shown
    taken_by_another(case)

    page = browser.post(address(case, "bo-sung/"), {**data, "shown": shown[1]})
    assert page.status_code == 422
    assert re.search(CLOCK + ", Lê Thị Mỹ Duyên nhận xử lý", text_of(page))
    assert now_of(case).status == CaseStatus.IN_PROCESS
    # Told, the official may decide anew: the page carries how the case stands now.
    again = {"items": "Ảnh rõ hơn", "seen": seen_on(page), "shown": shown[1]}
    browser.post(address(case, "bo-sung/"), again)
    assert now_of(case).status == CaseStatus.SUPPLEMENT


@pytest.mark.parametrize("button", [{"save": "1"}, {}])
def test_a_draft_of_the_result_does_not_overwrite_anothers(
    button: dict[str, str], desk: Desk, case_at: CaseAt
) -> None:
    case = case_at("in_process")
    browser = desk("specialist")
    token = seen_on(browser.get(address(case, "tham-dinh/")))
    taken_by_another(case)
    data = {**_entries(), "seen": token, "outcome": "approved", **button}
    page = browser.post(address(case, "tham-dinh/"), data)
    assert page.status_code == 422
    assert "Lê Thị Mỹ Duyên nhận xử lý" in text_of(page)
    assert "12 phố Kim Mã, riêng của tôi" in text_of(page)
    assert now_of(case).findings is None


def test_the_second_signature_is_told_of_the_first(desk: Desk, case_at: CaseAt) -> None:
    case = case_at("awaiting_decision")
    leader = desk("leader")
    token = seen_on(leader.get(address(case, "ky-duyet/")))
    send_written(leader, case, "khong-chap-thuan/", reason="Trẻ đã được khai sinh.")

    page = leader.post(address(case, "ky-duyet/"), {"seen": token}, follow=True)
    assert "Phan Văn Thắng không chấp thuận: Trẻ đã được khai sinh." in text_of(page)
    assert now_of(case).outcome == "rejected"


def test_a_form_without_its_token_does_nothing(desk: Desk, case_at: CaseAt) -> None:
    case = case_at("registered")
    page = desk("reception").post(address(case, "tiep-nhan/"), follow=True)
    assert "đã thay đổi từ lúc anh/chị mở trang" in text_of(page)
    assert actions_on(page) and now_of(case).status == CaseStatus.REGISTERED


def test_every_change_of_a_case_changes_the_token(case_at: CaseAt) -> None:
    case = case_at("in_process")
    before = seen_token(now_of(case))
    taken_by_another(case)
    assert seen_token(now_of(case)) != before


def _entries() -> dict[str, str]:
    entries = {key: str(value) for key, value in filing("1.001193").entries.items()}
    return {**entries, "printed_mother_residence": "12 phố Kim Mã, riêng của tôi"}
