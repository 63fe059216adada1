"""Finds out whose site a request is for, and answers when that site or the database is away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.core.exceptions import DisallowedHost
from django.db import DatabaseError, connection
from django.db.utils import InterfaceError
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.template.loader import render_to_string
from django_tenants.postgresql_backend.base import FakeTenant
from django_tenants.utils import get_public_schema_name

from tenants.communes.current import CommuneInfo
from tenants.communes.database.base import DatabaseWrapper, MarkerMissing
from tenants.communes.hosts import central_url, commune_url, find_site, is_central

URLS_CENTRAL = "config.urls_central"
URLS_COMMUNE = "config.urls_commune"
RETRY_AFTER_SECONDS = "30"

GetResponse = Callable[[HttpRequest], HttpResponse]


class CommuneMiddleware:
    """Sets `request.commune` (None on the central site), the URLs and the connection's commune.

    A connection that the server has dropped (a restart) is closed and a GET tried once more;
    if the database stays away, and for anything but a GET, the answer is 503.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""
        previous = _connection().tenant
        try:
            return self._answer(request)
        finally:
            # Costs no statement: the search path is set when something is asked for.
            _connection().set_tenant(previous)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        _connection().take_lost()
        response = self._attempt(request)
        if not _connection().take_lost():
            return response
        if request.method in ("GET", "HEAD"):
            response = self._attempt(request)
            if not _connection().take_lost():
                return response
        return _page(request, "unavailable", status=503)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer 503 for a commune whose data are not there, or when the database went away."""
        lost = isinstance(exception, DatabaseError | InterfaceError) and _connection().lost
        if lost or isinstance(exception, MarkerMissing):
            return _page(request, "unavailable", status=503)
        return None

    def _attempt(self, request: HttpRequest) -> HttpResponse:
        try:
            refusal = self._enter_site(request)
        except (DatabaseError, InterfaceError):
            return _page(request, "unavailable", status=503)
        if refusal is not None:
            return refusal
        return self.get_response(request)

    def _enter_site(self, request: HttpRequest) -> HttpResponse | None:
        """Choose the site; return an answer when there is none to go on with."""
        _enter(request, None)
        try:
            host = request.get_host().partition(":")[0].lower().rstrip(".")
        except DisallowedHost:
            return _page(request, "unknown_host", status=404)
        if is_central(host):
            return None
        site = find_site(host)
        if site is None:
            return _page(request, "unknown_host", status=404)
        if site.moved:
            return HttpResponsePermanentRedirect(commune_url(site.commune, request.get_full_path()))
        if not site.commune.is_active:
            return _page(request, "suspended", status=503, commune=site.commune)
        _enter(request, site.commune)
        return None


def _enter(request: HttpRequest, commune: CommuneInfo | None) -> None:
    tenant = commune or FakeTenant(schema_name=get_public_schema_name())
    _connection().set_tenant(tenant)
    request.commune = commune  # type: ignore[attr-defined]
    request.urlconf = URLS_COMMUNE if commune else URLS_CENTRAL


def _page(
    request: HttpRequest, name: str, *, status: int, commune: CommuneInfo | None = None
) -> HttpResponse:
    # Without the request: context processors may ask a database that is away.
    context = {"commune": commune, "central": central_url("/")}
    content = render_to_string(f"tenants/communes/{name}.html", context)
    response = HttpResponse(content, status=status)
    if status == 503:
        response["Retry-After"] = RETRY_AFTER_SECONDS
    return response


def _connection() -> DatabaseWrapper:
    return cast(DatabaseWrapper, cast(Any, connection))
