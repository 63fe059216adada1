"""What the last supplement request of a case asks for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.cases.models import Case
from services.cases.states import CaseStatus
from tenants.history.models import Event


@dataclass(frozen=True)
class Asked:
    """Items to be added, the reason given, and the last day (calendar) to answer."""

    items: list[str]
    reason: str
    by: date | None


def asked_of(case: Case, events: Iterable[Event]) -> Asked | None:
    """What is asked now; ``None`` unless the case waits for its applicant."""
    if case.state != CaseStatus.SUPPLEMENT:
        return None
    requests = [event for event in events if event.verb == "request_supplement"]
    details = (requests[-1].details or {}) if requests else {}
    return Asked(
        items=list(details.get("items", [])),
        reason=str(details.get("reason", "")),
        by=case.supplement_by,
    )


def is_overdue(case: Case, today: date) -> bool:
    """Whether a supplement was not answered by its last day. Nothing follows by itself."""
    last = case.supplement_by
    return case.state == CaseStatus.SUPPLEMENT and last is not None and last < today
