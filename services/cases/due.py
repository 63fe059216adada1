"""How a due time reads: in words and as a state, for tags that do not speak by colour alone."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from services.cases.models import Case
from services.cases.states import CaseStatus

SOON = datetime.timedelta(days=1)
WEEKDAYS = ("T2", "T3", "T4", "T5", "T6", "T7", "CN")


@dataclass(frozen=True)
class Due:
    """``state`` is late, soon, now or done; ``relative`` and ``absolute`` are what is read."""

    state: str
    relative: str
    absolute: str


def due_of(case: Case, now: datetime.datetime) -> Due:
    """Where a case stands against its due time at ``now`` (local time)."""
    if case.state in (CaseStatus.RETURNED, CaseStatus.REFUSED, CaseStatus.STOPPED):
        return Due("done", str(case.state.label), "")
    if case.state == CaseStatus.RESULT_READY:
        return Due("done", _("Chờ trả kết quả"), _absolute(case.due_at, now))
    if case.state == CaseStatus.SUPPLEMENT:
        return Due("plain", _("Chờ người nộp bổ sung"), "")
    if case.due_at is None:
        return Due("now", _("Chờ tiếp nhận"), _absolute(case.filed_at, now))
    left = case.due_at - now
    if left < datetime.timedelta():
        return Due(
            "late", _("Quá hạn %(time)s") % {"time": span(-left)}, _absolute(case.due_at, now)
        )
    today = timezone.localtime(case.due_at).date() == now.date()
    state = "soon" if today or left < SOON else "now"
    return Due(state, _("Còn %(time)s") % {"time": span(left)}, _absolute(case.due_at, now))


def span(length: datetime.timedelta) -> str:
    """A length of time in its one or two largest units: ``2 ngày``, ``1 giờ 10``, ``25 phút``."""
    minutes = int(length.total_seconds() // 60)
    days, hours = minutes // 1440, minutes // 60
    if days:
        return ngettext("%(n)d ngày", "%(n)d ngày", days) % {"n": days}
    if hours:
        rest = minutes % 60
        text = ngettext("%(n)d giờ", "%(n)d giờ", hours) % {"n": hours}
        return f"{text} {rest:02d}" if rest else text
    return ngettext("%(n)d phút", "%(n)d phút", minutes) % {"n": minutes}


def _absolute(moment: datetime.datetime | None, now: datetime.datetime) -> str:
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    if local.date() == now.date():
        return _("%(time)s hôm nay") % {"time": f"{local:%H:%M}"}
    return f"{local:%H:%M} {WEEKDAYS[local.weekday()]} {local:%d/%m}"
