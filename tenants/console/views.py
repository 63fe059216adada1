"""The operator sees communes, never cases."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from tenants.accounts.links import sign_in_url
from tenants.accounts.models import Account
from tenants.communes.hosts import commune_url
from tenants.communes.models import Commune
from tenants.communes.official_list import official_communes
from tenants.kit.text import fold


@login_not_required
@require_safe
def communes(request: HttpRequest) -> HttpResponse:
    """The communes on the platform, searched without accents; a stranger gets 404."""
    if not request.user.is_authenticated:
        return redirect(sign_in_url(request))
    account = request.user
    if not isinstance(account, Account) or not account.is_operator:
        raise Http404
    query = request.GET.get("q", "").strip()[:80]
    listed = Commune.objects.order_by("province_code", "sort_key")
    if query:
        listed = listed.filter(folded__contains=fold(query))
    context = {
        "query": query,
        "rows": [{"commune": commune, "url": commune_url(commune.code, "/")} for commune in listed],
        "in_country": len(official_communes()),
    }
    response = render(request, "tenants/console/communes.html", context)
    response["Cache-Control"] = "no-store"
    return response
