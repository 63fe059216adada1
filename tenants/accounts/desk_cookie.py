"""The cookie that names an open desk: of one host, and good for one place."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from tenants.accounts.desk import LONGEST, find_open_desk
from tenants.accounts.models import Account, DeskSession

# The prefix makes browsers insist on this very host, on Secure and on the whole path.
COOKIE = "__Host-desk"


def _salt(commune_code: str) -> str:
    return f"desk:{commune_code}"


def desk_key(request: HttpRequest, commune_code: str) -> UUID | None:
    """Return the key of the desk that this browser says it has open there."""
    salt = _salt(commune_code)
    value = request.get_signed_cookie(COOKIE, default=None, salt=salt, max_age=LONGEST)
    return UUID(value) if value else None


def desk_of(request: HttpRequest, account: Account, commune_code: str) -> DeskSession | None:
    """Return the open desk of this browser and account there."""
    key = desk_key(request, commune_code)
    if key is None:
        return None
    return find_open_desk(key, account_id=account.pk, commune_code=commune_code)


def set_desk_cookie(response: HttpResponseBase, desk: DeskSession) -> None:
    """Give the browser the key of its open desk."""
    response.set_signed_cookie(
        COOKIE,
        str(desk.id),
        salt=_salt(desk.commune_code),
        max_age=int(LONGEST.total_seconds()),
        secure=True,
        httponly=True,
        samesite="Lax",
    )


def forget_desk_cookie(response: HttpResponseBase) -> None:
    """Take the desk's key from the browser."""
    # delete_cookie sets Secure by itself for names with this prefix.
    response.delete_cookie(COOKIE, samesite="Lax")
