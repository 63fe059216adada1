"""First pages: find the commune on the central site, find the procedure on a commune's."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from services.catalogue.registry import current_procedures
from services.catalogue.schema import ProcedureDefinition
from tenants.calendar.days import working_calendar
from tenants.communes.current import current_commune
from tenants.communes.models import Commune
from tenants.communes.official_list import communes_of, provinces, search_communes
from tenants.organisation.models import get_letterhead

GROUPS = {
    "family": _("Sinh con, gia đình"),
    "death": _("Người thân qua đời"),
    "papers": _("Giấy tờ, bản sao"),
    "business": _("Làm ăn"),
    "support": _("Trợ cấp"),
}
FOUND = 20


@login_not_required
@require_safe
def central(request: HttpRequest) -> HttpResponse:
    """The platform's first page; ``xa`` searches a commune by its new or old name."""
    query = request.GET.get("xa", "").strip()[:80]
    found = _found(query) if query else []
    onboarded = [item for item in found if item["url"]]
    if len(onboarded) == 1 and len(found) == 1:
        return redirect(onboarded[0]["url"])
    context = {
        "query": query,
        "found": found,
        "procedures": current_procedures()[:8],
        "place": "home",
    }
    return render(request, "citizens/portal/central_home.html", context)


@login_not_required
@require_safe
def communes(request: HttpRequest) -> HttpResponse:
    """Provinces, to choose a commune without typing."""
    listed = sorted(provinces().values(), key=lambda province: province.code)
    return render(request, "citizens/portal/provinces.html", {"provinces": listed})


@login_not_required
@require_safe
def communes_of_province(request: HttpRequest, province_code: str) -> HttpResponse:
    """The communes of a province; those on the platform are links."""
    province = provinces().get(province_code)
    if province is None:
        raise Http404
    listed = communes_of(province_code)
    urls = _urls([commune.code for commune in listed])
    context = {
        "province": province,
        "communes": [{"commune": commune, "url": urls.get(commune.code, "")} for commune in listed],
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
        "letterhead": get_letterhead(),
        "closed_days": _days_off_soon(today, here.code),
        "is_open_now": _is_open_now(here.code),
        "place": "procedures",
    }
    return render(request, "citizens/portal/commune_home.html", context)


def grouped(procedures: list[ProcedureDefinition]) -> list[dict[str, Any]]:
    """Procedures under the headings of life events, in the order of the headings."""
    groups = []
    for key, title in GROUPS.items():
        members = [procedure for procedure in procedures if procedure.group == key]
        if members:
            groups.append({"key": key, "title": title, "procedures": members})
    return groups


def _found(query: str) -> list[dict[str, Any]]:
    hits = search_communes(query, FOUND)
    urls = _urls([hit.code for hit in hits])
    rows = [{"commune": hit, "url": urls.get(hit.code, "")} for hit in hits]
    # Those one can use come first; the order of the search is kept inside each part.
    return sorted(rows, key=lambda row: not row["url"])


def _urls(codes: list[str]) -> dict[str, str]:
    """Address of each of these communes that is on the platform."""
    from tenants.communes.hosts import commune_url

    onboarded = Commune.objects.filter(code__in=codes).values_list("code", flat=True)
    return {code: commune_url(code) for code in onboarded}


def _days_off_soon(today: datetime.date, commune_code: str) -> list[datetime.date]:
    """Weekdays of the coming week on which the commune is closed."""
    calendar = working_calendar(commune_code)
    week = (today + datetime.timedelta(days=ahead) for ahead in range(8))
    return [day for day in week if day.weekday() < 5 and not calendar.is_working_day(day)]


def _is_open_now(commune_code: str) -> bool:
    now = timezone.localtime()
    return working_calendar(commune_code).next_opening(now) == now
