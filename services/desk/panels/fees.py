"""What the case costs."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from services.catalogue.fees import fee_lines
from services.desk.panels import Reading


def fees(reading: Reading) -> dict[str, Any]:
    """The fees due by the procedure's table on the day of filing."""
    case = reading.case
    lines = fee_lines(
        reading.definition,
        case.answers,
        channel=case.channel,
        filed_on=timezone.localtime(case.filed_at).date(),
    )
    return {"fees": lines}
