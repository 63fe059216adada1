"""Inviting somebody, and accepting an invitation by its link."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tenants.accounts.models import Account
from tenants.communes.current import current_commune
from tenants.organisation.desk_access import DeskRequest, signed_in
from tenants.organisation.errors import AlreadyOfficial, OrganisationError
from tenants.organisation.forms import InvitationForm
from tenants.organisation.invitations import (
    DeadLink,
    Holding,
    NotALink,
    accept_invitation,
    check_serves,
    holding_of,
    invitation_link,
    invitations,
    invite,
    masked_contact,
    read_link,
    resend_invitation,
    withdraw_invitation,
)
from tenants.organisation.log import role_names
from tenants.organisation.models import Invitation
from tenants.organisation.pages.common import administrator_view, attempt, get_row, page

_ADDRESS = "organisation-invitations"
# In the session: the invitation whose link is shown on the next page, once.
_TO_SHOW = "invitation_to_show"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@administrator_view
def inviting(request: DeskRequest) -> HttpResponse:
    """The invitations that wait, and a form for a new one."""
    form = InvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        contact, post = form.cleaned_data["contact"], form.post()
        try:
            made = invite(contact=contact, post=post, by=request.official)
        except OrganisationError as error:
            form.add_error(None, str(error))
        else:
            return _sent(request, made)
    now = timezone.now()
    waiting = [
        {"one": one, "roles": role_names(one.roles), "over": one.expires_at <= now}
        for one in invitations()
    ]
    context = {"waiting": waiting, "form": form, **_link_to_show(request)}
    status = 422 if form.errors else 200
    return page(request, "invitations", context, current="invitations", status=status)


@require_POST
@administrator_view
def resend(request: DeskRequest, invitation_id: UUID) -> HttpResponse:
    """Send a new link in place of the old one."""
    one = get_row(invitations(), invitation_id)
    return _sent(request, resend_invitation(invitation=one, by=request.official))


@require_POST
@administrator_view
def withdraw(request: DeskRequest, invitation_id: UUID) -> HttpResponse:
    """Take an invitation back."""
    one = get_row(invitations(), invitation_id)
    done = _("Đã rút lời mời; liên kết không còn dùng được.")
    attempt(request, lambda: withdraw_invitation(invitation=one, by=request.official), done)
    return redirect(_ADDRESS)


def _sent(request: DeskRequest, invitation: Invitation) -> HttpResponse:
    request.session[_TO_SHOW] = {
        "commune": current_commune().code,
        "invitation": str(invitation.pk),
    }
    messages.success(request, _("Lời mời đang được gửi tới %s.") % invitation.contact)
    return redirect(_ADDRESS)


def _link_to_show(request: DeskRequest) -> dict[str, object]:
    if request.method != "GET":
        return {}
    shown = request.session.pop(_TO_SHOW, None)
    if not shown or shown["commune"] != current_commune().code:
        return {}
    invitation = invitations().filter(pk=shown["invitation"]).first()
    return {"link": invitation_link(invitation), "link_of": invitation} if invitation else {}


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: DeskRequest, token: str) -> HttpResponseBase:
    """Read what one is invited to, and take the post."""
    account: Account = request.user
    try:
        invitation = read_link(token)
        holding = holding_of(account, invitation.contact)
        if holding is Holding.YES:
            check_serves(invitation, token)
            if request.method == "POST":
                accept_invitation(token=token, account=account)
                return redirect("desk-list")
    except NotALink:
        raise Http404 from None
    except AlreadyOfficial:
        return _over(request, _("Anh/chị đang là cán bộ ở đây, không cần nhận lời mời nữa."))
    except DeadLink as dead:
        return _over(request, str(dead), dead.elsewhere)
    context = {
        "invitation": invitation,
        "roles": role_names(invitation.roles),
        "holding": holding.value,
        "contact": masked_contact(invitation.contact),
        "account": account,
        "path": request.path,
    }
    status = 200 if holding is Holding.YES else 403
    return render(request, "tenants/organisation/accept.html", context, status=status)


def _over(request: DeskRequest, text: str, elsewhere: str = "") -> HttpResponse:
    context = {"text": text, "elsewhere": elsewhere}
    return render(request, "tenants/organisation/accept_over.html", context, status=410)
