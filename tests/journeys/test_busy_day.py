"""A day of a busy commune, and what its papers say at the end of it."""

from __future__ import annotations

import datetime as dt
import os
from collections import Counter, defaultdict

import pytest
from django.utils import timezone
from time_machine import travel

from documents.files.storing import open_stored
from documents.registers.models import Document
from services.cases.clock import commune_calendar, recompute
from services.cases.contents import in_words
from services.cases.control_slip import issue_control_slip
from services.cases.deadlines import due_time
from services.cases.intake import definition_of
from services.cases.models import Case
from services.cases.states import ALLOWED_MOVES, CaseStatus
from services.payments.days import close_day, totals_of
from services.payments.models import Payment
from services.tracking.models import TrackedCase
from tenants.calendar.working_time import VIETNAM
from tenants.communes.current import CommuneInfo, in_commune
from tenants.history.events import events_of, verify_chain
from tenants.jobs.models import Job
from tenants.jobs.runner import run_pending_jobs
from tenants.notices.models import Notice
from tests.factories import the_official
from tests.journeys.busy_day import CLOSING, MONDAY, BusyDay, Story
from tests.journeys.people_at_work import squeezed, text_of_pdf

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

CASES = int(os.environ.get("BUSY_DAY_CASES", "80"))
Kind = Document.Kind
# What is there at closing time. The other states pass within minutes.
AT_FIVE = {
    CaseStatus.IN_PROCESS,
    CaseStatus.SUPPLEMENT,
    CaseStatus.STOPPED,
    CaseStatus.REFUSED,
    CaseStatus.RESULT_READY,
    CaseStatus.RETURNED,
}
# Where a turn leaves a case when the day was long enough for all of it.
ENDS = {
    "refused": CaseStatus.REFUSED,
    "withdrawn_early": CaseStatus.STOPPED,
    "withdrawal_agreed": CaseStatus.STOPPED,
    "stopped": CaseStatus.STOPPED,
    "supplement_unanswered": CaseStatus.SUPPLEMENT,
}
SLIPS = {
    "refused": {Kind.REFUSAL: 1},
    "withdrawn_early": {},
    "supplement_unanswered": {Kind.RECEIPT_SLIP: 1, Kind.SUPPLEMENT_REQUEST: 1},
    "supplement_online": {Kind.RECEIPT_SLIP: 1, Kind.SUPPLEMENT_REQUEST: 1, Kind.RESULT: 1},
    "supplement_counter": {Kind.RECEIPT_SLIP: 1, Kind.SUPPLEMENT_REQUEST: 1, Kind.RESULT: 1},
    "rejected": {Kind.RECEIPT_SLIP: 1, Kind.REPLY: 1},
    "withdrawal_agreed": {Kind.RECEIPT_SLIP: 1, Kind.STOP_NOTICE: 1},
    "stopped": {Kind.RECEIPT_SLIP: 1, Kind.STOP_NOTICE: 1},
    "extended": {Kind.RECEIPT_SLIP: 1, Kind.EXTENSION_LETTER: 1, Kind.RESULT: 1},
    "must_pay": {Kind.RECEIPT_SLIP: 1, Kind.FEE_RECEIPT: 1, Kind.RESULT: 1},
}
USUAL = {Kind.RECEIPT_SLIP: 1, Kind.RESULT: 1}


def test_a_busy_day(ba_dinh: CommuneInfo) -> None:
    with in_commune(ba_dinh.code):
        day = BusyDay(CASES)
        day.play()
        stories = [story for story in day.stories if story.case is not None]
        cases = {story.number: story.the_case for story in stories}
        _check_states(stories, cases)
        _check_deadlines(cases)
        _check_papers(stories, cases)
        _check_numbers(cases)
        _check_control_slips(stories, cases)
        _check_money(day)
        _check_what_was_told(stories, cases)
        verify_chain()


def _check_states(stories: list[Story], cases: dict[int, Case]) -> None:
    """All came in; what was long enough ago is where it should be, by allowed moves only."""
    assert len(cases) > CASES * 0.95
    states = Counter(CaseStatus(case.status) for case in cases.values())
    assert set(states) >= AT_FIVE or len(cases) < 300, states
    for story in stories:
        case = cases[story.number]
        before: CaseStatus | None = None
        for event in events_of(case.pk):
            if not event.to_state:
                continue
            to = CaseStatus(int(event.to_state))
            assert before is None or to == before or to in ALLOWED_MOVES[before], (case, event)
            before = to
        assert before == case.state
        tracked = TrackedCase.objects.get(case_id=case.pk)
        assert (tracked.status, tracked.due_at) == (case.status, case.due_at)
    assert states[CaseStatus.RETURNED] > CASES * 0.5, states


def _check_deadlines(cases: dict[int, Case]) -> None:
    """Every due time follows from what happened, and the first one from the time limit."""
    calendar = commune_calendar()
    for case in cases.values():
        if case.accepted_at is None:
            continue
        assert recompute(case, events_of(case.pk), calendar) == case.due_at, case
        limit = definition_of(case).time_limit
        received = timezone.localtime(case.accepted_at)
        assert case.original_due_at == due_time(limit, received, calendar), case


def _check_papers(stories: list[Story], cases: dict[int, Case]) -> None:
    """Each case has the papers of its turn, and each paper says what it has to say."""
    by_case: dict[object, list[Document]] = defaultdict(list)
    for document in Document.objects.exclude(case_id=None).order_by("id"):
        by_case[document.case_id].append(document)
    for story in stories:
        case, papers = cases[story.number], by_case[cases[story.number].pk]
        if case.state == ENDS.get(story.turn, CaseStatus.RETURNED):
            expected = SLIPS.get(story.turn, USUAL)
            assert Counter(paper.kind for paper in papers) == Counter(expected), story
        for paper in papers:
            assert paper.file_id is not None, (story, paper)
            with open_stored(paper.file_id) as file:
                text = text_of_pdf(file.read())
            for said in _said_on(paper, story, case):
                assert squeezed(said) in text, (paper.kind, said)


def _said_on(paper: Document, story: Story, case: Case) -> list[str]:
    """What a reader must find on a paper."""
    said = [story.said["reason"]] if paper.kind in REASONED else []
    if paper.notation:
        said.append(paper.notation)
    if paper.kind in (Kind.RESULT, Kind.REPLY):
        return [*said, paper.signer_name]
    said += [case.code, story.applicant]
    if paper.kind == Kind.RECEIPT_SLIP:
        assert case.accepted_at and case.original_due_at
        said += [
            in_words(timezone.localtime(case.accepted_at)),
            in_words(timezone.localtime(case.original_due_at), weekday=True),
            definition_of(case).time_limit.text,
            str(case.register_number),
        ]
    if paper.kind == Kind.EXTENSION_LETTER:
        assert case.original_due_at and case.due_at
        said += [f"{timezone.localtime(case.due_at).day:02d}"]
    return said


REASONED = (
    Kind.REFUSAL,
    Kind.SUPPLEMENT_REQUEST,
    Kind.STOP_NOTICE,
    Kind.EXTENSION_LETTER,
    Kind.REPLY,
)


def _check_numbers(cases: dict[int, Case]) -> None:
    """No number is missing and none was given twice, in any register and in the year's book."""
    by_register: dict[str, list[int]] = defaultdict(list)
    for register, number in Document.objects.exclude(register="").values_list("register", "number"):
        by_register[register].append(number)
    assert by_register
    for register, numbers in by_register.items():
        assert sorted(numbers) == list(range(1, len(numbers) + 1)), register
    rows = sorted(case.register_number for case in cases.values() if case.register_number)
    assert rows == list(range(1, len(rows) + 1))
    tails = sorted(int(case.code[-4:]) for case in cases.values())
    assert tails == list(range(1, len(tails) + 1))


def _check_control_slips(stories: list[Story], cases: dict[int, Case]) -> None:
    """Form 06 names everybody who had the case, for a sample of each turn."""
    seen: Counter[str] = Counter()
    with travel(dt.datetime.combine(MONDAY, CLOSING, VIETNAM), tick=False):
        for story in stories:
            case = cases[story.number]
            if case.accepted_at is None or seen[story.turn] >= 2:
                continue
            seen[story.turn] += 1
            events = list(events_of(case.pk))
            slip = issue_control_slip(
                case=case,
                definition=definition_of(case),
                official=the_official("reception"),
                events=events,
            )
            run_pending_jobs()
            slip.refresh_from_db()
            assert slip.file_id is not None
            with open_stored(slip.file_id) as file:
                text = text_of_pdf(file.read())
            assert case.code in text
            for event in events:
                if event.verb in HANDED_ON:
                    assert squeezed(event.actor_name) in text, (story, event)
                    assert f"{timezone.localtime(event.at):%Hgiờ%Mphút}" in text, (story, event)


HANDED_ON = ("accept", "complete_step", "approve", "reject", "send_back")


def _check_money(day: BusyDay) -> None:
    """What was taken is what the day's report says, and the receipts count without a gap."""
    with travel(dt.datetime.combine(MONDAY, CLOSING, VIETNAM), tick=False):
        totals = totals_of(MONDAY)
        paid = Payment.objects.filter(state=Payment.State.PAID)
        cash = totals.expected_cash
        assert cash == sum(payment.amount for payment in paid) > 0
        closing = close_day(day=MONDAY, counted=cash, reason="", official=day.of("reception"))
        run_pending_jobs()
    report = Document.objects.get(pk=closing.report_id)
    assert report.file_id is not None
    with open_stored(report.file_id) as file:
        assert f"{cash:,}".replace(",", ".") in text_of_pdf(file.read())


def _check_what_was_told(stories: list[Story], cases: dict[int, Case]) -> None:
    """Everybody with an account was told of what became of their case; no job failed."""
    told: dict[object, set[str]] = defaultdict(set)
    for subject_id, kind in Notice.objects.values_list("subject_id", "kind"):
        told[subject_id].add(kind)
    for story in stories:
        if story.account is not None and cases[story.number].state != CaseStatus.REGISTERED:
            assert len(told[cases[story.number].pk]) >= 2, story
    assert not Job.objects.filter(state=Job.State.FAILED).exists()
