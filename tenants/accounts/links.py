"""Addresses of the central sign-in, for pages of every site."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from tenants.communes.hosts import central_url

_CENTRAL = "config.urls_central"


def _central(name: str, **query: str) -> str:
    address = central_url(reverse(name, urlconf=_CENTRAL))
    return f"{address}?{urlencode(query)}" if query else address


def page_to_return_to(request: HttpRequest) -> str:
    """Return the full address of the page one should see again after signing in.

    For a form that was sent, that is the page with the form: an address that is only sent to
    cannot be opened.
    """
    if request.method in ("GET", "HEAD"):
        return request.build_absolute_uri()
    referer = request.headers.get("Referer", "")
    site = request.build_absolute_uri("/")
    return referer if referer.startswith(site) else site


def sign_in_url(request: HttpRequest) -> str:
    """Return the address of the sign-in page that leads back to this page."""
    return _central("account_login", next=page_to_return_to(request))


def factor_url(address: str, *, signing: bool = False) -> str:
    """Return the page that asks for the second factor and leads back to this full address."""
    return _central("second_factor", **({"viec": "ky"} if signing else {}), next=address)
