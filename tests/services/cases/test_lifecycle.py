"""Whatever is tried with a case, only allowed moves happen, and each leaves its event."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from services.cases.decision import approve_case, reject_case
from services.cases.delivery import collect_online, hand_over, release_result
from services.cases.errors import CaseError
from services.cases.intake import accept_case, answer_supplement, refuse_case, request_supplement
from services.cases.lifecycle import lock_case, move_case, seen_token
from services.cases.models import Case
from services.cases.processing import complete_step, save_findings, send_back, take_case
from services.cases.states import ALLOWED_MOVES, CaseStatus, Outcome
from services.cases.withdrawal import withdraw_case
from services.tracking.models import TrackedCase
from tenants.accounts.models import Account
from tenants.communes.current import CommuneInfo
from tenants.history.events import Actor, events_of, verify_chain
from tenants.jobs.runner import run_pending_jobs
from tenants.organisation.models import Official
from tests.factories import make_account, make_case, the_official
from tests.journeys.answers import filing

ROLES = ("reception", "specialist", "head", "leader", "clerk")
MONDAY = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.timezone(dt.timedelta(hours=7)))
# Who acts: mostly whoever has the case's step, else anybody.
who = st.sampled_from(("", "", "", *ROLES))
# A working day, one restarted by a supplement, one of a single day; all have entries.
PROCEDURES = ("1.004873", "1.001612", "2.000908")


def test_the_table_of_moves_covers_every_state_and_ends_in_three() -> None:
    assert set(ALLOWED_MOVES) == set(CaseStatus)
    ends = {state for state, following in ALLOWED_MOVES.items() if not following}
    assert ends == {CaseStatus.REFUSED, CaseStatus.STOPPED, CaseStatus.RETURNED}


def test_every_state_can_be_reached_from_filing_and_led_to_an_end() -> None:
    def reached(start: CaseStatus) -> set[CaseStatus]:
        found, new = {start}, {start}
        while new:
            new = {after for state in new for after in ALLOWED_MOVES[state]} - found
            found |= new
        return found

    assert reached(CaseStatus.REGISTERED) == set(CaseStatus)
    for state in CaseStatus:
        assert any(not ALLOWED_MOVES[end] for end in reached(state))


@pytest.mark.parametrize("to", list(CaseStatus))
def test_only_an_arc_of_the_table_moves_a_case(in_ba_dinh: CommuneInfo, to: CaseStatus) -> None:
    case = lock_case(make_case().pk)
    before = events_of(case.pk).count()
    if to in (CaseStatus.RECEIVED, CaseStatus.RETURNED, CaseStatus.RESULT_READY):
        return  # the database asks for their dates; the machine below walks these
    if to in ALLOWED_MOVES[CaseStatus.REGISTERED]:
        move_case(case, to, verb="try", by=Actor.system())
        assert events_of(case.pk).count() == before + 1
        return
    with pytest.raises(CaseError, match="Mới đăng ký"):
        move_case(case, to, verb="try", by=Actor.system())
    assert Case.objects.get(pk=case.pk).state == CaseStatus.REGISTERED
    assert events_of(case.pk).count() == before


class Life(RuleBasedStateMachine):
    """Officials of all roles and the applicant try everything, in any order, at any time."""

    @initialize(code=st.sampled_from(PROCEDURES))
    def begin(self, code: str) -> None:
        self.clock = time_machine.travel(MONDAY, tick=False)
        self.time = self.clock.start()
        self.account: Account = make_account("Đỗ Thu Hương")
        self.one = filing(code)
        self.officials = {role: the_official(role) for role in ROLES}
        self.case = make_case(code, account=self.account)

    def teardown(self) -> None:
        if hasattr(self, "clock"):
            self.clock.stop()

    def attempt(self, act: Any, **given: Any) -> None:
        before = Case.objects.get(pk=self.case.pk)
        events = events_of(before.pk).count()
        try:
            act(case=before, **given)
        except CaseError as error:
            assert str(error).strip()
            after = Case.objects.get(pk=before.pk)
            assert seen_token(after) == seen_token(before)
            assert events_of(before.pk).count() == events
            return
        after = Case.objects.get(pk=before.pk)
        new = list(events_of(before.pk))[events:]
        # Collecting a second time is no act.
        assert new or seen_token(after) == seen_token(before)
        if after.due_at != before.due_at:
            assert new and before.state in (CaseStatus.REGISTERED, CaseStatus.SUPPLEMENT)
        if before.state == CaseStatus.SUPPLEMENT and after.due_at and before.due_at:
            assert after.due_at >= before.due_at
        assert after.original_due_at in (before.original_due_at, after.due_at)

    def official(self, role: str) -> Official:
        return self.officials[role or Case.objects.get(pk=self.case.pk).step_role]

    @rule(hours=st.integers(1, 60))
    def wait(self, hours: int) -> None:
        self.time.shift(dt.timedelta(hours=hours))

    @rule(role=who)
    def accept(self, role: str) -> None:
        self.attempt(accept_case, official=self.official(role))

    @rule(role=who, said=st.booleans())
    def ask(self, role: str, said: bool) -> None:
        items = ["Trang hai của đơn"] if said else [" "]
        self.attempt(request_supplement, official=self.official(role), items=items, reason="")

    @rule(by_citizen=st.booleans(), role=who)
    def answer(self, by_citizen: bool, role: str) -> None:
        given: dict[str, Any] = (
            {"account": self.account} if by_citizen else {"official": self.official(role)}
        )
        self.attempt(answer_supplement, message="Đã gửi thêm.", **given)

    @rule(role=who, chance=st.integers(0, 9))
    def end_early(self, role: str, chance: int) -> None:
        """Refused or withdrawn, now and then: most lives should go on."""
        if chance == 0:
            self.attempt(refuse_case, official=self.official(role), reason="Không thuộc thẩm quyền")
        if chance == 1:
            self.attempt(withdraw_case, account=self.account)

    @rule(role=who)
    def take(self, role: str) -> None:
        self.attempt(take_case, official=self.official(role))

    @rule(role=who)
    def draft(self, role: str) -> None:
        self.attempt(save_findings, official=self.official(role), findings=dict(self.one.entries))

    @rule(role=who, outcome=st.sampled_from(list(Outcome)))
    def complete(self, role: str, outcome: Outcome) -> None:
        self.attempt(
            complete_step,
            official=self.official(role),
            outcome=outcome,
            note="Đã xem.",
            findings=dict(self.one.entries),
        )

    @rule(role=who)
    def give_back(self, role: str) -> None:
        self.attempt(send_back, official=self.official(role), reason="Xem lại ngày.")

    @rule(role=who)
    def approve(self, role: str) -> None:
        self.attempt(approve_case, official=self.official(role))

    @rule(role=who)
    def reject(self, role: str) -> None:
        self.attempt(reject_case, official=self.official(role), reason="Chưa đủ điều kiện")

    @rule(role=who)
    def release(self, role: str) -> None:
        self.attempt(release_result, official=self.official(role))

    @rule()
    def collect(self) -> None:
        self.attempt(collect_online, account=self.account)

    @rule(role=who)
    def give(self, role: str) -> None:
        self.attempt(hand_over, official=self.official(role), receiver="")

    @rule()
    def go_on(self) -> None:
        """Whatever is the usual next thing, so that long lives are seen as well."""
        case = Case.objects.get(pk=self.case.pk)
        if case.state == CaseStatus.REGISTERED:
            self.accept("reception")
        elif case.state == CaseStatus.SUPPLEMENT:
            self.answer(True, "reception")
        elif case.state == CaseStatus.RESULT_READY:
            self.collect()
        elif case.is_open:
            for act in (self.release, self.approve, lambda role: self.complete(role, "approved")):
                act(case.step_role)

    @invariant()
    def the_history_is_a_walk_along_the_arcs(self) -> None:
        if not hasattr(self, "case"):
            return
        events = list(events_of(self.case.pk))
        state = ""
        for event in events:
            assert event.from_state == state
            if event.from_state and event.from_state != event.to_state:
                allowed = ALLOWED_MOVES[CaseStatus(int(event.from_state))]
                assert CaseStatus(int(event.to_state)) in allowed
            state = event.to_state
        case = Case.objects.get(pk=self.case.pk)
        assert state == str(case.status)
        tracked = TrackedCase.objects.get(case_id=case.pk)
        assert (tracked.status, tracked.due_at) == (case.status, case.due_at)
        if not case.is_open:
            assert case.clock_stopped_at is None and case.supplement_by is None


def test_whatever_is_tried_only_allowed_moves_happen_each_with_its_event(
    in_ba_dinh: CommuneInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Not printed here: a life needs its result's file, not its looks.
    monkeypatch.setattr("services.cases.delivery.get_result", lambda case: None)
    run_state_machine_as_test(
        Life, settings=settings(max_examples=15, stateful_step_count=30, deadline=None)
    )
    assert verify_chain() > 0
    assert run_pending_jobs(limit=0) == 0
