"""What officials see: the list of cases with its filters, and the counts beside it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence

from django.db.models import Count, F, Q, QuerySet

from services.cases.authority import asked_of, before_the_leader, cases_to_do, seen_cases
from services.cases.list_filters import (
    BY_STATUS,
    DONE,
    LATE,
    ME,
    MINE,
    NEWEST,
    NOBODY,
    OLDEST,
    OPEN,
    TO_DO,
    TODAY,
    VIEWS,
    Filters,
)
from services.cases.models import Case
from services.cases.states import CaseStatus
from tenants.kit.text import fold
from tenants.organisation.models import Official

PAGE = 100
# A result that waits to be fetched and a case that waits for its applicant are not late, and
# nobody at the desk has to do anything for them before somebody comes.
RUNNING = (CaseStatus.RECEIVED, CaseStatus.IN_PROCESS)
WAITING_FOR_US = (CaseStatus.REGISTERED, *RUNNING, CaseStatus.WITHDRAWING)
# Nothing sealed is among them: a list opens no envelope.
LIST_COLUMNS = (
    "id", "code", "procedure_name", "status", "channel", "applicant_name", "filed_at", "due_at",
    "step_name", "step_position", "handler_name", "updated_at", "warned",
    "supplement_by",
)  # fmt: skip

_WHOLE_CODE = re.compile(r".+-\d{6}-\d{4,}")
_PART_OF_CODE = re.compile(r"[\d-]+")


def listed(official: Official, filters: Filters, now: datetime.datetime) -> QuerySet[Case]:
    """Cases of the commune that match, the nearest due time first, new ones by filing time.

    A search goes through all cases that exist for the official, whatever the view. The order has
    no ties, so that no case is on two pages.
    """
    condition = _asked(official, filters, now) & seen_cases(official)
    cases = Case.objects.only(*LIST_COLUMNS).filter(condition)
    if filters.sort == OLDEST:
        return cases.order_by("filed_at", "id")
    if filters.sort == NEWEST:
        return cases.order_by("-filed_at", "-id")
    if filters.view == DONE and not filters.searched:
        return cases.order_by("-updated_at", "-id")
    return cases.order_by(F("due_at").asc(nulls_last=True), "filed_at", "id")


def counts(
    official: Official, now: datetime.datetime, saved: Sequence[Filters] = ()
) -> dict[str, int]:
    """The numbers in the navigation, in one statement.

    Keys are the views' names with underscores, ``todo`` for the first, ``today`` and ``tomorrow``
    (due then), and ``saved_0`` … for views that the official keeps: their open cases.
    """
    conditions = {
        view.replace("-", "_") or "todo": _view(view, official, now)
        for view in VIEWS
        if view != DONE
    }
    days = (("today", _end_of_day(now, 0)), ("tomorrow", _end_of_day(now, 1)))
    since = now
    for name, until in days:
        conditions[name] = Q(status__in=RUNNING, due_at__gte=since, due_at__lt=until)
        since = until
    for number, filters in enumerate(saved):
        conditions[f"saved_{number}"] = _asked(official, filters, now)
    aggregates = {name: Count("id", filter=one) for name, one in conditions.items()}
    # Named one by one, the states are looked up in their index; those that are left out are not.
    open_cases = Case.objects.filter(seen_cases(official), status__in=BY_STATUS[OPEN])
    return dict(open_cases.aggregate(**aggregates))


def next_case(official: Official, after: Case, now: datetime.datetime) -> Case | None:
    """The next case that waits for this official, to go on with."""
    return listed(official, Filters(), now).exclude(pk=after.pk).first()


def _asked(official: Official, filters: Filters, now: datetime.datetime) -> Q:
    condition = _wanted(official, filters, now)
    if filters.procedure:
        condition &= Q(procedure_code=filters.procedure)
    if filters.step:
        by_position = filters.step.isdecimal()
        condition &= Q(step_position=filters.step) if by_position else Q(step_role=filters.step)
    if filters.channel:
        condition &= Q(channel=filters.channel)
    if filters.status:
        condition &= Q(status=filters.status)
    return condition & _held_by(filters.holder, official) & _due(filters, now)


def _wanted(official: Official, filters: Filters, now: datetime.datetime) -> Q:
    if filters.person:
        return Q(applicant_id_index=filters.person)
    if filters.phone:
        return Q(applicant_phone_index=filters.phone)
    if filters.query:
        return _matching(filters.query)
    if filters.status and filters.view == TO_DO:
        # Whoever asks for a state wants all cases in it, not only those at their own step.
        return Q()
    return _view(filters.view, official, now)


def _view(view: str, official: Official, now: datetime.datetime) -> Q:
    if view == TO_DO:
        mine = cases_to_do(official) & Q(status__in=(CaseStatus.REGISTERED, *RUNNING))
        return mine | before_the_leader(official, now.date()) | asked_of(official)
    if view == MINE:
        return Q(handler_id=official.pk, status__in=(*WAITING_FOR_US, *BY_STATUS["cho-bo-sung"]))
    if view == LATE:
        return Q(status__in=RUNNING, due_at__lt=now)
    return Q(status__in=BY_STATUS[view])


def _held_by(holder: str, official: Official) -> Q:
    if not holder:
        return Q()
    if holder == NOBODY:
        return Q(handler_id=None)
    return Q(handler_id=official.pk if holder == ME else holder)


def _due(filters: Filters, now: datetime.datetime) -> Q:
    """Due until a time, what is late included; or on one day."""
    if not filters.due:
        return Q()
    if day := filters.day:
        start = datetime.datetime.combine(day, datetime.time(), now.tzinfo)
        return Q(due_at__gte=start, due_at__lt=_end_of_day(start, 0))
    until = now if filters.due == LATE else _end_of_day(now, 0 if filters.due == TODAY else 2)
    return Q(due_at__lt=until, status__in=RUNNING)


def _end_of_day(now: datetime.datetime, days: int) -> datetime.datetime:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + datetime.timedelta(days=days + 1)


def _matching(query: str) -> Q:
    """A case by code (or its last part), or by the words of the applicant's name in any order."""
    code = query.strip().upper()
    if _WHOLE_CODE.fullmatch(code):
        return Q(code=code)
    if _PART_OF_CODE.fullmatch(code):
        return Q(code__endswith=code)
    folded = fold(query).split()[:8]
    words = Q() if folded else Q(pk__in=())
    for word in folded:
        words &= Q(applicant_folded__contains=word)
    return words | Q(code__endswith=code) if any(ch.isdigit() for ch in code) else words
