"""Opening and closing the desk."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tenants.accounts.desk import close_desk, open_desk
from tenants.accounts.models import Account
from tenants.communes.current import current_commune
from tenants.organisation.access import get_official
from tenants.organisation.desk_access import (
    desk_key,
    desk_of,
    forget_desk_cookie,
    path_at_desk,
    set_desk_cookie,
    signed_in,
)


@signed_in
@never_cache
@require_http_methods(["GET", "POST"])
def desk_open_view(request: HttpRequest) -> HttpResponseBase:
    """Ask the official to open the desk, and open it."""
    account: Account = request.user  # type: ignore[assignment]
    official = get_official(account)
    next_path = path_at_desk(request.POST.get("next") or request.GET.get("next") or "")
    if request.method == "POST":
        desk = open_desk(account_id=account.pk, commune_code=current_commune().code)
        response = HttpResponseRedirect(next_path)
        set_desk_cookie(response, desk)
        return response
    if desk_of(request, account) is not None:
        return HttpResponseRedirect(next_path)
    return render(
        request,
        "tenants/organisation/desk_open.html",
        {"official": official, "commune": current_commune(), "next": next_path},
    )


@signed_in
@require_POST
def desk_close_view(request: HttpRequest) -> HttpResponseBase:
    """Close the desk and go to the commune's first page; the person stays signed in."""
    account: Account = request.user  # type: ignore[assignment]
    key = desk_key(request)
    if key is not None:
        close_desk(key, account_id=account.pk)
    response = HttpResponseRedirect("/")
    forget_desk_cookie(response)
    return response
