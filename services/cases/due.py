"""How a due time reads: in words and as a state, for tags that do not speak by colour alone."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from services.cases.models import Case
from services.cases.states import CLOSED, CaseStatus

SOON = datetime.timedelta(days=1)
# Minutes matter in the last hours only.
EXACT_HOURS = 5


@dataclass(frozen=True)
class Due:
    """``state`` is late, soon, now, done or plain; the other two are read."""

    state: str
    relative: str
    absolute: str


def due_of(case: Case, now: datetime.datetime) -> Due:
    """Where a case stands against its due time at ``now`` (local time)."""
    status = case.status
    if status in CLOSED:
        return Due("done", str(case.state.label), "")
    if status == CaseStatus.RESULT_READY:
        return Due("done", _("Chờ trả kết quả"), _when_due(case.due_at, now))
    if status == CaseStatus.SUPPLEMENT:
        return _supplement_due(case, now)
    if status == CaseStatus.PAYMENT:
        return Due("plain", _("Chờ người nộp nộp tiền"), "")
    if case.due_at is None:
        filed = _("nộp %(time)s") % {"time": _absolute(case.filed_at, now)}
        return Due("now", _("Chờ tiếp nhận"), filed)
    left = case.due_at - now
    absolute = _absolute(case.due_at, now)
    if left < datetime.timedelta():
        text = _("Quá hạn %(time)s") % {"time": span(-left, exact=False)}
        return Due("late", text, absolute)
    today = timezone.localtime(case.due_at, now.tzinfo).date() == now.date()
    state = "soon" if today or left < SOON else "now"
    return Due(state, _("Còn %(time)s") % {"time": span(left)}, absolute)


def _supplement_due(case: Case, now: datetime.datetime) -> Due:
    """The clock stands still; what can be late is the applicant's answer."""
    last = case.supplement_by
    if last is None or last >= now.date():
        return Due("plain", _("Chờ người nộp bổ sung"), "")
    return Due("late", _("Quá hạn bổ sung"), _("hết ngày %(day)s") % {"day": f"{last:%d/%m/%Y}"})


def span(length: datetime.timedelta, *, exact: bool = True) -> str:
    """A length of time as one reads it at a glance: ``2 ngày``, ``1 giờ 10``, ``25 phút``.

    Not ``exact`` leaves the minutes beside hours out.
    """
    minutes = int(length.total_seconds() // 60)
    days, hours = minutes // 1440, minutes // 60
    if days:
        return ngettext("%(n)d ngày", "%(n)d ngày", days) % {"n": days}
    if hours:
        text = _("%(n)d giờ") % {"n": hours}
        rest = minutes % 60
        return f"{text} {rest:02d}" if exact and rest and hours < EXACT_HOURS else text
    return _("%(n)d phút") % {"n": minutes}


def _when_due(moment: datetime.datetime | None, now: datetime.datetime) -> str:
    return _("hẹn %(time)s") % {"time": _absolute(moment, now)} if moment else ""


def _absolute(moment: datetime.datetime, now: datetime.datetime) -> str:
    local = timezone.localtime(moment, now.tzinfo)
    time = f"{local.hour:02d}:{local.minute:02d}"
    if local.date() == now.date():
        return _("%(time)s hôm nay") % {"time": time}
    weekday = _("T2 T3 T4 T5 T6 T7 CN").split()[local.weekday()]
    return f"{time} {weekday} {local.day:02d}/{local.month:02d}"
