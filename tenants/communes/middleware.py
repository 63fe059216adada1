"""Finds out whose site a request is for, and answers when that site or the database is away.

A commune's site is closed while the commune is suspended, after it was merged into another one,
and while its schema and this code do not fit together, as during an upgrade of the fleet. Each
has its page; a merged commune's addresses lead to the same ones of its successor.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.core.exceptions import DisallowedHost
from django.db import DatabaseError, connection
from django.db.utils import InterfaceError, ProgrammingError
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.template.loader import render_to_string
from django_tenants.postgresql_backend.base import FakeTenant
from django_tenants.utils import get_public_schema_name

from tenants.communes.current import CommuneInfo, CommuneNotOnboarded, commune_info
from tenants.communes.database.base import DatabaseWrapper, MarkerMissing
from tenants.communes.hosts import central_url, commune_url, find_site, forget_hosts, is_central
from tenants.communes.models import Commune
from tenants.communes.official_list import UnknownCommune, official_commune

URLS_CENTRAL = "config.urls_central"
URLS_COMMUNE = "config.urls_commune"
RETRY_AFTER_SECONDS = "30"
# A browser keeps a permanent redirect for ever; a merger may be entered wrongly and taken back.
REDIRECT_KEPT = "max-age=3600"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")

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
        if isinstance(exception, ProgrammingError):
            return self._upgraded_meanwhile(request)
        return None

    def _upgraded_meanwhile(self, request: HttpRequest) -> HttpResponse | None:
        """Answer that the commune is being upgraded if that is why a table or column is not there.

        What is known of a commune may be a minute old.
        """
        known: CommuneInfo | None = request.commune  # type: ignore[attr-defined]
        if known is None:
            return None
        forget_hosts(known.code)
        try:
            site = find_site(known.host)
        except DatabaseError:
            return None
        if site is None or site.commune.is_served:
            return None
        return _page(request, "upgrading", status=503, commune=site.commune)

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
        if closed := _answer_if_closed(request, site.commune):
            return closed
        _enter(request, site.commune)
        return None


def _answer_if_closed(request: HttpRequest, commune: CommuneInfo) -> HttpResponse | None:
    if commune.state == Commune.State.MERGED:
        return _lead_to_successor(request, commune)
    if not commune.is_active:
        return _page(request, "suspended", status=503, commune=commune)
    if not commune.is_served:
        return _page(request, "upgrading", status=503, commune=commune)
    return None


def _lead_to_successor(request: HttpRequest, commune: CommuneInfo) -> HttpResponse:
    """Redirect a reader to the successor's site; say to all others where to go, and do nothing."""
    name, url = _successor(commune.successor_code)
    if url and request.method in SAFE_METHODS:
        answer = HttpResponsePermanentRedirect(
            commune_url(commune.successor_code, request.get_full_path())
        )
        answer["Cache-Control"] = REDIRECT_KEPT
        return answer
    context = {"successor": name, "successor_url": url, "was_sent": request.method == "POST"}
    return _page(request, "merged", status=410, commune=commune, **context)


def _successor(code: str) -> tuple[str, str]:
    """Return the name and the address of a successor; each is empty where there is none."""
    try:
        return commune_info(code).full_name, commune_url(code)
    except CommuneNotOnboarded:
        pass
    try:
        return official_commune(code).full_name, ""
    except UnknownCommune:
        return "", ""


def _enter(request: HttpRequest, commune: CommuneInfo | None) -> None:
    tenant = commune or FakeTenant(schema_name=get_public_schema_name())
    _connection().set_tenant(tenant)
    request.commune = commune  # type: ignore[attr-defined]
    request.urlconf = URLS_COMMUNE if commune else URLS_CENTRAL


def _page(
    request: HttpRequest,
    name: str,
    *,
    status: int,
    commune: CommuneInfo | None = None,
    **more: Any,
) -> HttpResponse:
    # Without the request: context processors may ask a database that is away.
    context = {"commune": commune, "central": central_url("/"), **more}
    content = render_to_string(f"tenants/communes/{name}.html", context)
    response = HttpResponse(content, status=status)
    if status == 503:
        response["Retry-After"] = RETRY_AFTER_SECONDS
    return response


def _connection() -> DatabaseWrapper:
    return cast(DatabaseWrapper, cast(Any, connection))
