"""Ready grounds for stopping the work on a case, by the day on which they are in force."""

from __future__ import annotations

import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from services.cases.models import Case
from services.cases.states import CaseStatus

_FILE = Path(__file__).parent / "data" / "stop_grounds.yaml"
_WHEN = {CaseStatus.SUPPLEMENT: "supplement", CaseStatus.PAYMENT: "payment"}


def grounds_on(day: datetime.date) -> tuple[str, ...]:
    """The grounds in force on a day, in the order of the file."""
    return tuple(row["text"] for row in _rows() if _in_force(row, day))


def ground_for(case: Case, day: datetime.date) -> str:
    """The ground that fits what the case waits for; empty where it waits for nothing."""
    when = _WHEN.get(case.state)
    fitting = (row["text"] for row in _rows() if row.get("when") == when and _in_force(row, day))
    return next(fitting, "") if when else ""


def _in_force(row: dict[str, Any], day: datetime.date) -> bool:
    begins, ends = row.get("from"), row.get("to")
    return (begins is None or begins <= day) and (ends is None or day <= ends)


@cache
def _rows() -> tuple[dict[str, Any], ...]:
    return tuple(yaml.safe_load(_FILE.read_text()))
