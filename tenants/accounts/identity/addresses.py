"""Addresses of the identity pages, for pages of every site."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from tenants.accounts.links import page_to_return_to
from tenants.communes.hosts import central_url


def identity_url(request: HttpRequest) -> str:
    """Return the address at which this session is vouched for, and which leads back here."""
    path = reverse("account_identity", urlconf="config.urls_central")
    return central_url(f"{path}?{urlencode({'next': page_to_return_to(request)})}")
