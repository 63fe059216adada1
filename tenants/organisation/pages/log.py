"""The commune's log, read and saved."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from tenants.communes.current import current_commune
from tenants.kit.export import FORMATS, export_response
from tenants.organisation.desk_access import DeskRequest
from tenants.organisation.log import COLUMNS, KINDS, PAGE, Wanted, entries, export_rows
from tenants.organisation.models import Official
from tenants.organisation.pages.common import log_view, page
from tenants.organisation.support import running_supports


@require_safe
@log_view
def log(request: DeskRequest) -> HttpResponse:
    """The newest entries, those of a kind or person, and older ones page by page."""
    wanted = _wanted(request)
    # One more than is shown tells whether there is a next page.
    found = entries(wanted, most=PAGE + 1)
    query = request.GET.copy()
    query.pop("truoc", None)
    context: dict[str, Any] = {
        "entries": found[:PAGE],
        "older": found[PAGE - 1].sequence if len(found) > PAGE else None,
        "query": query.urlencode(),
        "kinds": KINDS.items(),
        "people": Official.objects.only("id", "name", "title"),
        "wanted": wanted,
        "supports": running_supports(),
    }
    return page(request, "log", context, current="log")


@require_safe
@log_view
def export(request: DeskRequest, format: str) -> HttpResponseBase:
    """The same entries as a table to save."""
    if format not in FORMATS:
        raise Http404
    return export_response(
        name=f"nhat-ky-{current_commune().code}",
        columns=COLUMNS,
        rows=export_rows(_wanted(request)),
        format=format,
    )


def _wanted(request: HttpRequest) -> Wanted:
    kind, before = request.GET.get("loai", ""), request.GET.get("truoc", "")
    try:
        person = UUID(request.GET.get("nguoi", ""))
    except ValueError:
        person = None
    return Wanted(
        kind=kind if kind in KINDS else "",
        person=person,
        # A sequence is a bigint; a longer number is nobody's.
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,
    )
