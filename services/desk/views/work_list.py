"""The work list: 100 cases in reach, filters in the address."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from services.cases.authority import sees_procedure
from services.cases.lifecycle import now
from services.cases.states import Channel
from services.cases.work_list import (
    DONE,
    LATE,
    MINE,
    PAGE,
    TO_DO,
    VIEWS,
    Filters,
    listed,
    person_index,
)
from services.catalogue.registry import current_procedures
from services.desk.list_rows import list_rows
from services.desk.views.common import desk_page
from tenants.organisation.desk_access import DeskRequest, desk_view, readable_desk_view

TITLES: dict[str, str | Promise] = {
    TO_DO: gettext_lazy("Việc cần làm"),
    MINE: gettext_lazy("Tôi đang giữ"),
    LATE: gettext_lazy("Quá hạn"),
    "cho-tiep-nhan": gettext_lazy("Chờ tiếp nhận"),
    "dang-giai-quyet": gettext_lazy("Đang giải quyết"),
    "cho-bo-sung": gettext_lazy("Chờ bổ sung"),
    "cho-tra": gettext_lazy("Chờ trả kết quả"),
    DONE: gettext_lazy("Đã xong"),
}
DUE_FILTERS = ("hom-nay", LATE)


@require_safe
@readable_desk_view("list")
def work_list(request: DeskRequest) -> HttpResponse:
    """Cases that wait for this official, or those a filter asks for."""
    official, filters, at = request.official, _filters(request), now()
    first = (filters.page - 1) * PAGE
    # One more than is shown tells whether there is a next page, without counting them all.
    cases = list(listed(official, filters, at)[first : first + PAGE + 1])
    if len(cases) == 1 and cases[0].code == filters.query.upper():
        return redirect("desk-case", code=cases[0].code)
    query = request.GET.copy()
    query.pop("trang", None)
    context = {
        "filters": filters,
        "title": _title(filters),
        "searched": bool(filters.query or filters.person),
        "rows": list_rows(cases[:PAGE], at),
        "first": first + 1,
        "last": first + len(cases[:PAGE]),
        "has_next": len(cases) > PAGE,
        "query": query.urlencode(),
        "procedures": [one for one in current_procedures() if sees_procedure(official, one.code)],
        "channels": Channel.choices,
    }
    current = "" if filters.query or filters.person else filters.view or "todo"
    return desk_page(request, official, "services/desk/work_list.html", context, current=current)


@require_POST
@desk_view
def find(request: DeskRequest) -> HttpResponse:
    """Search. Sent, not asked for by address: an identity number must not stay in a history."""
    typed = request.POST.get("q", "").replace("\0", "").strip()[:100]
    person = person_index(typed)
    query = QueryDict(mutable=True)
    query["so" if person else "q"] = person or typed
    return redirect(f"{reverse('desk-list')}?{query.urlencode()}")


def _title(filters: Filters) -> str:
    if filters.person:
        return _("Tìm theo số định danh")
    if filters.query:
        return _("Tìm “%(query)s”") % {"query": filters.query}
    return str(TITLES[filters.view])


def _filters(request: HttpRequest) -> Filters:
    # PostgreSQL takes no NUL in a text, so nothing can be found by one.
    given = {name: str(value).replace("\0", "") for name, value in request.GET.items()}
    view, due, page = given.get("xem", ""), given.get("han", ""), given.get("trang", "")
    return Filters(
        view=view if view in VIEWS else TO_DO,
        mine=given.get("nguoi") == "toi",
        procedure=given.get("thu-tuc", "")[:20],
        channel=given.get("kenh", "")[:10],
        due=due if due in DUE_FILTERS else "",
        query=given.get("q", "").strip()[:100],
        person=given.get("so", "")[:32],
        page=min(int(page), 1000) if page.isdecimal() and int(page) > 0 else 1,
    )
