"""What officials see: the list of cases with its filters, and the counts beside it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from services.cases.models import Case
from services.cases.states import CaseStatus
from services.tracking.tracking import identity_index
from tenants.kit.text import fold
from tenants.organisation.models import Official

PAGE = 100
CLOSED = (CaseStatus.REFUSED, CaseStatus.STOPPED, CaseStatus.RETURNED)
LIST_COLUMNS = (
    "id", "code", "procedure_code", "procedure_name", "status", "channel", "applicant_name",
    "filed_at", "due_at", "accepted_at", "step_name", "step_role", "step_position",
    "handler_id", "handler_name",
)  # fmt: skip

VIEWS: dict[str, Q] = {
    "": ~Q(status__in=CLOSED),
    "cho-tiep-nhan": Q(status=CaseStatus.REGISTERED),
    "dang-giai-quyet": Q(status__in=[CaseStatus.RECEIVED, CaseStatus.IN_PROCESS]),
    "cho-bo-sung": Q(status=CaseStatus.SUPPLEMENT),
    "cho-tra": Q(status=CaseStatus.RESULT_READY),
    "da-xong": Q(status__in=CLOSED),
}


@dataclass(frozen=True)
class Filters:
    """What is asked of the list; every value may be empty."""

    view: str = ""
    mine: bool = False
    late: bool = False
    procedure: str = ""
    channel: str = ""
    due: str = ""
    query: str = ""
    page: int = 1


def listed(official: Official, filters: Filters, now: datetime.datetime) -> QuerySet[Case]:
    """Cases of the commune that match, the nearest due time first, new ones by filing time."""
    cases = Case.objects.only(*LIST_COLUMNS).filter(_matching(filters.query))
    if not filters.query:
        cases = cases.filter(VIEWS.get(filters.view, VIEWS[""]))
        if not filters.view:
            cases = cases.filter(step_role__in=official.roles.split(), status__in=_WAITING_FOR_US)
    if filters.mine:
        cases = cases.filter(handler_id=official.pk)
    if filters.late:
        cases = cases.filter(due_at__lt=now, status__in=_RUNNING)
    if filters.procedure:
        cases = cases.filter(procedure_code=filters.procedure)
    if filters.channel:
        cases = cases.filter(channel=filters.channel)
    if filters.due == "hom-nay":
        cases = cases.filter(due_at__date__lte=timezone.localdate(now), status__in=_RUNNING)
    return cases.order_by(F("due_at").asc(nulls_last=True), "filed_at", "id")


def counts(official: Official, now: datetime.datetime) -> dict[str, int]:
    """The numbers in the navigation, in one statement."""
    end_of_day = timezone.localtime(now).replace(hour=23, minute=59, second=59)
    aggregates: dict[str, Any] = {
        key.replace("-", "_"): Count("id", filter=condition)
        for key, condition in VIEWS.items()
        if key not in ("", "da-xong")
    }
    running = Q(status__in=_RUNNING)
    return dict(
        Case.objects.exclude(status__in=CLOSED).aggregate(
            **aggregates,
            todo=Count(
                "id", filter=Q(step_role__in=official.roles.split(), status__in=_WAITING_FOR_US)
            ),
            mine=Count("id", filter=Q(handler_id=official.pk)),
            late=Count("id", filter=running & Q(due_at__lt=now)),
            today=Count("id", filter=running & Q(due_at__gte=now, due_at__lte=end_of_day)),
        )
    )


def next_case(official: Official, after: Case, now: datetime.datetime) -> Case | None:
    """The next case that waits for this official, to go on with."""
    return listed(official, Filters(), now).exclude(pk=after.pk).first()


_WAITING_FOR_US = (
    CaseStatus.REGISTERED,
    CaseStatus.RECEIVED,
    CaseStatus.IN_PROCESS,
    CaseStatus.RESULT_READY,
)
# A result that waits to be fetched and a case that waits for its applicant are not late.
_RUNNING = (CaseStatus.RECEIVED, CaseStatus.IN_PROCESS)


def _matching(query: str) -> Q:
    """A case by code (or its last part), applicant's name without accents, or identity number."""
    query = query.strip()
    if not query:
        return Q()
    digits = query.replace(" ", "").replace(".", "")
    if digits.isdigit() and len(digits) == 12:
        return Q(applicant_id_index=identity_index(digits))
    condition = Q(applicant_folded__contains=fold(query))
    if any(ch.isdigit() for ch in query):
        condition |= Q(code__iendswith=query) | Q(code=query.upper())
    return condition
