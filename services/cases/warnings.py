"""Telling officials that a case's time runs out: the one who has it, the head, the leader.

Each procedure has a ladder (``warnings`` in its file, else the usual one of its day). How many of
its rungs were told for the present step stands in the case, under the row's lock: a job that is
killed has told nothing, and two that run at once tell once. A new step begins at the bottom.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Least
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_tasks import task

from services.cases.authority import grant_for
from services.cases.calendar_moves import RUNNING
from services.cases.clock import commune_calendar
from services.cases.lifecycle import now
from services.cases.models import Case, CaseStep
from services.cases.telling import tell_officials
from services.catalogue.registry import current_procedures, get_version
from services.catalogue.schema import ProcedureDefinition
from services.catalogue.timing_rules import LADDER, Ladder, Rung, rule_on
from tenants.calendar.working_time import WorkingCalendar
from tenants.history.events import Actor, record_event
from tenants.organisation.models import Official, Role
from tenants.organisation.powers import with_powers

AT_ONCE = 100
# No ladder is longer: official, head, leader.
RUNGS = 3
TOLD: dict[int, str | Promise] = {
    1: gettext_lazy("đã nhắc người xử lý"),
    2: gettext_lazy("đã nhắc trưởng phòng"),
    3: gettext_lazy("đã nhắc lãnh đạo"),
}


@task()
def warn_of_deadlines() -> None:
    """Tell whoever is next on the ladder of each case whose time runs out.

    One statement where there is none. A rung on which nobody stands counts as told, so that the
    next one is not held up.
    """
    at, calendar = now(), commune_calendar()
    horizon = calendar.add_working_minutes(at, _longest(at.date()))
    with transaction.atomic():
        # All locks first: the first event locks the chain's head, after which no case may be.
        cases = list(_running_out(horizon).select_for_update(of=("self",))[:AT_ONCE])
        if not cases:
            return
        officials = list(with_powers(Official.objects.filter(active=True)).order_by("name", "id"))
        for case in cases:
            _warn(case, officials, at, calendar)


def ladder_of(definition: ProcedureDefinition, on: datetime.date) -> Ladder:
    """The procedure's ladder of warnings; the usual one of that day where it has none."""
    if definition.warnings is not None:
        return definition.warnings
    return rule_on(on, LADDER)


def reached(
    ladder: Sequence[Rung],
    over: datetime.datetime,
    at: datetime.datetime,
    calendar: WorkingCalendar,
    begun: datetime.datetime | None = None,
) -> int:
    """How many rungs the time ``at`` has climbed when time is over at ``over``.

    For a step that is short the ladder is, too: nobody is warned before half of the time since it
    was ``begun`` is gone, and the rungs keep their distances.
    """
    if at >= over:
        return len(ladder)
    left = calendar.working_minutes_between(at, over)
    first = max((rung.before_hours * 60 for rung in ladder), default=0)
    share = 1.0
    if begun is not None and first:
        share = min(1.0, calendar.working_minutes_between(begun, over) / 2 / first)
    times = (rung.before_hours * 60 * share for rung in ladder if rung.before_hours)
    return sum(left <= minutes for minutes in times)


def runs_out_at(case: Case) -> datetime.datetime | None:
    """When the first of a case's times is over: its step's or its own."""
    return min(filter(None, (case.step_due_at, case.due_at)), default=None)


def told_so_far(case: Case) -> str:
    """The last rung that was told for the present step, in words; empty for none."""
    definition = get_version(case.procedure_code, case.procedure_version)
    ladder = ladder_of(definition, timezone.localdate())
    if not case.warned or not ladder:
        return ""
    last = ladder[min(case.warned, len(ladder)) - 1]
    return str(TOLD[("handler", "head", "leader").index(last.who) + 1])


def _running_out(horizon: datetime.datetime) -> QuerySet[Case]:
    first = Least("due_at", Coalesce("step_due_at", "due_at"))
    running = Case.objects.filter(status__in=RUNNING, finished_at=None, warned__lt=RUNGS)
    step = CaseStep.objects.filter(case=OuterRef("pk"), position=OuterRef("step_position"))
    begun = Subquery(step.values("started_at")[:1])
    return (
        running.alias(over=first)
        .annotate(step_begun=begun)
        .filter(over__lte=horizon)
        .order_by("pk")
    )


def _longest(day: datetime.date) -> int:
    ladders = [rule_on(day, LADDER), *(one.warnings or () for one in current_procedures())]
    hours = [rung.before_hours for ladder in ladders for rung in ladder]
    return round(max(hours, default=0) * 60)


def _warn(
    case: Case,
    officials: Sequence[Official],
    at: datetime.datetime,
    calendar: WorkingCalendar,
) -> None:
    over = runs_out_at(case)
    if over is None:
        return
    ladder = ladder_of(get_version(case.procedure_code, case.procedure_version), at.date())
    begun: datetime.datetime | None = getattr(case, "step_begun", None)
    since = timezone.localtime(begun) if begun else None
    climbed = reached(ladder, timezone.localtime(over), at, calendar, since)
    for number, rung in enumerate(ladder[case.warned : climbed], start=case.warned + 1):
        told = _who(rung, case, officials)
        tell_officials(told, case, "desk_warning", reason=_reason(rung, over, at), due=over)
        # Not by ``note_on_case``: nobody's open page is out of date because of a warning.
        Case.objects.filter(pk=case.pk).update(warned=number)
        record_event(
            verb="warn",
            subject_id=case.pk,
            actor=Actor.system(),
            from_state=int(case.status),
            to_state=int(case.status),
            details={
                "rung": number,
                "who": rung.who,
                "to": [one.name for one in told],
                "due": timezone.localtime(over).isoformat(),
            },
        )


def _who(rung: Rung, case: Case, officials: Sequence[Official]) -> list[Official]:
    if rung.who == "leader":
        return _able(case, officials, Role.LEADER)
    holder = next((one for one in officials if one.pk == case.handler_id), None)
    if rung.who == "handler":
        return [holder] if holder is not None else _able(case, officials, case.step_role)
    heads = _able(case, officials, Role.HEAD)
    if holder is None or holder.department_id is None:
        return heads
    own = [one for one in heads if one.department_id == holder.department_id]
    return own or heads


def _able(case: Case, officials: Iterable[Official], role: str) -> list[Official]:
    return [one for one in officials if grant_for(case, one, role) is not None]


def _reason(rung: Rung, over: datetime.datetime, at: datetime.datetime) -> str:
    late = at >= over
    if rung.who == "handler":
        return _("Đã quá hạn.") if late else _("Sắp hết hạn, hãy làm trước.")
    if late:
        return _("Đã quá hạn mà chưa xong; cần chỉ đạo hoặc gia hạn, xin lỗi người nộp.")
    return _("Sắp hết hạn mà chưa xong; cần đôn đốc hoặc giao người khác.")
