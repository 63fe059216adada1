"""When the case is due, and how that came about."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from services.cases.clock import Standing, commune_calendar, read_clock
from services.cases.deadlines import MINUTES_PER_DAY
from services.cases.lifecycle import now
from services.cases.models import Case
from services.cases.states import CaseStatus
from services.cases.warnings import told_so_far
from services.desk.panels import Reading
from tenants.calendar.working_time import WorkingCalendar

WHY: dict[str, str | Promise] = {
    "start": gettext_lazy("tiếp nhận"),
    "stop": gettext_lazy("tạm dừng, chờ người nộp"),
    "resume": gettext_lazy("tính tiếp sau khi chờ người nộp"),
    "restart": gettext_lazy("tính lại từ đầu khi người nộp đã bổ sung"),
    "extend": gettext_lazy("gia hạn"),
    "move": gettext_lazy("lịch làm việc thay đổi"),
}
# The clock runs until the work is done.
DONE = (CaseStatus.RESULT_READY, CaseStatus.RETURNED, CaseStatus.STOPPED, CaseStatus.REFUSED)


@dataclass(frozen=True)
class Deadline:
    """``history`` are pairs of a reason and the due time that followed, oldest first."""

    original: datetime.datetime
    current: datetime.datetime
    moved: bool
    left: str
    late: bool
    paused_since: datetime.datetime | None
    step_due: datetime.datetime | None
    warned: str
    history: list[tuple[str, datetime.datetime, datetime.datetime]]


def deadline(reading: Reading) -> dict[str, Any]:
    """The two due times, the working time that is left, and why each due time was given."""
    case = reading.case
    if case.due_at is None or case.original_due_at is None:
        return {"deadline": None}
    calendar, at = commune_calendar(), now()
    running = case.state not in DONE and case.clock_stopped_at is None
    late = running and at > case.due_at
    return {
        "deadline": Deadline(
            original=case.original_due_at,
            current=case.due_at,
            moved=case.due_at != case.original_due_at,
            left=_left(case, at, calendar) if running and not late else "",
            late=late,
            paused_since=case.clock_stopped_at,
            step_due=case.step_due_at if running else None,
            warned=told_so_far(case) if running else "",
            history=_history(read_clock(case, reading.events, calendar)),
        )
    }


def _history(standings: list[Standing]) -> list[tuple[str, datetime.datetime, datetime.datetime]]:
    return [
        # What was promised then; where that was not written down, what follows from the rules.
        (str(WHY[one.fact.kind]), one.fact.at, one.fact.promised or one.due)
        for one in standings
    ]


def _left(case: Case, at: datetime.datetime, calendar: WorkingCalendar) -> str:
    if case.due_at is None:
        return ""
    minutes = calendar.working_minutes_between(at, timezone.localtime(case.due_at))
    days, rest = divmod(minutes, MINUTES_PER_DAY)
    hours, minutes = divmod(rest, 60)
    words = {"days": days, "hours": hours, "minutes": minutes}
    if days and hours:
        return _("%(days)d ngày làm việc %(hours)d giờ") % words
    if days:
        return _("%(days)d ngày làm việc") % words
    return _("%(hours)d giờ %(minutes)02d phút làm việc") % words
