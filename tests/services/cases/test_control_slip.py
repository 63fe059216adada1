"""The control slip (form 06), read from what happened to a case."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from documents.registers.models import Document
from services.cases.control_slip import control_slip_content, issue_control_slip
from services.cases.intake import answer_supplement, definition_of, request_supplement
from services.cases.models import Case
from services.cases.processing import complete_step, send_back, take_case
from services.cases.states import Outcome
from tenants.history.events import events_of
from tenants.organisation.models import get_letterhead
from tests.factories import make_case, the_official
from tests.journeys.answers import filing

pytestmark = pytest.mark.usefixtures("in_ba_dinh")


def slip_of(case: Case) -> dict[str, Any]:
    """Form 06 of a case as it stands."""
    return control_slip_content(
        case,
        definition_of(case),
        get_letterhead(),
        the_official("reception"),
        list(events_of(case.pk)),
    )


def test_every_hand_over_stands_there_with_both_people_and_how_it_was_in_time() -> None:
    case = make_case(up_to="returned")
    case.refresh_from_db()

    rows = slip_of(case)["hand_overs"]

    centre = get_letterhead().centre_name
    assert rows[0]["giver"] == centre
    assert rows[0]["giver_name"] == the_official("reception").name
    assert rows[0]["receiver_name"] == the_official("specialist").name
    for before, after in pairwise(rows):
        if after["giver"] != centre:
            assert before["receiver"] == after["giver"]
    assert {row["timing"] for row in rows[1:-1]} <= {"Trước hạn", "Đúng hạn", "Quá hạn"}
    assert rows[1]["timing"] == "Trước hạn"
    assert rows[-1]["receiver_name"] == case.applicant_name
    assert all("giờ" in row["at"] for row in rows)


def test_a_case_that_was_sent_back_shows_both_ways_and_why() -> None:
    case = make_case(up_to="in_process")
    entries = dict(filing(case.procedure_code).entries) or None
    case = complete_step(
        case=case,
        official=the_official(case.step_role),
        outcome=Outcome.APPROVED,
        findings=entries,
    )
    case = send_back(case=case, official=the_official(case.step_role), reason="Thiếu tên mẹ")

    rows = slip_of(case)["hand_overs"]

    assert rows[-1]["giver"] == rows[-2]["receiver"]
    assert rows[-1]["receiver"] == rows[-2]["giver"]
    assert "Thiếu tên mẹ" in rows[-1]["note"]


def test_the_time_in_which_the_applicant_was_waited_for_is_told() -> None:
    case = make_case(up_to="in_process")
    case = request_supplement(
        case=case,
        official=the_official(case.step_role),
        items=["Giấy chứng sinh chụp lại"],
        reason="Ảnh mờ",
    )
    (open_wait,) = slip_of(case)["pauses"]
    case = answer_supplement(case=case, official=the_official("reception"), message="Đã nộp")

    (wait,) = slip_of(case)["pauses"]

    assert open_wait["until"] == ""
    assert wait["what"] == "Chờ bổ sung giấy tờ"
    assert wait["note"] == "Giấy chứng sinh chụp lại"
    assert wait["until"]


def test_it_is_printed_anew_only_when_something_has_happened() -> None:
    case = make_case(up_to="received")
    official = the_official("reception")

    def printed() -> Document:
        return issue_control_slip(
            case=case,
            definition=definition_of(case),
            official=official,
            events=list(events_of(case.pk)),
        )

    first = printed()
    assert first.notation == ""
    assert printed() == first

    case = take_case(case=case, official=the_official(case.step_role))
    second = printed()

    assert second != first
    assert Document.objects.filter(kind=Document.Kind.CONTROL_SLIP).count() == 2
