"""The clock of a case: when its result is due, and how that came about.

The heart is a fold over clock facts, without a database. Each event that touches the clock
carries among its details ``clock`` (start, stop, resume, restart, extend or move), ``at`` (local
time, ISO) and the ``due_at`` that was promised by it, so that the due time of any case follows
from its events, its procedure and the working calendar. Folding under another calendar gives
what the due time becomes when a day off is declared: later perhaps, never earlier than what was
promised to the applicant.

While the office waits for its applicant (a supplement, a payment) the clock stands still. Waiting
inside the office never stops it (domain facts, section 2).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from django.utils import timezone

from services.cases.deadlines import due_after_pause, due_time, step_due_time
from services.cases.models import Case, CaseStep
from services.catalogue.registry import get_version
from services.catalogue.schema import Limit, ProcedureDefinition
from tenants.calendar.days import working_calendar
from tenants.calendar.working_time import WorkingCalendar
from tenants.communes.current import current_commune
from tenants.history.events import events_of
from tenants.history.models import Event

Kind = Literal["start", "stop", "resume", "restart", "extend", "move"]

# Events from before facts were written into details; what they did follows from their verb.
_VERBS: dict[str, Kind] = {
    "accept": "start",
    "request_supplement": "stop",
    "answer_supplement": "resume",
}


@dataclass(frozen=True)
class Change:
    """What happens to a case's clock: columns to save, and details for the event that tells it."""

    columns: dict[str, Any] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Fact:
    """One thing that happened to a clock, in local time.

    ``promised`` is the due time that the applicant was given by it, ``minutes`` the working time
    that an extension added.
    """

    kind: Kind
    at: datetime.datetime
    promised: datetime.datetime | None = None
    minutes: int = 0


@dataclass(frozen=True)
class Standing:
    """Where a clock stands after a fact."""

    fact: Fact
    due: datetime.datetime
    stopped_at: datetime.datetime | None = None


def start_clock(case: Case, definition: ProcedureDefinition, at: datetime.datetime) -> Change:
    """The case is accepted: the time limit begins, by the way it was filed."""
    limit = definition.time_limit.of(case.channel)
    due = due_time(limit, timezone.localtime(at), commune_calendar())
    return Change({"original_due_at": due, "due_at": due}, _details("start", at, due))


def stop_clock(case: Case, at: datetime.datetime) -> Change:
    """The office begins to wait for the applicant; before acceptance no clock runs."""
    if case.accepted_at is None or case.due_at is None:
        return Change({"clock_stopped_at": None})
    return Change({"clock_stopped_at": at}, _details("stop", at, case.due_at))


def resume_clock(case: Case, definition: ProcedureDefinition, at: datetime.datetime) -> Change:
    """The applicant did their part: the clock goes on, or begins anew where the procedure says so.

    The open step's due time moves with it: nobody is late with a step for the time in which the
    applicant was waited for. A calendar that changed meanwhile takes effect now.
    """
    if case.accepted_at is None or case.clock_stopped_at is None:
        return Change({"clock_stopped_at": None})
    kind: Kind = "restart" if definition.supplement.clock == "restart" else "resume"
    calendar = commune_calendar()
    facts = [*facts_of(case, events_of(case.pk)), Fact(kind, timezone.localtime(at))]
    due = _due(fold(facts, definition.time_limit.of(case.channel), calendar))
    columns: dict[str, Any] = {"clock_stopped_at": None, "due_at": due}
    step = case.steps.get(position=case.step_position)
    if step.due_at is not None:
        step.due_at = due_of_step(definition, step, facts, calendar)
        step.save(update_fields=["due_at"])
        columns |= {"step_due_at": step.due_at, "warned": 0}
    return Change(columns, _details(kind, at, due))


def extend_clock(case: Case, to: datetime.datetime, at: datetime.datetime) -> Change:
    """The leader signed a new due time ``to``; the working time it adds is kept as the fact.

    The open step, in which the time was missing, gets as much. Raises ``ValueError`` for a time
    that is not later than the present due time, or while the clock stands still.
    """
    if case.due_at is None or to <= case.due_at or case.clock_stopped_at is not None:
        raise ValueError("An extension ends after the present due time of a running clock.")
    calendar = commune_calendar()
    minutes = calendar.working_minutes_between(case.due_at, to)
    columns: dict[str, Any] = {"due_at": to, "extended_at": at}
    step = case.steps.get(position=case.step_position)
    if step.due_at is not None:
        step.due_at = calendar.add_working_minutes(step.due_at, minutes)
        step.save(update_fields=["due_at"])
        columns |= {"step_due_at": step.due_at, "warned": 0}
    return Change(columns, {**_details("extend", at, to), "minutes": minutes})


def move_clock(case: Case, to: datetime.datetime, at: datetime.datetime) -> Change:
    """The working calendar changed and the due time with it."""
    return Change({"due_at": to}, _details("move", at, to))


def recompute(case: Case, events: Iterable[Event], calendar: WorkingCalendar) -> datetime.datetime:
    """The due time that follows from a case's events under a calendar.

    Never earlier than what was promised last; while the clock stands still, exactly that. Raises
    ``ValueError`` for a case that was never accepted.
    """
    return _due(read_clock(case, events, calendar))


def read_clock(case: Case, events: Iterable[Event], calendar: WorkingCalendar) -> list[Standing]:
    """How the due time came about, fact by fact; empty before acceptance."""
    definition = get_version(case.procedure_code, case.procedure_version)
    return fold(facts_of(case, events), definition.time_limit.of(case.channel), calendar)


def fold(facts: Iterable[Fact], limit: Limit, calendar: WorkingCalendar) -> list[Standing]:
    """Where the clock stood after each fact, under one limit and one calendar."""
    standings: list[Standing] = []
    due: datetime.datetime | None = None
    stopped: datetime.datetime | None = None
    for fact in facts:
        due = _after(fact, due, stopped, limit, calendar)
        if due is None:
            continue
        if fact.promised is not None:
            due = max(due, fact.promised)
        if fact.kind in ("stop", "resume", "restart"):
            stopped = fact.at if fact.kind == "stop" else None
        # A calendar that changes while the clock stands still counts when it goes on.
        shown = fact.promised if stopped and fact.promised is not None else due
        standings.append(Standing(fact, shown, stopped))
    return standings


def facts_of(case: Case, events: Iterable[Event]) -> list[Fact]:
    """The clock facts among a case's events, oldest first."""
    definition = get_version(case.procedure_code, case.procedure_version)
    facts: list[Fact] = []
    for event in events:
        details = event.details or {}
        kind = details.get("clock")
        at = event.at
        if kind:
            at = datetime.datetime.fromisoformat(details["at"])
        elif _touches(event, started=bool(facts)):
            kind = _VERBS[event.verb]
            if kind == "resume" and definition.supplement.clock == "restart":
                kind = "restart"
        if kind:
            promised = details.get("due_at")
            facts.append(
                Fact(
                    cast(Kind, kind),
                    timezone.localtime(at),
                    timezone.localtime(datetime.datetime.fromisoformat(promised))
                    if promised
                    else None,
                    int(details.get("minutes", 0)),
                )
            )
    return facts


def due_of_step(
    definition: ProcedureDefinition,
    step: CaseStep,
    facts: Sequence[Fact],
    calendar: WorkingCalendar,
) -> datetime.datetime | None:
    """When an open step should be done: its working hours, less the waiting for the applicant.

    Never earlier than it was; ``None`` for a step that has not begun or has no due time.
    """
    if step.started_at is None or step.due_at is None:
        return None
    started = timezone.localtime(step.started_at)
    hours = definition.steps[step.position].hours
    due, stopped = step_due_time(hours, started, calendar), None
    for fact in facts:
        if fact.at < started:
            continue
        if fact.kind == "stop":
            stopped = fact.at
        elif fact.kind == "restart":
            due, stopped = step_due_time(hours, fact.at, calendar), None
        elif fact.kind == "resume" and stopped is not None:
            due, stopped = due_after_pause(due, stopped, fact.at, calendar), None
        elif fact.kind == "extend":
            due = calendar.add_working_minutes(due, fact.minutes)
    return max(due, timezone.localtime(step.due_at))


def step_due(
    definition: ProcedureDefinition, position: int, at: datetime.datetime
) -> datetime.datetime:
    """When the step at that position should be done if it begins at ``at``."""
    hours = definition.steps[position].hours
    return step_due_time(hours, timezone.localtime(at), commune_calendar())


def commune_calendar() -> WorkingCalendar:
    """The working calendar of the current commune."""
    return working_calendar(current_commune().code)


def _after(
    fact: Fact,
    due: datetime.datetime | None,
    stopped: datetime.datetime | None,
    limit: Limit,
    calendar: WorkingCalendar,
) -> datetime.datetime | None:
    if fact.kind == "start":
        return due_time(limit, fact.at, calendar)
    if due is None:
        return None
    if fact.kind == "restart":
        return max(due, due_time(limit, fact.at, calendar))
    if fact.kind == "resume" and stopped is not None:
        return due_after_pause(due, stopped, fact.at, calendar)
    if fact.kind == "extend":
        return calendar.add_working_minutes(due, fact.minutes)
    return due


def _touches(event: Event, *, started: bool) -> bool:
    return event.verb == "accept" or (started and event.verb in _VERBS)


def _due(standings: Sequence[Standing]) -> datetime.datetime:
    if not standings:
        raise ValueError("A case that was not accepted has no due time.")
    return standings[-1].due


def _details(kind: Kind, at: datetime.datetime, due: datetime.datetime) -> dict[str, Any]:
    return {
        "clock": kind,
        "at": timezone.localtime(at).isoformat(),
        "due_at": timezone.localtime(due).isoformat(),
    }
