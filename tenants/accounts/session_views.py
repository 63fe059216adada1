"""Where I am signed in, and ending it."""

from __future__ import annotations

from uuid import UUID

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tenants.accounts.desk import close_desk, desks_of
from tenants.accounts.devices import device_words
from tenants.accounts.models import Account
from tenants.accounts.open_sessions import end_others, end_session
from tenants.communes.current import commune_info


@never_cache
@require_safe
def open_sessions(request: HttpRequest) -> HttpResponse:
    """The sessions and open desks of the account."""
    account: Account = request.user  # type: ignore[assignment]
    # One that began before sessions were listed is listed from now on.
    UserSession.objects.create_from_request(request)
    present = request.session.session_key
    sessions = [
        {
            "pk": one.pk,
            "device": device_words(one.user_agent),
            "seen": one.last_seen_at,
            "began": one.created_at,
            "present": one.session_key == present,
        }
        for one in UserSession.objects.purge_and_list(account)
    ]
    sessions.sort(key=lambda one: (one["present"], one["seen"]), reverse=True)
    desks = [
        {
            "pk": desk.pk,
            "name": commune_info(desk.commune_code).name if desk.commune_code else "",
            "device": device_words(desk.device),
            "opened": desk.opened_at,
            "seen": desk.last_seen_at,
        }
        for desk in desks_of(account.pk)
    ]
    context = {
        "sessions": sessions,
        "desks": desks,
        "others": any(not one["present"] for one in sessions) or bool(desks),
    }
    return render(request, "usersessions/list.html", context)


@require_POST
def end_session_view(request: HttpRequest, pk: int) -> HttpResponse:
    """End one other session."""
    account: Account = request.user  # type: ignore[assignment]
    session = UserSession.objects.filter(pk=pk, user_id=account.pk).first()
    if session is None:
        raise Http404
    if session.session_key == request.session.session_key:
        return redirect("account_logout")
    end_session(session)
    messages.success(request, _("Đã đăng xuất thiết bị đó."))
    return redirect("usersessions_list")


@require_POST
def end_others_view(request: HttpRequest) -> HttpResponse:
    """End every other session, and close all desks."""
    account: Account = request.user  # type: ignore[assignment]
    end_others(request, account)
    messages.success(request, _("Đã đăng xuất mọi thiết bị khác và đóng mọi bàn làm việc."))
    return redirect("usersessions_list")


@require_POST
def close_desk_view(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Close one open desk from afar."""
    account: Account = request.user  # type: ignore[assignment]
    close_desk(pk, account_id=account.pk)
    messages.success(request, _("Đã đóng bàn làm việc đó."))
    return redirect("usersessions_list")
