"""Each role sees its own moves of a case at each stage, and no other can be made."""

from __future__ import annotations

import pytest
from django.test import Client

from services.cases.lifecycle import seen_token
from services.cases.models import Case
from services.cases.states import CaseStatus
from tenants.communes.current import in_commune
from tenants.organisation.models import Official
from tests.factories import Stage
from tests.services.desk.conftest import CaseAt, Desk
from tests.services.desk.pages import (
    BA_DINH,
    actions_on,
    address,
    now_of,
    press,
    send_written,
    text_of,
)

INTAKE = ["tiep-nhan", "bo-sung", "tu-choi"]
# What each role may do with a birth registration at each stage; nothing where a role is missing.
# What is seldom done comes last.
WITHDRAW, PROPOSE, REFER, PAY, STOP = "ghi-rut", "de-nghi-dung", "phoi-hop", "nop-tien", "dung"
LONGER = "de-nghi-gia-han"
MATRIX: dict[Stage, dict[str, list[str]]] = {
    "registered": {"reception": [*INTAKE, WITHDRAW]},
    "received": {
        "reception": [WITHDRAW],
        "specialist": ["tham-dinh", "nhan-xu-ly", REFER, LONGER, PROPOSE],
        "head": [REFER, LONGER, PROPOSE],
        "leader": [STOP],
    },
    "in_process": {
        "reception": [WITHDRAW],
        "specialist": ["tham-dinh", "bo-sung", REFER, PAY, LONGER, PROPOSE],
        "head": [REFER, LONGER, PROPOSE],
        "leader": [STOP],
    },
    "awaiting_decision": {
        "reception": [WITHDRAW],
        "specialist": [LONGER, PROPOSE],
        "head": [REFER, LONGER, PROPOSE],
        "leader": ["ky-duyet", "khong-chap-thuan", "tra-lai", REFER, PAY, STOP],
    },
    "approved": {"clerk": ["phat-hanh"]},
    "result_ready": {
        "reception": ["tra-ket-qua", "gui-buu-chinh"],
        "clerk": ["tra-ket-qua", "gui-buu-chinh"],
    },
}
ROLES = ("reception", "specialist", "head", "leader", "clerk", "administrator")
MOVES = {
    *("tiep-nhan", "bo-sung", "tu-choi", "nhan-bo-sung", "nhan-xu-ly", "tham-dinh", "tra-lai"),
    *("ky-duyet", "khong-chap-thuan", "phat-hanh", "tra-ket-qua", "gui-buu-chinh"),
    *(LONGER, "gia-han"),
    *(WITHDRAW, PROPOSE, REFER, PAY, STOP, "khong-dong-y", "cho-rut", "khong-cho-rut", "da-nop"),
}
ANYTHING = {
    **{"reason": "Thử", "items": "Thử", "message": "Thử", "receiver": "Thử"},
    **{"outcome": "rejected", "note": "Thử", "ground": "Thử", "post_code": "EB123456789VN"},
    **{"amount": "1000", "where": "elsewhere", "to": "co-quan-khac", "agency": "A", "days": "1"},
    **{"question": "Thử"},
}


@pytest.mark.parametrize("stage", MATRIX)
def test_an_official_sees_the_moves_of_their_role_and_can_make_no_other(
    stage: Stage, desk: Desk, case_at: CaseAt
) -> None:
    case = case_at(stage)
    before, possible = now_of(case), {move for own in MATRIX[stage].values() for move in own}
    for role in ROLES:
        browser, own = desk(role), MATRIX[stage].get(role, [])
        assert actions_on(browser.get(address(case))) == own, role
        # Those with a part in the stage try everything else, the others what is to be done now.
        for move in MOVES - set(own) if own else possible:
            _nothing_comes_of(move, browser, case)
    after = now_of(case)
    assert (after.status, after.step_position, after.updated_at) == (
        before.status,
        before.step_position,
        before.updated_at,
    )


def _nothing_comes_of(move: str, browser: Client, case: Case) -> None:
    """The move, sent from a page that is up to date, leads back to the case."""
    data = {"seen": seen_token(now_of(case)), **ANYTHING}
    sent = browser.post(address(case, f"{move}/"), data)
    assert sent.status_code == 302 and sent["Location"] == address(case), move


def test_the_page_of_a_move_that_is_not_there_leads_back_and_says_why(
    desk: Desk, case_at: CaseAt
) -> None:
    case = case_at("registered")
    for role in ("reception", "leader"):
        browser = desk(role)
        for move in ("ky-duyet/", "tham-dinh/", "khong-chap-thuan/", "tra-ket-qua/"):
            page = browser.get(address(case, move), follow=True)
            assert page.redirect_chain == [(address(case), 302)]
            assert "không làm được việc này" in text_of(page) or "không thuộc việc" in text_of(page)


def test_a_leader_who_may_not_sign_is_offered_no_signature(desk: Desk, case_at: CaseAt) -> None:
    case = case_at("awaiting_decision")
    browser = desk("leader")
    with in_commune(BA_DINH):
        Official.objects.filter(roles="leader").update(may_sign=False)
    assert actions_on(browser.get(address(case))) == ["tra-lai", REFER, PAY]


def test_a_proposal_to_reject_makes_rejecting_the_first_move(desk: Desk, case_at: CaseAt) -> None:
    case = case_at("in_process")
    said = press(
        desk("specialist"), case, "tham-dinh/", outcome="rejected", note="Trẻ đã được khai sinh."
    )
    assert "chuyển bước Ký duyệt" in said
    leader = desk("leader")
    assert actions_on(leader.get(address(case)))[:2] == ["khong-chap-thuan", "ky-duyet"]
    # The leader's words begin where the specialist's ended.
    assert "Trẻ đã được khai sinh." in text_of(leader.get(address(case, "khong-chap-thuan/")))


def test_after_a_terminal_state_nothing_is_offered_and_nothing_moves(
    desk: Desk, case_at: CaseAt
) -> None:
    case = case_at("registered")
    reception = desk("reception")
    send_written(reception, case, "tu-choi/", reason="Nộp sai nơi.")
    assert now_of(case).status == CaseStatus.REFUSED
    page = reception.get(address(case))
    assert actions_on(page) == [] and "Hồ sơ đã kết thúc" in text_of(page)
    for move in MOVES:
        _nothing_comes_of(move, reception, case)
    assert now_of(case).status == CaseStatus.REFUSED
