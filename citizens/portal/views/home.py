"""First pages: find the commune on the central site, find the procedure on a commune's."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from citizens.portal.views.drafts import own_drafts
from citizens.portal.views.lists import grouped, listed
from services.catalogue.errors import ProcedureNotFound
from services.catalogue.registry import current_procedure, current_procedures
from services.catalogue.schema import ProcedureDefinition
from tenants.calendar.days import working_calendar
from tenants.communes.current import current_commune
from tenants.communes.hosts import commune_url
from tenants.communes.models import Commune
from tenants.communes.official_list import communes_of, provinces, search_communes
from tenants.organisation.models import get_letterhead

# What most people come for stands first; a procedure that is not in force is left out.
OFTEN = (
    *("1.001193", "2.000815", "1.000894", "2.000635"),
    *("1.004873", "1.001612", "1.000656", "1.014027"),
)
FOUND = 20


@login_not_required
@require_safe
def central(request: HttpRequest) -> HttpResponse:
    """The platform's first page; ``xa`` searches a commune by its new or old name.

    With ``viec`` (a procedure's code) the commune's page of that procedure opens.
    """
    query = request.GET.get("xa", "").strip()[:80]
    task = _task(request)
    found = _found(query, task) if query else []
    if len(found) == 1 and found[0]["url"]:
        return redirect(found[0]["url"])
    in_force = {procedure.code: procedure for procedure in current_procedures()}
    context = {
        "query": query,
        "task": task,
        "found": found,
        "elsewhere": [row["commune"].full_name for row in found if not row["url"]][:8],
        "procedures": [listed(in_force[code]) for code in OFTEN if code in in_force],
        "place": "home",
    }
    return render(request, "citizens/portal/central_home.html", context)


@login_not_required
@require_safe
def communes(request: HttpRequest) -> HttpResponse:
    """Provinces, to choose a commune without typing."""
    by_name = sorted(provinces().values(), key=lambda province: province.code)
    context = {"provinces": by_name, "task": _task(request)}
    return render(request, "citizens/portal/provinces.html", context)


@login_not_required
@require_safe
def communes_of_province(request: HttpRequest, province_code: str) -> HttpResponse:
    """The communes of a province: first those on the platform, as links."""
    province = provinces().get(province_code)
    if province is None:
        raise Http404
    task = _task(request)
    members = communes_of(province_code)
    urls = _urls([commune.code for commune in members], task)
    context = {
        "province": province,
        "task": task,
        "open": [(commune, urls[commune.code]) for commune in members if commune.code in urls],
        "closed": [commune for commune in members if commune.code not in urls],
    }
    return render(request, "citizens/portal/communes.html", context)


@login_not_required
@require_safe
def central_procedures(request: HttpRequest) -> HttpResponse:
    """All procedures; filing begins on the commune's site."""
    context = {"groups": grouped(current_procedures()), "place": "procedures"}
    return render(request, "citizens/portal/central_procedures.html", context)


@login_not_required
@require_safe
def commune(request: HttpRequest) -> HttpResponse:
    """A commune's first page."""
    today = timezone.localdate()
    here = current_commune()
    context = {
        "groups": grouped(current_procedures()),
        "drafts": own_drafts(request),
        "letterhead": get_letterhead(),
        "closed_days": _days_off_soon(today, here.code),
        "is_open_now": _is_open_now(here.code),
        "place": "procedures",
    }
    return render(request, "citizens/portal/commune_home.html", context)


def _task(request: HttpRequest) -> ProcedureDefinition | None:
    """What somebody came to do, chosen before the commune; an unknown code is no wish."""
    try:
        return current_procedure(request.GET["viec"]) if request.GET.get("viec") else None
    except ProcedureNotFound:
        return None


def _found(query: str, task: ProcedureDefinition | None) -> list[dict[str, Any]]:
    hits = search_communes(query, FOUND)
    urls = _urls([hit.code for hit in hits], task)
    rows = [{"commune": hit, "url": urls.get(hit.code, "")} for hit in hits]
    # Those one can use come first; the order of the search is kept inside each part.
    return sorted(rows, key=lambda row: not row["url"])


def _urls(codes: list[str], task: ProcedureDefinition | None) -> dict[str, str]:
    """Address of each of these communes that is on the platform."""
    path = f"/thu-tuc/{task.code}/" if task else "/"
    onboarded = Commune.objects.filter(code__in=codes).values_list("code", flat=True)
    return {code: commune_url(code, path) for code in onboarded}


def _days_off_soon(today: datetime.date, commune_code: str) -> list[datetime.date]:
    """Weekdays of the coming week on which the commune is closed."""
    calendar = working_calendar(commune_code)
    week = (today + datetime.timedelta(days=ahead) for ahead in range(8))
    return [day for day in week if day.weekday() < 5 and not calendar.is_working_day(day)]


def _is_open_now(commune_code: str) -> bool:
    now = timezone.localtime()
    return working_calendar(commune_code).next_opening(now) == now
