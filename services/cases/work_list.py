"""What officials see: the list of cases with its filters, and the counts beside it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet

from services.cases.authority import cases_to_do, seen_cases
from services.cases.models import Case
from services.cases.states import CLOSED, CaseStatus
from services.tracking.tracking import identity_index
from tenants.kit.text import fold
from tenants.organisation.models import Official

PAGE = 100
# A result that waits to be fetched and a case that waits for its applicant are not late, and
# nobody at the desk has to do anything for them before somebody comes.
RUNNING = (CaseStatus.RECEIVED, CaseStatus.IN_PROCESS)
WAITING_FOR_US = (CaseStatus.REGISTERED, *RUNNING)
# Nothing sealed is among them: a list opens no envelope.
LIST_COLUMNS = (
    "id", "code", "procedure_name", "status", "channel", "applicant_name", "filed_at", "due_at",
    "step_name", "handler_name",
)  # fmt: skip

TO_DO, MINE, LATE, DONE = "", "toi-giu", "qua-han", "da-xong"
_BY_STATUS: dict[str, tuple[CaseStatus, ...]] = {
    "cho-tiep-nhan": (CaseStatus.REGISTERED,),
    "dang-giai-quyet": RUNNING,
    "cho-bo-sung": (CaseStatus.SUPPLEMENT,),
    "cho-tra": (CaseStatus.RESULT_READY,),
    DONE: CLOSED,
}
VIEWS = (TO_DO, MINE, LATE, *_BY_STATUS)


@dataclass(frozen=True)
class Filters:
    """What is asked of the list; every value may be empty. ``due`` is hom-nay or qua-han.

    ``person`` is the keyed index of an identity number: the number itself stays out of addresses.
    """

    view: str = TO_DO
    mine: bool = False
    procedure: str = ""
    channel: str = ""
    due: str = ""
    query: str = ""
    person: str = ""
    page: int = 1

    @property
    def narrowed(self) -> bool:
        """Whether anything but the view was chosen."""
        return bool(self.mine or self.procedure or self.channel or self.due)


def listed(official: Official, filters: Filters, now: datetime.datetime) -> QuerySet[Case]:
    """Cases of the commune that match, the nearest due time first, new ones by filing time.

    A search goes through all cases that exist for the official, whatever the view.
    """
    if filters.person:
        wanted = Q(applicant_id_index=filters.person)
    elif filters.query:
        wanted = _matching(filters.query)
    else:
        wanted = _view(filters.view, official, now)
    cases = Case.objects.only(*LIST_COLUMNS).filter(wanted, seen_cases(official))
    if filters.mine:
        cases = cases.filter(handler_id=official.pk)
    if filters.procedure:
        cases = cases.filter(procedure_code=filters.procedure)
    if filters.channel:
        cases = cases.filter(channel=filters.channel)
    if filters.due:
        until = now if filters.due == LATE else _end_of_day(now)
        cases = cases.filter(due_at__lt=until, status__in=RUNNING)
    if filters.view == DONE and not filters.query and not filters.person:
        return cases.order_by("-updated_at", "-id")
    return cases.order_by(F("due_at").asc(nulls_last=True), "filed_at", "id")


def counts(official: Official, now: datetime.datetime) -> dict[str, int]:
    """The numbers in the navigation, in one statement.

    Keys are the views' names with underscores, ``todo`` for the first, and ``today``: due today.
    """
    aggregates = {
        view.replace("-", "_") or "todo": Count("id", filter=_view(view, official, now))
        for view in VIEWS
        if view != DONE
    }
    today = Q(status__in=RUNNING, due_at__gte=now, due_at__lt=_end_of_day(now))
    open_cases = Case.objects.filter(seen_cases(official)).exclude(status__in=CLOSED)
    return dict(open_cases.aggregate(**aggregates, today=Count("id", filter=today)))


def next_case(official: Official, after: Case, now: datetime.datetime) -> Case | None:
    """The next case that waits for this official, to go on with."""
    return listed(official, Filters(), now).exclude(pk=after.pk).first()


def _view(view: str, official: Official, now: datetime.datetime) -> Q:
    if view == TO_DO:
        return cases_to_do(official) & Q(status__in=WAITING_FOR_US)
    if view == MINE:
        return Q(handler_id=official.pk, status__in=(*WAITING_FOR_US, CaseStatus.SUPPLEMENT))
    if view == LATE:
        return Q(status__in=RUNNING, due_at__lt=now)
    return Q(status__in=_BY_STATUS[view])


def _end_of_day(now: datetime.datetime) -> datetime.datetime:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + datetime.timedelta(days=1)


def person_index(query: str) -> str:
    """The keyed index of an identity number that was typed; empty when it is something else."""
    digits = query.replace(" ", "").replace(".", "")
    is_number = digits.isascii() and digits.isdigit() and len(digits) == 12
    return identity_index(digits) if is_number else ""


def _matching(query: str) -> Q:
    """A case by code (or its last part), or by the applicant's name without accents."""
    condition = Q(applicant_folded__contains=fold(query))
    if any(ch.isdigit() for ch in query):
        condition |= Q(code__iendswith=query.strip())
    return condition
