"""What a change of the working calendar does to the cases that are open.

A day off that is declared after slips were printed moves due times later, never earlier. Every
case is recomputed from its own events under the new calendar; where that gives a later time, the
applicant and the official who holds the case are told. Slips that were printed stay as they are.
A case that waits for its applicant moves when it goes on. Taking a day back takes back no promise.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django_tasks import task

from services.cases.clock import due_of_step, facts_of, fold, move_clock
from services.cases.lifecycle import note_on_case, now
from services.cases.models import Case, CaseStep
from services.cases.states import CaseStatus
from services.catalogue.registry import get_version
from tenants.calendar.days import changed_since, forget_calendar, working_calendar
from tenants.calendar.models import SpecialDay
from tenants.calendar.working_time import VIETNAM, WorkingCalendar
from tenants.communes.current import current_commune
from tenants.history.events import Actor
from tenants.history.models import Event

# Clocks run in these states; in 5 and 6 they stand still, before 2 there is none, after 9 no more.
RUNNING = (CaseStatus.RECEIVED, CaseStatus.IN_PROCESS, CaseStatus.WITHDRAWING)
WAITING = (CaseStatus.SUPPLEMENT, CaseStatus.PAYMENT)
# Locked together and recomputed in one transaction: about a second.
AT_ONCE = 100
# Another process may have gone by the old calendar for a minute, a runner may have stood still:
# what was declared lately is looked at again for some nights.
LOOK_BACK = datetime.timedelta(days=8)
# Appointments are in minutes; facts of old events are known to the second only.
LEAST = datetime.timedelta(minutes=1)


@dataclass(frozen=True)
class Moves:
    """What a calendar would do: how many cases move, and how many wait and move when they go on.

    ``exact`` is false where there are too many to compute on a page; ``moving`` is then the most.
    """

    moving: int
    waiting: int
    exact: bool
    examples: tuple[tuple[Case, datetime.datetime], ...] = ()


def moves_under(calendar: WorkingCalendar, from_day: datetime.date) -> Moves:
    """What would happen to this commune's open cases if the calendar differed from a day on."""
    touched = _touched(from_day)
    count = touched.count()
    waiting = _due_from(from_day).filter(status__in=WAITING, accepted_at__isnull=False).count()
    if count > AT_ONCE:
        return Moves(count, waiting, exact=False)
    found = [
        (case, later.due)
        for case, later in _recomputed(list(touched), calendar)
        if later.due is not None
    ]
    return Moves(len(found), waiting, exact=True, examples=tuple(found[:5]))


@task()
def move_due_times(from_day: str, reason: str = "", after: str = "") -> None:
    """Recompute the commune's running cases that are due on a day or later, bite by bite.

    ``reason`` is the name of the day that was declared; ``after`` is the last case looked at.
    A second run finds every due time as it should be and moves nothing.
    """
    code = current_commune().code
    forget_calendar(code)
    day = datetime.date.fromisoformat(from_day)
    with transaction.atomic():
        touched = _touched(day).order_by("pk")
        if after:
            touched = touched.filter(pk__gt=UUID(after))
        # All locks first: the first event locks the chain's head, after which no case may be.
        cases = list(touched.select_for_update(of=("self",))[:AT_ONCE])
        calendar = working_calendar(code)
        for case, later in _recomputed(cases, calendar):
            _move(case, later, reason or _reason(case, later, code))
        if len(cases) == AT_ONCE:
            move_due_times.enqueue(from_day, reason, str(cases[-1].pk))


@task()
def follow_calendar() -> None:
    """Every night: see whether the calendar was changed lately and cases have yet to follow.

    One statement where nothing was.
    """
    day = changed_since(timezone.now() - LOOK_BACK, current_commune().code)
    if day is not None:
        move_due_times.enqueue(day.isoformat())


@dataclass(frozen=True)
class _Later:
    """The new due times of a case; ``None`` for what stays."""

    due: datetime.datetime | None
    step: CaseStep | None


def _due_from(day: datetime.date) -> QuerySet[Case]:
    # What is due before the day does not notice that it changed.
    begin = datetime.datetime.combine(day, datetime.time(), VIETNAM)
    return Case.objects.filter(Q(due_at__gte=begin) | Q(step_due_at__gte=begin))


def _touched(day: datetime.date) -> QuerySet[Case]:
    return _due_from(day).filter(status__in=RUNNING, accepted_at__isnull=False, finished_at=None)


def _recomputed(cases: Sequence[Case], calendar: WorkingCalendar) -> Iterable[tuple[Case, _Later]]:
    """The cases that something moves for, with what: three statements for all together."""
    keys = [case.pk for case in cases]
    events: dict[UUID, list[Event]] = {key: [] for key in keys}
    for event in Event.objects.filter(subject_id__in=keys).order_by("sequence"):
        events[event.subject_id].append(event)
    open_steps = {
        (step.case_id, step.position): step
        for step in CaseStep.objects.filter(case__in=keys, done_at=None, due_at__isnull=False)
    }
    for case in cases:
        step = open_steps.get((case.pk, case.step_position))
        later = _later(case, events[case.pk], step, calendar)
        if later.due is not None or later.step is not None:
            yield case, later


def _later(
    case: Case, events: Sequence[Event], step: CaseStep | None, calendar: WorkingCalendar
) -> _Later:
    definition = get_version(case.procedure_code, case.procedure_version)
    facts = facts_of(case, events)
    standings = fold(facts, definition.time_limit.of(case.channel), calendar)
    due = standings[-1].due if standings else None
    moved = due if due is not None and case.due_at and due >= case.due_at + LEAST else None
    if step is not None and step.due_at is not None:
        step_due = due_of_step(definition, step, facts, calendar)
        if step_due is not None and step_due >= step.due_at + LEAST:
            step.due_at = step_due
            return _Later(moved, step)
    return _Later(moved, None)


def _move(case: Case, later: _Later, reason: str) -> None:
    columns = {}
    if later.step is not None:
        later.step.save(update_fields=["due_at"])
        columns = {"step_due_at": later.step.due_at, "warned": 0}
    if later.due is None:
        # Inside the office only: nobody outside was promised the step's time.
        Case.objects.filter(pk=case.pk).update(**columns)
        return
    change = move_clock(case, later.due, now())
    note_on_case(
        case,
        verb="move_due",
        by=Actor.system(),
        details={
            "reason": reason,
            "until": f"{timezone.localtime(later.due):%H:%M %d/%m/%Y}",
            **change.details,
        },
        **change.columns,
        **columns,
    )


def _reason(case: Case, later: _Later, code: str) -> str:
    """The names of the days off declared lately that lie between acceptance and the new time."""
    if later.due is None or case.accepted_at is None:
        return ""
    days = SpecialDay.objects.filter(
        commune_code__in={"", code},
        date__range=(timezone.localdate(case.accepted_at), timezone.localdate(later.due)),
        kind=SpecialDay.Kind.OFF,
        declared_at__gte=timezone.now() - LOOK_BACK,
    )
    names = "; ".join(f"{one.name} ({one.date:%d/%m/%Y})" for one in days[:5])
    return names or "giờ làm việc thay đổi"
