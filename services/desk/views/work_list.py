"""The work list: 100 cases in reach, filters in the address."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from services.cases.due import due_of
from services.cases.lifecycle import now
from services.cases.states import Channel
from services.cases.work_list import PAGE, VIEWS, Filters, counts, listed
from services.catalogue.registry import current_procedures
from services.desk.views.common import desk_page
from tenants.organisation.desk_access import DeskRequest, desk_view
from tenants.organisation.models import Official


@require_safe
@desk_view
def work_list(request: DeskRequest) -> HttpResponse:
    """Cases that wait for this official, or those a filter asks for."""
    official = request.official
    filters = _filters(request)
    at = now()
    first = (filters.page - 1) * PAGE
    # One more than is shown tells whether there is a next page, without counting them all.
    cases = list(listed(official, filters, at)[first : first + PAGE + 1])
    query = request.GET.copy()
    query.pop("trang", None)
    context = {
        "filters": filters,
        "rows": [{"case": case, "due": due_of(case, at)} for case in cases[:PAGE]],
        "first": first + 1,
        "has_next": len(cases) > PAGE,
        "query": query.urlencode(),
        "procedures": current_procedures(),
        "channels": Channel.choices,
        "counts": counts(official, at),
    }
    current = "late" if filters.late else filters.view or "todo"
    return desk_page(request, official, "services/desk/work_list.html", context, current=current)


def _filters(request: HttpRequest) -> Filters:
    given = request.GET
    view = given.get("xem", "")
    page = given.get("trang", "1")
    return Filters(
        view=view if view in VIEWS else "",
        mine=given.get("nguoi") == "toi",
        late=given.get("han") == "qua-han",
        procedure=given.get("thu-tuc", "")[:20],
        channel=given.get("kenh", "")[:10],
        due=given.get("han", "")[:10],
        query=given.get("q", "")[:100],
        page=min(int(page), 1000) if page.isdigit() and int(page) > 0 else 1,
    )
