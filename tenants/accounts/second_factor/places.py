"""Where a person is going when the second factor is asked for."""

from __future__ import annotations

from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest

from tenants.accounts.second_factor.proof import OPERATOR
from tenants.communes.current import CommuneInfo
from tenants.communes.hosts import find_site, is_central

_OPERATOR_PATH = "/operator/"
_DESK_PATH = "/desk/"


def safe_next(request: HttpRequest) -> str:
    """Return the address to go on to, of ours alone; empty for none."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    return asked if get_adapter(request).is_safe_url(asked) else ""


def place_of(address: str) -> tuple[str, CommuneInfo | None]:
    """Return the place that a proof is to open for this address, and its commune."""
    parts = urlsplit(address)
    host = parts.hostname or settings.BASE_DOMAIN
    if is_central(host):
        return (OPERATOR if parts.path.startswith(_OPERATOR_PATH) else ""), None
    site = find_site(host) if parts.path.startswith(_DESK_PATH) else None
    return (site.commune.code, site.commune) if site else ("", None)
