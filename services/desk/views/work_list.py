"""The work list: 100 cases in reach, filters in the address."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from services.cases.assigning import MAY_ASSIGN, everybody
from services.cases.authority import sees_procedure
from services.cases.lifecycle import now
from services.cases.list_filters import (
    BY_DUE,
    DONE,
    LATE,
    ME,
    MINE,
    NEWEST,
    NOBODY,
    OLDEST,
    OPEN,
    TO_DO,
    TODAY,
    TWO_DAYS,
    Filters,
    read_filters,
    search,
)
from services.cases.states import CaseStatus, Channel
from services.cases.work_list import PAGE, listed
from services.catalogue.registry import current_procedures
from services.desk.list_rows import list_rows
from services.desk.views.common import desk_page
from tenants.communes.current import current_commune
from tenants.notices.notices import unread_of_official
from tenants.organisation.desk_access import DeskRequest, desk_view, readable_desk_view
from tenants.organisation.models import Official, Role
from tenants.organisation.powers import powers_of

TITLES: dict[str, str | Promise] = {
    TO_DO: gettext_lazy("Việc cần làm"),
    MINE: gettext_lazy("Tôi đang giữ"),
    LATE: gettext_lazy("Quá hạn"),
    OPEN: gettext_lazy("Đang mở"),
    "cho-tiep-nhan": gettext_lazy("Chờ tiếp nhận"),
    "dang-giai-quyet": gettext_lazy("Đang giải quyết"),
    "cho-bo-sung": gettext_lazy("Chờ người nộp"),
    "cho-tra": gettext_lazy("Chờ trả kết quả"),
    DONE: gettext_lazy("Đã xong"),
}
DUES = (
    (LATE, gettext_lazy("Đã quá hạn")),
    (TODAY, gettext_lazy("Hết hôm nay là đến hạn")),
    (TWO_DAYS, gettext_lazy("Đến hạn trong 2 ngày")),
)
STEPS = (
    (Role.RECEPTION.value, gettext_lazy("Tiếp nhận")),
    (Role.SPECIALIST.value, gettext_lazy("Chuyên viên")),
    (Role.HEAD.value, gettext_lazy("Trưởng phòng")),
    (Role.LEADER.value, gettext_lazy("Lãnh đạo ký")),
    (Role.CLERK.value, gettext_lazy("Văn thư")),
)
SORTS = (
    (BY_DUE, gettext_lazy("Xếp theo hạn")),
    (OLDEST, gettext_lazy("Nộp trước lên trước")),
    (NEWEST, gettext_lazy("Nộp sau lên trước")),
)


@require_safe
@readable_desk_view("list")
def work_list(request: DeskRequest) -> HttpResponse:
    """Cases that wait for this official, or those a filter asks for."""
    official, filters, at = request.official, read_filters(request.GET.dict()), now()
    first = (filters.page - 1) * PAGE
    # One more than is shown tells whether there is a next page, without counting them all.
    cases = list(listed(official, filters, at)[first : first + PAGE + 1])
    if len(cases) == 1 and cases[0].code == filters.query.upper():
        return redirect("desk-case", code=cases[0].code)
    shown, acts = cases[:PAGE], request.desk.support_id is None
    ticked = acts and request.GET.get("chon") == "tat-ca"
    context = {
        "filters": filters,
        "title": _title(filters),
        "rows": list_rows(shown, at, ticks=acts, ticked=ticked),
        "first": first + 1,
        "last": first + len(shown),
        "address": filters.address(),
        "before": filters.address(page=filters.page - 1) if filters.page > 1 else None,
        "after": filters.address(page=filters.page + 1) if len(cases) > PAGE else None,
        "plain": filters.address(**_NOTHING),
        "acts": acts,
        # Counted on this page alone, where officials come back to all day.
        "unread": unread_of_official(official.account_id, current_commune().code) if acts else 0,
        "ticked": ticked,
        **_choices(official, filters),
    }
    current = "" if filters.searched else filters.view or "todo"
    return desk_page(request, official, "services/desk/work_list.html", context, current=current)


@require_POST
@desk_view
def find(request: DeskRequest) -> HttpResponse:
    """Search. Sent, not asked for by address: an identity number must not stay in a history."""
    typed = request.POST.get("q", "").replace("\0", "").strip()[:100]
    return redirect(f"{reverse('desk-list')}?{search(typed).address()}")


_NOTHING: dict[str, Any] = {
    "procedure": "", "step": "", "holder": "", "due": "", "channel": "", "status": 0, "page": 1,
}  # fmt: skip


def _choices(official: Official, filters: Filters) -> dict[str, Any]:
    """What can be chosen in the form of the filters, and done with the ticked rows."""
    procedures = [one for one in current_procedures() if sees_procedure(official, one.code)]
    chosen = next((one for one in procedures if one.code == filters.procedure), None)
    powers = powers_of(official)
    return {
        "procedures": procedures,
        # Of one procedure its own steps, by name; of all together whose work a step is.
        "steps": [(str(i), step.name) for i, step in enumerate(chosen.steps)] if chosen else STEPS,
        "dues": DUES,
        "channels": Channel.choices,
        "states": [(state.value, state.label) for state in CaseStatus],
        "sorts": SORTS,
        "me": ME,
        "nobody": NOBODY,
        "colleagues": [(str(one.pk), one.name) for one in everybody() if one.pk != official.pk],
        "more": bool(filters.channel or filters.status or filters.day or filters.sort),
        "examines": powers.has_role(Role.SPECIALIST, Role.HEAD),
        "hands_over": powers.has_role(Role.RECEPTION, Role.CLERK),
        "assigns": filters.view == MINE or powers.has_role(*MAY_ASSIGN),
    }


def _title(filters: Filters) -> str:
    if filters.person:
        return _("Tìm theo số định danh")
    if filters.phone:
        return _("Tìm theo số điện thoại")
    if filters.query:
        return _("Tìm “%(query)s”") % {"query": filters.query}
    if filters.status and filters.view == TO_DO:
        return str(CaseStatus(filters.status).label)
    return str(TITLES[filters.view])
