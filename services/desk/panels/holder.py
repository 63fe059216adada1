"""Who has the case in hand, and whether the reader may give it to somebody else."""

from __future__ import annotations

from typing import Any

from services.cases.assigning import may_assign
from services.desk.panels import Reading


def holder(reading: Reading) -> dict[str, Any]:
    """Whether the page leads to where the case is given to a colleague."""
    looks_only = hasattr(reading.request, "support")
    return {"may_assign": not looks_only and may_assign(reading.case, reading.official)}
