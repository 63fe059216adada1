"""The papers that the commune issued in the case."""

from __future__ import annotations

from typing import Any

from services.cases.delivery import documents_of
from services.desk.panels import Reading


def documents(reading: Reading) -> dict[str, Any]:
    """Slips, letters and the result, oldest first."""
    return {"documents": documents_of(reading.case)}
