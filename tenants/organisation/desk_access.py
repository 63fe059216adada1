"""Who may work at a commune's desk: signed in, an active official here, with the desk open.

The session says who somebody is on every site. The desk of one commune is opened on that
commune's own host, by a cookie that no other host receives and a row that names account and
commune; a stolen session alone shows no case of any commune.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from tenants.accounts.desk import note_seen
from tenants.accounts.desk_cookie import desk_of
from tenants.accounts.links import page_to_return_to, sign_in_url
from tenants.accounts.models import Account, DeskSession
from tenants.communes.current import current_commune
from tenants.organisation.access import find_official
from tenants.organisation.models import Official
from tenants.organisation.support import find_support, looking_on, record_viewed

DESK_PATH = "/desk/"

View = Callable[..., HttpResponseBase]


class DeskRequest(HttpRequest):
    """A request at an open desk."""

    user: Account
    official: Official
    desk: DeskSession


def path_at_desk(path: str) -> str:
    """Return the path if it is a page of the desk, else the desk's first page."""
    local = url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if local and path.startswith(DESK_PATH) else DESK_PATH


def _path_to_return_to(request: HttpRequest) -> str:
    parts = urlsplit(page_to_return_to(request))
    return path_at_desk(parts._replace(scheme="", netloc="", fragment="").geturl())


def desk_view(view: View) -> View:
    """Let a view run only at an open desk; it finds the official as `request.official`.

    Who is not signed in goes to the central sign-in, a stranger to the commune gets 404, an
    official whose desk is closed goes to the page that opens it; each with the way back.
    """
    return _desk_view(view, shows="")


def readable_desk_view(shows: str) -> Callable[[View], View]:
    """As `desk_view`, also for an operator whose access to this commune lasts; to read only.

    `shows` is what the commune's log calls it: list, case, paper or document. A view without
    this is not there for operators, so that a new page of the desk stays closed to them.
    """
    return lambda view: _desk_view(view, shows=shows)


def _desk_view(view: View, *, shows: str) -> View:
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        account: Account = request.user  # type: ignore[assignment]
        official = find_official(account)
        desk = desk_of(request, account, current_commune().code)
        if official is None:
            if not shows or desk is None or not account.is_operator:
                raise Http404
            return _look_on(view, shows, request, account, desk, *args, **kwargs)
        if desk is None or desk.support_id is not None:
            query = urlencode({"next": _path_to_return_to(request)})
            return HttpResponseRedirect(f"{reverse('desk-open')}?{query}")
        note_seen(desk)
        request.official = official  # type: ignore[attr-defined]
        request.desk = desk  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return signed_in(checked)


def _look_on(
    view: View,
    shows: str,
    request: HttpRequest,
    account: Account,
    desk: DeskSession,
    *args: Any,
    **kwargs: Any,
) -> HttpResponseBase:
    """Show a page to an operator whose access lasts, and write that down before it is sent."""
    support = find_support(desk.support_id, account.pk) if desk.support_id else None
    if support is None or request.method not in ("GET", "HEAD"):
        raise Http404
    note_seen(desk)
    request.official = looking_on(support)  # type: ignore[attr-defined]
    request.desk, request.support = desk, support  # type: ignore[attr-defined]
    response = view(request, *args, **kwargs)
    if response.status_code == 200:
        record_viewed(support=support, what=shows, case=str(kwargs.get("code", "")))
    return response


def signed_in(view: View) -> View:
    """Lead anonymous people to the central sign-in, even should the middleware be missing."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return HttpResponseRedirect(sign_in_url(request))
        return view(request, *args, **kwargs)

    return checked
