"""Whatever anybody tries with a case, at whatever time, it lives a life that the table allows.

Officials of all roles and the applicant try every move there is: supplements, payments, stops,
extensions, withdrawals and referrals come in between each other, and the clock runs on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
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

from documents.registers.models import Series
from services.cases.clock import commune_calendar, recompute
from services.cases.decision import approve_case, reject_case
from services.cases.delivery import collect_online, hand_over, release_result, send_by_post
from services.cases.errors import CaseError
from services.cases.extension import extend_case, propose_extension
from services.cases.intake import accept_case, answer_supplement, refuse_case, request_supplement
from services.cases.lifecycle import seen_token
from services.cases.models import Case
from services.cases.obligations import confirm_payment, require_payment, settle_obligation
from services.cases.processing import complete_step, save_findings, send_back, take_case
from services.cases.proposals import decline_proposal
from services.cases.referrals import IS_OPEN, answer_referral, refer_case, withdraw_referral
from services.cases.states import ALLOWED_MOVES, CLOSED, CaseStatus, Outcome, StepKind
from services.cases.stopping import propose_stop, stop_case
from services.cases.withdrawal import (
    agree_withdrawal,
    ask_withdrawal,
    decline_withdrawal,
    withdraw_case,
)
from services.tracking.models import TrackedCase
from tenants.accounts.models import Account
from tenants.communes.current import CommuneInfo
from tenants.history.events import Actor, events_of, verify_chain
from tenants.jobs.runner import run_pending_jobs
from tenants.organisation.models import Department, Official
from tests.factories import make_account, make_case, make_official, the_official
from tests.journeys.answers import filing

ROLES = ("reception", "specialist", "head", "leader", "clerk")
MONDAY = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.timezone(dt.timedelta(hours=7)))
# Who acts: mostly whoever has the case's step, else anybody.
who = st.sampled_from(("", "", "", *ROLES))
# Some working days, one restarted by a supplement, one of a single day; all have entries.
PROCEDURES = ("1.004873", "1.001612", "2.000908")


class Life(RuleBasedStateMachine):
    """One case, its applicant, officials of every role and a second department."""

    @initialize(code=st.sampled_from(PROCEDURES), skip=st.integers(0, 4))
    def begin(self, code: str, skip: int) -> None:
        self.clock = time_machine.travel(MONDAY, tick=False)
        self.time = self.clock.start()
        self.account: Account = make_account("Đỗ Thu Hương")
        self.one = filing(code)
        self.officials = {role: the_official(role) for role in ROLES}
        self.department = Department.objects.first() or Department.objects.create(name="Văn phòng")
        self.adviser = Official.objects.filter(department=self.department).first()
        self.adviser = self.adviser or make_official("head", department=self.department)
        self.case = make_case(code, account=self.account)
        self.promised: dt.datetime | None = None
        self.original: dt.datetime | None = None
        for _ in range(skip):
            self.go_on()

    def teardown(self) -> None:
        if hasattr(self, "clock"):
            self.clock.stop()

    def now(self) -> Case:
        return Case.objects.get(pk=self.case.pk)

    def official(self, role: str) -> Official:
        return self.officials[role or (self.now().step_role or "reception")]

    def attempt(self, act: Any, **given: Any) -> None:
        """Try one move. It happens whole, with its events, or leaves nothing and says why."""
        before = self.now()
        events = events_of(before.pk).count()
        try:
            act(case=before, **given)
        except CaseError as error:
            assert str(error).strip()
            assert seen_token(self.now()) == seen_token(before)
            assert events_of(before.pk).count() == events
            return
        after = self.now()
        assert before.state not in CLOSED or seen_token(after) == seen_token(before)
        new = events_of(before.pk).count() - events
        # Collecting a second time is no act.
        assert new or seen_token(after) == seen_token(before)

    @rule(hours=st.integers(1, 90))
    def wait(self, hours: int) -> None:
        self.time.shift(dt.timedelta(hours=hours))

    # ── The usual way ────────────────────────────────────────────────────
    def accept(self, role: str) -> None:
        self.attempt(accept_case, official=self.official(role))

    def refuse(self, role: str) -> None:
        self.attempt(refuse_case, official=self.official(role), reason="Nộp nhầm nơi")

    def take(self, role: str) -> None:
        self.attempt(take_case, official=self.official(role))

    def draft(self, role: str) -> None:
        self.attempt(save_findings, official=self.official(role), findings=dict(self.one.entries))

    def complete(self, role: str, outcome: Outcome) -> None:
        entries = dict(self.one.entries)
        self.attempt(
            complete_step,
            official=self.official(role),
            outcome=outcome,
            note="Đã xem.",
            findings=entries,
        )

    def give_back(self, role: str) -> None:
        self.attempt(send_back, official=self.official(role), reason="Xem lại ngày.")

    def decide(self, role: str, approve: bool) -> None:
        if approve:
            self.attempt(approve_case, official=self.official(role))
        else:
            self.attempt(reject_case, official=self.official(role), reason="Chưa đủ điều kiện")

    def release(self, role: str) -> None:
        self.attempt(release_result, official=self.official(role))

    def deliver(self, role: str, way: str) -> None:
        if way == "online":
            self.attempt(collect_online, account=self.account)
        elif way == "counter":
            self.attempt(hand_over, official=self.official(role), receiver="Đỗ Thu Hương")
        else:
            number = "EB123456789VN" if way == "post" else "?"
            self.attempt(send_by_post, official=self.official(role), post_code=number)

    # ── Waiting for the applicant ────────────────────────────────────────
    def ask(self, role: str, said: bool) -> None:
        items = ["Trang hai của đơn"] if said else [" "]
        self.attempt(request_supplement, official=self.official(role), items=items, reason="")

    def answer(self, by_citizen: bool, role: str) -> None:
        given: dict[str, Any] = (
            {"account": self.account} if by_citizen else {"official": self.official(role)}
        )
        self.attempt(answer_supplement, message="Đã gửi thêm.", **given)

    def charge(self, role: str, elsewhere: bool, amount: int) -> None:
        self.attempt(
            require_payment,
            official=self.official(role),
            amount=amount,
            reason="Lệ phí",
            elsewhere=elsewhere,
        )

    def pay(self, role: str, seen_paper: bool) -> None:
        if seen_paper:
            self.attempt(confirm_payment, official=self.official(role), note="Giấy nộp tiền số 1")
        else:
            self.attempt(settle_obligation, by=Actor.system())

    # ── What the leader is asked for ─────────────────────────────────────
    def propose_stop(self, role: str) -> None:
        self.attempt(
            propose_stop, official=self.official(role), ground="Căn cứ", reason="Không bổ sung"
        )

    def propose_extension(self, role: str, days: int) -> None:
        case = self.now()
        new_day = (case.due_at or MONDAY).date() + dt.timedelta(days=days)
        self.attempt(
            propose_extension, official=self.official(role), reason="Chờ xác minh", new_day=new_day
        )

    def answer_proposal(self, role: str, signs: bool) -> None:
        official = self.official(role)
        if not signs:
            self.attempt(decline_proposal, official=official, reason="Làm tiếp")
        elif self.now().proposal == "extension":
            self.attempt(extend_case, official=official)
        elif self.now().proposal == "stop":
            self.attempt(stop_case, official=official, ground="Căn cứ", reason="Không bổ sung")

    def stop(self, role: str) -> None:
        official = self.official(role)
        self.attempt(stop_case, official=official, ground="Căn cứ", reason="Đã chết")

    # ── Withdrawal ───────────────────────────────────────────────────────
    def withdraw(self) -> None:
        self.attempt(withdraw_case, account=self.account)

    def ask_back(self, by_citizen: bool, role: str, reason: str) -> None:
        given: dict[str, Any] = (
            {"account": self.account} if by_citizen else {"official": self.official(role)}
        )
        self.attempt(ask_withdrawal, reason=reason, **given)

    def answer_withdrawal(self, role: str, agrees: bool) -> None:
        if agrees:
            self.attempt(agree_withdrawal, official=self.official(role))
        else:
            self.attempt(decline_withdrawal, official=self.official(role), reason="Sắp xong")

    # ── Others ───────────────────────────────────────────────────────────
    def refer(self, role: str, inside: bool, days: int) -> None:
        given: dict[str, Any] = {"department": self.department} if inside else {"agency": "Thuế"}
        self.attempt(
            refer_case, official=self.official(role), question="Có đúng không?", days=days, **given
        )

    def end_referral(self, role: str, adviser: bool, withdraws: bool) -> None:
        referral = self.case.referrals.last()
        if referral is None:
            return
        official = self.adviser if adviser else self.official(role)
        if withdraws:
            self.attempt(withdraw_referral, referral_id=referral.pk, official=official)
        else:
            self.attempt(
                answer_referral, referral_id=referral.pk, official=official, answer="Đúng."
            )

    @rule()
    def go_on(self) -> None:
        """Whatever is the usual next thing, so that long lives are seen as well."""
        case = self.now()
        if case.open_referrals:
            self.end_referral("", False, True)
        elif case.state == CaseStatus.REGISTERED:
            self.accept("reception")
        elif case.state == CaseStatus.SUPPLEMENT:
            self.answer(True, "reception")
        elif case.state == CaseStatus.PAYMENT:
            self.pay("", False)
        elif case.state == CaseStatus.WITHDRAWING:
            self.answer_withdrawal("leader", False)
        elif case.state == CaseStatus.RESULT_READY:
            self.deliver("reception", "counter")
        elif case.is_open:
            kind = case.steps.get(position=case.step_position).kind
            if kind == StepKind.WORK:
                self.complete("", Outcome.APPROVED)
            elif kind == StepKind.DECIDE:
                self.decide("", True)
            else:
                self.release("")

    @rule(number=st.integers(0, 60), role=who, flag=st.booleans(), days=st.integers(1, 9))
    def try_anything(self, number: int, role: str, flag: bool, days: int) -> None:
        """Any move by anybody, whether it fits or not."""
        moves = self._moves(role, flag, days)
        moves[number % len(moves)]()

    @rule(number=st.integers(0, 60), flag=st.booleans(), days=st.integers(1, 9))
    def take_a_detour(self, number: int, flag: bool, days: int) -> None:
        """A move that the state invites, by whose it is; the ends come seldom."""
        moves = self._detours(flag, days)
        moves[number % len(moves)]()

    @rule(number=st.integers(0, 60), flag=st.booleans(), days=st.integers(1, 9))
    def take_another_detour(self, number: int, flag: bool, days: int) -> None:
        self.take_a_detour(number, flag, days)

    def _moves(self, role: str, flag: bool, days: int) -> list[Callable[[], None]]:
        return [
            lambda: self.accept(role),
            lambda: self.refuse(role),
            lambda: self.take(role),
            lambda: self.draft(role),
            lambda: self.complete(role, Outcome.REJECTED if flag else Outcome.APPROVED),
            lambda: self.give_back(role),
            lambda: self.decide(role, flag),
            lambda: self.release(role),
            lambda: self.deliver(role, ("online", "counter", "post", "no number")[days % 4]),
            lambda: self.ask(role, flag),
            lambda: self.answer(flag, role),
            lambda: self.charge(role, flag, 8_000 * (days % 2)),
            lambda: self.pay(role, flag),
            lambda: self.propose_stop(role),
            lambda: self.propose_extension(role, days),
            lambda: self.answer_proposal(role, flag),
            lambda: self.stop(role),
            self.withdraw,
            lambda: self.ask_back(flag, role, "Đổi ý" if days > 2 else " "),
            lambda: self.answer_withdrawal(role, flag),
            lambda: self.refer(role, flag, days),
            lambda: self.end_referral(role, flag, days > 5),
        ]

    def _detours(self, flag: bool, days: int) -> list[Callable[[], None]]:
        case = self.now()
        leader, desk = "leader", "reception"
        ask_back = partial(self.ask_back, flag, desk, "Đổi ý")
        propose = [lambda: self.propose_extension("head", days), lambda: self.propose_stop("head")]
        if case.state == CaseStatus.REGISTERED:
            ends = [lambda: self.refuse(desk), self.withdraw][: days % 4 == 0 and 2]
            return [lambda: self.accept(desk), lambda: self.ask(desk, True), *ends]
        if case.state in (CaseStatus.SUPPLEMENT, CaseStatus.PAYMENT):
            back = partial(self.answer, flag, desk) if case.supplement_by else None
            end = [lambda: self.stop(leader), self.withdraw] if days == 1 else []
            return [back or partial(self.pay, "", flag), ask_back, *propose, *end]
        if case.state == CaseStatus.WITHDRAWING:
            return [lambda: self.answer_withdrawal(leader, days == 1)]
        if case.state == CaseStatus.RESULT_READY:
            return [lambda: self.deliver(desk, ("online", "counter", "post")[days % 3])]
        end = [lambda: self.stop(leader)] if days == 1 else []
        return [
            lambda: self.take(""),
            lambda: self.ask("", True),
            lambda: self.charge("", flag, 8_000),
            lambda: self.refer("", flag, days),
            lambda: self.end_referral("", flag, days > 5),
            lambda: self.answer_proposal(leader, flag),
            lambda: self.give_back(""),
            ask_back,
            *propose,
            *end,
        ]

    # ── What always holds ────────────────────────────────────────────────
    @invariant()
    def the_history_is_a_walk_along_the_arcs(self) -> None:
        if not hasattr(self, "case"):
            return
        case, state = self.now(), ""
        events = list(events_of(case.pk))
        for event in events:
            assert event.from_state == state
            if event.from_state and event.from_state != event.to_state:
                before, after = CaseStatus(int(event.from_state)), CaseStatus(int(event.to_state))
                assert after in ALLOWED_MOVES[before]
            state = event.to_state
        assert state == str(case.status)
        tracked = TrackedCase.objects.get(case_id=case.pk)
        assert (tracked.status, tracked.due_at) == (case.status, case.due_at)
        if case.accepted_at:
            # The due time is what the events make of it; what is paused comes out as promised.
            assert recompute(case, events, commune_calendar()) == case.due_at

    @invariant()
    def the_first_appointment_stays_and_none_is_earlier(self) -> None:
        if not hasattr(self, "case"):
            return
        case = self.now()
        self.original = self.original or case.original_due_at
        assert case.original_due_at == self.original
        if case.due_at is not None:
            assert case.due_at >= (self.promised or case.due_at)
            self.promised = case.due_at

    @invariant()
    def what_waits_is_counted_and_what_is_over_waits_for_nothing(self) -> None:
        if not hasattr(self, "case"):
            return
        case = self.now()
        assert case.referrals.filter(IS_OPEN).count() == case.open_referrals
        waits = case.state in (CaseStatus.SUPPLEMENT, CaseStatus.PAYMENT)
        assert (case.clock_stopped_at is not None) == (waits and case.accepted_at is not None)
        assert (case.supplement_by is not None) == (case.state == CaseStatus.SUPPLEMENT)
        if case.state in (*CLOSED, CaseStatus.RESULT_READY):
            assert not case.proposal and not case.open_referrals and case.handler_id is None

    @invariant()
    def the_register_has_no_gaps(self) -> None:
        rows = Case.objects.filter(accepted_at__isnull=False).order_by("register_number")
        numbers = list(rows.values_list("register_number", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))


def test_whatever_is_tried_only_allowed_moves_happen_each_with_its_event(
    in_ba_dinh: CommuneInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Not printed here: a life needs its result's file, not its looks.
    monkeypatch.setattr("services.cases.delivery.get_result", lambda case: None)
    run_state_machine_as_test(
        Life, settings=settings(max_examples=10, stateful_step_count=30, deadline=None)
    )
    assert verify_chain() > 0
    taken = Series.objects.filter(name="register:2026").values_list("last", flat=True)
    assert list(taken) in ([], [Case.objects.filter(accepted_at__isnull=False).count()])
    assert run_pending_jobs(limit=0) == 0


def test_every_arc_of_the_table_is_walked_by_a_move_of_the_product(
    in_ba_dinh: CommuneInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of the ten states is reached and left again by what people do, and by nothing else."""
    monkeypatch.setattr("services.cases.delivery.get_result", lambda case: None)
    account, by = make_account(), {role: the_official(role) for role in ROLES}
    words: dict[str, Any] = {"ground": "Căn cứ", "reason": "Vì sao"}

    def received() -> Case:
        return make_case("2.000908", "received", account=account)

    def working() -> Case:
        return take_case(case=received(), official=by["specialist"])

    def asked(case: Case) -> Case:
        official = by[case.step_role]
        return request_supplement(case=case, official=official, items=["Trang hai"], reason="")

    def owing(case: Case) -> Case:
        official = by["specialist"]
        return require_payment(case=case, official=official, amount=5_000, reason="Phí")

    lives = [
        refuse_case(case=_new(account), official=by["reception"], reason="Nhầm nơi"),
        withdraw_case(case=_new(account), account=account),
        withdraw_case(case=asked(_new(account)), account=account),
        answer_supplement(case=asked(_new(account)), account=account, message="Đây"),
        stop_case(case=received(), official=by["leader"], **words),
        stop_case(case=asked(working()), official=by["leader"], **words),
        stop_case(case=owing(working()), official=by["leader"], **words),
        answer_supplement(case=asked(working()), account=account, message="Đây"),
        settle_obligation(case=owing(working()), by=Actor.system()),
        make_case("2.000908", "result_ready", account=account),
    ]
    lives[-1] = collect_online(case=lives[-1], account=account)
    for waiting in (received(), working(), asked(working()), owing(working())):
        case = ask_withdrawal(case=waiting, account=account, reason="Đổi ý")
        case = decline_withdrawal(case=case, official=by["leader"], reason="Sắp xong")
        assert case.state == CaseStatus.IN_PROCESS and case.clock_stopped_at is None
        case = ask_withdrawal(case=case, account=account, reason="Vẫn đổi ý")
        lives.append(agree_withdrawal(case=case, official=by["leader"]))

    walked = set()
    for case in lives:
        for event in events_of(case.pk):
            if event.from_state and event.from_state != event.to_state:
                walked.add((int(event.from_state), int(event.to_state)))
    table = {(int(state), int(to)) for state, moves in ALLOWED_MOVES.items() for to in moves}
    assert walked == table


def _new(account: Account) -> Case:
    return make_case("2.000908", account=account)
