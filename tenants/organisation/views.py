"""Opening and closing the desk."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tenants.accounts.desk_cookie import desk_key, desk_of, forget_desk_cookie, set_desk_cookie
from tenants.accounts.devices import user_agent
from tenants.accounts.links import factor_url
from tenants.accounts.models import Account
from tenants.accounts.second_factor.proof import find_proof, use_proof
from tenants.communes.current import current_commune
from tenants.organisation.access import find_official, get_official
from tenants.organisation.desk_access import path_at_desk, signed_in
from tenants.organisation.desk_moves import close_desk_of, open_desk_of


@signed_in
@never_cache
@require_http_methods(["GET", "POST"])
def desk_open_view(request: HttpRequest) -> HttpResponseBase:
    """Ask the official to open the desk, and open it for who has just shown the second factor.

    Anybody else shows it first, on the central site, and comes back here.
    """
    account: Account = request.user  # type: ignore[assignment]
    official, commune = get_official(account), current_commune()
    next_path = path_at_desk(request.POST.get("next") or request.GET.get("next") or "")
    if request.method == "GET" and desk_of(request, account, commune.code) is not None:
        return HttpResponseRedirect(next_path)
    take = use_proof if request.method == "POST" else find_proof
    proof = take(request, account, place=commune.code)
    if proof is None:
        here = f"{reverse('desk-open')}?{urlencode({'next': next_path})}"
        return HttpResponseRedirect(factor_url(request.build_absolute_uri(here)))
    if request.method == "POST":
        desk = open_desk_of(official=official, proof=proof, device=user_agent(request))
        response = HttpResponseRedirect(next_path)
        set_desk_cookie(response, desk)
        return response
    return render(
        request,
        "tenants/organisation/desk_open.html",
        {"official": official, "commune": commune, "next": next_path},
    )


@signed_in
@require_POST
def desk_close_view(request: HttpRequest) -> HttpResponseBase:
    """Close the desk and go to the commune's first page; the person stays signed in."""
    account: Account = request.user  # type: ignore[assignment]
    key, official = desk_key(request, current_commune().code), find_official(account)
    if key is not None and official is not None:
        close_desk_of(official=official, desk_id=key)
    response = HttpResponseRedirect("/")
    forget_desk_cookie(response)
    return response
