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
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from tenants.accounts.desk import LONGEST, find_open_desk, note_seen
from tenants.accounts.links import page_to_return_to, sign_in_url
from tenants.accounts.models import Account, DeskSession
from tenants.communes.current import current_commune
from tenants.organisation.access import get_official
from tenants.organisation.models import Official

# The prefix makes browsers insist on this very host, on Secure and on the whole path.
COOKIE = "__Host-desk"
DESK_PATH = "/desk/"

View = Callable[..., HttpResponseBase]


class DeskRequest(HttpRequest):
    """A request at an open desk."""

    user: Account
    official: Official
    desk: DeskSession


def _salt() -> str:
    return f"desk:{current_commune().code}"


def desk_key(request: HttpRequest) -> UUID | None:
    """Return the key of the desk that this browser says it has open in this commune."""
    value = request.get_signed_cookie(COOKIE, default=None, salt=_salt(), max_age=LONGEST)
    return UUID(value) if value else None


def set_desk_cookie(response: HttpResponseBase, desk: DeskSession) -> None:
    """Give the browser the key of its open desk."""
    response.set_signed_cookie(
        COOKIE,
        str(desk.id),
        salt=_salt(),
        max_age=int(LONGEST.total_seconds()),
        secure=True,
        httponly=True,
        samesite="Lax",
    )


def forget_desk_cookie(response: HttpResponseBase) -> None:
    """Take the desk's key from the browser."""
    # delete_cookie sets Secure by itself for names with this prefix.
    response.delete_cookie(COOKIE, samesite="Lax")


def desk_of(request: HttpRequest, account: Account) -> DeskSession | None:
    """Return the open desk of this browser, account and commune."""
    key = desk_key(request)
    if key is None:
        return None
    return find_open_desk(key, account_id=account.pk, commune_code=current_commune().code)


def path_at_desk(path: str) -> str:
    """Return the path if it is a page of the desk, else the desk's first page."""
    local = url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if local and path.startswith(DESK_PATH) else DESK_PATH


def _path_to_return_to(request: HttpRequest) -> str:
    parts = urlsplit(page_to_return_to(request))
    return path_at_desk(parts._replace(scheme="", netloc="", fragment="").geturl())


def get_desk_official(request: HttpRequest) -> Official:
    """Return the official at the desk; only in views marked with `desk_view`."""
    official: Official = request.official  # type: ignore[attr-defined]
    return official


def desk_view(view: View) -> View:
    """Let a view run only at an open desk; it finds the official as `request.official`.

    Who is not signed in goes to the central sign-in, a stranger to the commune gets 404, an
    official whose desk is closed goes to the page that opens it; each with the way back.
    """

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        account: Account = request.user  # type: ignore[assignment]
        official = get_official(account)
        desk = desk_of(request, account)
        if desk is None:
            query = urlencode({"next": _path_to_return_to(request)})
            return HttpResponseRedirect(f"{reverse('desk-open')}?{query}")
        note_seen(desk)
        request.official = official  # type: ignore[attr-defined]
        request.desk = desk  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return signed_in(checked)


def signed_in(view: View) -> View:
    """Lead anonymous people to the central sign-in, even should the middleware be missing."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return HttpResponseRedirect(sign_in_url(request))
        return view(request, *args, **kwargs)

    return checked
