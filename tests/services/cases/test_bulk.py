"""One move with many cases: each done whole or not at all, each with its own answer."""

from __future__ import annotations

import pytest
from django.db import DatabaseError

from services.cases import bulk
from services.cases.bulk import MOVES, Choice, Result, Tick, plan, read_ticks, run
from services.cases.intake import accept_case
from services.cases.lifecycle import seen_token
from services.cases.models import Case
from services.cases.processing import complete_step, send_back, take_case
from services.cases.states import CaseStatus, Outcome
from tenants.history.events import events_of, verify_chain
from tenants.jobs.runner import run_pending_jobs
from tenants.organisation.models import Official
from tests.factories import make_case, make_official, the_official
from tests.journeys.answers import filing

pytestmark = pytest.mark.usefixtures("in_ba_dinh")

BOOK_COPY = "2.000908"


def ticks(*cases: Case) -> list[Tick]:
    for case in cases:
        case.refresh_from_db()
    return [Tick(case.code, seen_token(case)) for case in cases]


def do(name: str, official: Official, *cases: Case, **choice: object) -> list[Result]:
    return run(official, ticks(*cases), MOVES[name], Choice(**choice))  # type: ignore[arg-type]


def state(case: Case) -> CaseStatus:
    case.refresh_from_db()
    return case.state


def test_each_case_is_accepted_or_left_with_its_reason() -> None:
    official = the_official("reception")
    new, received, other = make_case(BOOK_COPY), make_case(BOOK_COPY, "received"), make_case()
    results = do("accept", official, new, received, other)
    assert [one.done for one in results] == [True, False, True]
    assert "Được tiếp nhận" in results[1].text
    assert state(new) == state(other) == CaseStatus.RECEIVED
    verify_chain()


def test_one_that_changed_meanwhile_is_left_alone_and_says_who_did_what() -> None:
    official, colleague = the_official("specialist"), make_official("specialist", name="Mai Lan")
    changed, same = (make_case(BOOK_COPY, "received") for _ in range(2))
    seen = ticks(changed, same)
    take_case(case=changed, official=colleague)
    first, second = run(official, seen, MOVES["take"], Choice())
    assert not first.done and "Mai Lan nhận xử lý" in first.text
    assert second.done
    changed.refresh_from_db()
    assert changed.handler_name == "Mai Lan"
    planned = plan(official, seen[:1], MOVES["take"])
    assert "Mai Lan nhận xử lý" in planned[0].problem


def test_a_fault_with_one_case_undoes_that_one_and_no_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    official = the_official("reception")
    cases = [make_case(BOOK_COPY) for _ in range(3)]
    accept = accept_case

    def breaks(*, case: Case, **given: object) -> Case:
        done = accept(case=case, **given)  # type: ignore[arg-type]
        if case.pk == cases[1].pk:
            raise DatabaseError("canceling statement due to statement timeout")
        return done

    monkeypatch.setattr(bulk, "accept_case", breaks)
    results = do("accept", official, *cases)
    assert [one.done for one in results] == [True, False, True]
    assert "chưa có gì thay đổi" in results[1].text
    assert [state(case) for case in cases] == [
        CaseStatus.RECEIVED,
        CaseStatus.REGISTERED,
        CaseStatus.RECEIVED,
    ]
    assert events_of(cases[1].pk).last().verb == "file"  # type: ignore[union-attr]
    verify_chain()
    assert cases[1].code not in caplog.text


def test_a_step_is_forwarded_where_nothing_is_missing() -> None:
    official = the_official("specialist")
    ready, empty, held = (make_case(BOOK_COPY, "received") for _ in range(3))
    entries = dict(filing(BOOK_COPY).entries)
    # Drafted, forwarded and sent back: the findings are there.
    complete_step(case=ready, official=official, outcome=Outcome.APPROVED, findings=entries)
    send_back(case=ready, official=the_official("leader"), reason="Xem lại ngày")
    take_case(case=held, official=make_official("specialist", name="Mai Lan"))
    results = do("forward", official, ready, empty, held)
    assert [one.done for one in results] == [True, False, False]
    assert "dự thảo" in results[1].text and "Mai Lan đang giữ" in results[2].text
    ready.refresh_from_db()
    assert ready.step_role == "leader"


def test_a_proposed_rejection_is_read_before_it_goes_on() -> None:
    case = make_case("1.014027", "in_process")
    complete_step(
        case=case,
        official=the_official("specialist"),
        outcome=Outcome.REJECTED,
        note="Chưa đủ 75 tuổi.",
    )
    (result,) = do("forward", make_official("head"), case)
    assert not result.done and "không chấp thuận" in result.text


def test_results_are_handed_to_each_applicant_or_to_one_person() -> None:
    official = the_official("reception")
    cases = [make_case(BOOK_COPY, "result_ready") for _ in range(3)]
    run_pending_jobs()
    assert all(one.done for one in do("hand-over", official, *cases[:2]))
    assert do("hand-over", official, cases[2], receiver="Lò Văn Pánh")[0].done
    details = [events_of(case.pk).last().details for case in cases]  # type: ignore[union-attr]
    receivers = [one["receiver"] for one in details if one]
    assert receivers == [cases[0].applicant_name, cases[1].applicant_name, "Lò Văn Pánh"]


def test_a_head_gives_many_cases_to_one_colleague() -> None:
    head, colleague = make_official("head"), make_official("specialist", name="Mai Lan")
    received, new = make_case(BOOK_COPY, "received"), make_case(BOOK_COPY)
    first, second = do("assign", head, received, new, to=colleague)
    assert first.done and not second.done and "Mai Lan không làm được" in second.text
    assert not do("assign", the_official("reception"), received, to=colleague)[0].done


def test_a_case_out_of_reach_is_not_there() -> None:
    case, gone = make_case(), Tick("H26.00004-261122-9999", "-")
    narrow = make_official("reception", scope=BOOK_COPY)
    for tick in (*ticks(case), gone):
        (result,) = run(narrow, [tick], MOVES["accept"], Choice())
        assert not result.done and result.name == "" and "Không có hồ sơ này" in result.text
        (planned,) = plan(narrow, [tick], MOVES["accept"])
        assert planned.case is None
    assert state(case) == CaseStatus.REGISTERED


def test_ticks_are_read_each_once_and_no_more_than_a_page() -> None:
    values = ["A|1", "A|2", "", "|x", "B", "\0C|3", *(f"N{n}|1" for n in range(9))]
    read = read_ticks(values, 4)
    assert read == [Tick("A", "2"), Tick("B", "-"), Tick("C", "3"), Tick("N0", "1")]
