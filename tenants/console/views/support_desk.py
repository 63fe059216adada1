"""On a commune's site: an operator opens the desk to look on, and either side ends it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tenants.accounts.desk import open_desk
from tenants.accounts.desk_cookie import desk_of, forget_desk_cookie, set_desk_cookie
from tenants.accounts.devices import user_agent
from tenants.accounts.links import factor_url
from tenants.accounts.models import Account
from tenants.accounts.second_factor.proof import find_proof, use_proof
from tenants.communes.current import current_commune
from tenants.communes.hosts import central_url
from tenants.fleet.support import end_support
from tenants.history.events import Actor
from tenants.organisation.access import find_official
from tenants.organisation.desk_access import desk_view, signed_in
from tenants.organisation.models import Role
from tenants.organisation.support import Support, find_support, operator_actor


def _to_the_cases() -> HttpResponseRedirect:
    # An operator has no step of any case: their own list would be empty.
    return HttpResponseRedirect(f"{reverse('desk-list')}?xem=dang-giai-quyet")


@signed_in
@never_cache
@require_http_methods(["GET", "POST"])
def support_desk(request: HttpRequest, support_id: UUID) -> HttpResponseBase:
    """Open the desk to read, for the operator whose access it is, after the second factor."""
    account: Account = request.user  # type: ignore[assignment]
    support, code = _own(account, support_id), current_commune().code
    desk = desk_of(request, account, code)
    if request.method == "GET" and desk is not None and desk.support_id == support.id:
        return _to_the_cases()
    take = use_proof if request.method == "POST" else find_proof
    proof = take(request, account, place=code)
    if proof is None:
        return redirect(factor_url(request.build_absolute_uri(request.path)))
    if request.method == "GET":
        return render(request, "tenants/console/support_desk.html", {"support": support})
    opened = open_desk(
        account_id=account.pk,
        commune_code=code,
        proof=proof,
        device=user_agent(request),
        support_id=support.id,
    )
    response = _to_the_cases()
    set_desk_cookie(response, opened)
    return response


@signed_in
@require_POST
def support_end(request: HttpRequest, support_id: UUID) -> HttpResponseBase:
    """End an access at once: an administrator of the commune, or the operator themself."""
    account: Account = request.user  # type: ignore[assignment]
    if find_official(account) is not None:
        return _end_by_commune(request, support_id=support_id)
    support = _own(account, support_id)
    end_support(support_id=support.id, actor=operator_actor(account.pk, support.name))
    response = redirect(central_url("/operator/"))
    forget_desk_cookie(response)
    return response


@desk_view
def _end_by_commune(request: HttpRequest, support_id: UUID) -> HttpResponse:
    official = request.official  # type: ignore[attr-defined]
    if not official.has_role(Role.ADMINISTRATOR):
        raise Http404
    if end_support(support_id=support_id, actor=Actor.official(official)):
        messages.success(request, _("Đã chấm dứt truy cập hỗ trợ."))
    return redirect("organisation-log")


def _own(account: Account, support_id: UUID) -> Support:
    """Return the operator's own access while it lasts, else 404."""
    support = find_support(support_id, account.pk) if account.is_operator else None
    if support is None or find_official(account) is not None:
        raise Http404
    return support
