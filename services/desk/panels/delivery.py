"""How the result should go out, and how it did."""

from __future__ import annotations

from typing import Any

from services.cases.states import CaseStatus
from services.desk.panels import Reading


def delivery(reading: Reading) -> dict[str, Any]:
    """The way that was chosen; after the end who took the result and what they signed."""
    case = reading.case
    if case.state != CaseStatus.RETURNED:
        return {"delivered": None}
    sent = [one for one in reading.events if one.verb == "send_by_post"]
    code = str((sent[-1].details or {}).get("post_code", "")) if sent else ""
    return {"delivered": {"post_code": code}}
