"""The operator sees communes, never cases."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from tenants.accounts.links import sign_in_url
from tenants.accounts.models import Account
from tenants.communes.hosts import commune_url
from tenants.communes.models import Commune
from tenants.communes.official_list import official_communes, provinces, search_communes
from tenants.kit.text import fold

PAGE = 100
# More communes than share any former name.
FORMER_NAMES = 50


@login_not_required
@require_safe
def communes(request: HttpRequest) -> HttpResponse:
    """The communes on the platform, by province or searched; a stranger gets 404."""
    if not request.user.is_authenticated:
        return redirect(sign_in_url(request))
    account = request.user
    if not isinstance(account, Account) or not account.is_operator:
        raise Http404
    query = request.GET.get("q", "").replace("\0", "").strip()[:80]
    province = request.GET.get("tinh", "")[:3]
    page = _page(request)
    found = _found(query, province)[(page - 1) * PAGE : page * PAGE + 1]
    present = set(Commune.objects.values_list("province_code", flat=True).distinct())
    rows = [{"commune": commune, "url": commune_url(commune.code, "/")} for commune in found]
    context = {
        "query": query,
        "province": province,
        "provinces": [known for known in provinces().values() if known.code in present],
        "rows": rows[:PAGE],
        "first": (page - 1) * PAGE + 1,
        "last": (page - 1) * PAGE + len(rows[:PAGE]),
        "page": page,
        "has_next": len(rows) > PAGE,
        "totals": Commune.objects.aggregate(
            onboarded=Count("code"),
            suspended=Count("code", filter=Q(state=Commune.State.SUSPENDED)),
        ),
        "in_country": len(official_communes()),
    }
    response = render(request, "tenants/console/communes.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _found(query: str, province: str) -> QuerySet[Commune]:
    listed: QuerySet[Commune] = Commune.objects.order_by("province_code", "sort_key")
    if province:
        listed = listed.filter(province_code=province)
    if query:
        # Former names stand in the official list, not in the registry.
        former = [commune.code for commune in search_communes(query, FORMER_NAMES)]
        listed = listed.filter(
            Q(folded__contains=fold(query)) | Q(code__startswith=query) | Q(code__in=former)
        )
    return listed


def _page(request: HttpRequest) -> int:
    given = request.GET.get("trang", "")
    return min(max(int(given), 1), 1000) if given.isdecimal() else 1
