"""Giving a case to a colleague: who may, to whom, and what the history says."""

from __future__ import annotations

import pytest

from services.cases.assigning import (
    ColleagueCannot,
    MayNotAssign,
    able_for,
    assign_case,
    colleagues,
)
from services.cases.errors import CaseChanged, MoveNotAllowed
from services.cases.lifecycle import seen_token
from services.cases.models import Case
from services.cases.states import CaseStatus
from services.cases.story import tell
from tenants.history.events import events_of
from tests.factories import make_case, make_official, the_official

pytestmark = pytest.mark.usefixtures("in_ba_dinh")

BOOK_COPY = "2.000908"


def stands(case: Case) -> tuple[CaseStatus, str]:
    case.refresh_from_db()
    return case.state, case.handler_name


def test_a_head_gives_a_received_case_to_a_specialist_who_has_it_in_process_then() -> None:
    case, head = make_case(BOOK_COPY, "received"), make_official("head")
    colleague = make_official("specialist", name="Mai Thị Lan")
    assign_case(case=case, official=head, to=colleague, seen=seen_token(case))
    assert stands(case) == (CaseStatus.IN_PROCESS, "Mai Thị Lan")
    line = tell(events_of(case.pk))[0]
    assert (line.who, line.text) == (head.name, "giao hồ sơ cho Mai Thị Lan")


def test_the_holder_passes_it_on_or_puts_it_back() -> None:
    case = make_case(BOOK_COPY, "in_process")
    holder, colleague = the_official("specialist"), make_official("specialist", name="Mai Thị Lan")
    assign_case(case=case, official=holder, to=colleague)
    assert stands(case) == (CaseStatus.IN_PROCESS, "Mai Thị Lan")
    with pytest.raises(MayNotAssign):
        assign_case(case=case, official=holder, to=holder)
    assign_case(case=case, official=colleague, to=None)
    assert stands(case) == (CaseStatus.IN_PROCESS, "")
    assert tell(events_of(case.pk))[0].text == "trả hồ sơ về bước chung"


def test_nobody_gets_a_case_whose_step_is_not_theirs() -> None:
    case, head = make_case(BOOK_COPY, "received"), make_official("head")
    elsewhere = make_official("specialist", name="Lò Văn Pánh", scope="1.001193")
    gone = make_official("specialist", name="Hà Thị Mơ", active=False)
    for one in (the_official("leader"), elsewhere, gone):
        with pytest.raises(ColleagueCannot, match=one.name):
            assign_case(case=case, official=head, to=one)
    able = make_official("specialist", name="Mai Thị Lan")
    assert able_for(case, colleagues()) == [able]


def test_a_closed_case_or_a_result_that_waits_is_given_to_nobody() -> None:
    head, able = make_official("head"), make_official("reception")
    case = make_case(BOOK_COPY, "result_ready")
    with pytest.raises(MoveNotAllowed):
        assign_case(case=case, official=head, to=able)


def test_a_head_of_other_work_gives_out_nothing_of_this() -> None:
    case = make_case(BOOK_COPY, "received")
    other = make_official("head", scope="1.001193")
    with pytest.raises(MayNotAssign):
        assign_case(case=case, official=other, to=the_official("specialist"))


def test_a_page_that_is_out_of_date_assigns_nothing() -> None:
    case, head = make_case(BOOK_COPY, "received"), make_official("head")
    seen = seen_token(case)
    first, second = (make_official("specialist", name=name) for name in ("Mai Lan", "Hà Mơ"))
    assign_case(case=case, official=head, to=first, seen=seen)
    with pytest.raises(CaseChanged, match="giao hồ sơ cho Mai Lan"):
        assign_case(case=case, official=head, to=second, seen=seen)
    assert stands(case)[1] == "Mai Lan"
