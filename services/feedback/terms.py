"""Within how many working days a petition is answered: a dated table, not a constant."""

from __future__ import annotations

import datetime
from functools import cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from services.feedback.models import Petition
from tenants.calendar.working_time import MINUTES_A_DAY, WorkingCalendar

_DATA = Path(__file__).parent / "data" / "terms.yaml"


class Term(BaseModel):
    """One rule: from which day on, for which kind, how many working days."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    from_: datetime.date = Field(alias="from")
    kind: Petition.Kind
    working_days: Annotated[int, Field(ge=1, le=60)]
    mark: str


def term_of(kind: str, day: datetime.date) -> Term:
    """The newest rule for a kind that is in force on a day. Raises LookupError without any."""
    in_force = [term for term in _terms() if term.kind == kind and term.from_ <= day]
    if not in_force:
        raise LookupError(f"No term for a petition of kind {kind} on {day}.")
    return max(in_force, key=lambda term: term.from_)


def answer_due(
    kind: str, filed_at: datetime.datetime, calendar: WorkingCalendar
) -> datetime.datetime:
    """When a petition sent at that local time is to be answered."""
    minutes = term_of(kind, filed_at.date()).working_days * MINUTES_A_DAY
    return calendar.add_working_minutes(calendar.next_opening(filed_at), minutes)


@cache
def _terms() -> tuple[Term, ...]:
    rows = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    return tuple(TypeAdapter(list[Term]).validate_python(rows))
