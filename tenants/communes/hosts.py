"""Hosts and addresses: whose site a host is, and how to link from one site to another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.db import connection

from tenants.communes.current import CommuneInfo, info_of
from tenants.communes.models import Domain
from tenants.communes.official_list import code_of_host_label, host_label
from tenants.kit.expiring_cache import ExpiringCache

_KNOWN_SECONDS = 60
# Short, so that a commune's site opens soon after it was onboarded.
_UNKNOWN_SECONDS = 5


@dataclass(frozen=True)
class Site:
    """A commune's site; `moved` when the host is a domain of its own, which only redirects."""

    commune: CommuneInfo
    moved: bool


def _cache(size: int) -> ExpiringCache[str, Site | None]:
    return ExpiringCache(seconds=_KNOWN_SECONDS, seconds_if_none=_UNKNOWN_SECONDS, size=size)


_by_label = _cache(12_000)
_by_own_domain = _cache(1_000)


def find_site(host: str) -> Site | None:
    """Return the commune's site of a host (without port), None when nobody has it.

    Names under the base domain come from the official list; for another one the database is
    not asked, so that made-up hosts cost nothing.
    """
    label = host.removesuffix(f".{settings.BASE_DOMAIN}")
    if label == host:
        return _by_own_domain.get(host, lambda: _load(host))
    if code_of_host_label(label) is None:
        return None
    return _by_label.get(label, lambda: _load(label))


def is_central(host: str) -> bool:
    """Whether a host (without port) is the central site's."""
    return bool(host == settings.BASE_DOMAIN)


def commune_url(commune: CommuneInfo | str, path: str = "/") -> str:
    """Return the absolute address of a path on a commune's site, given it or its code."""
    code = commune if isinstance(commune, str) else commune.code
    return _url(f"{host_label(code)}.{settings.BASE_DOMAIN}", path)


def central_url(path: str = "/") -> str:
    """Return the absolute address of a path on the central site."""
    return _url(settings.BASE_DOMAIN, path)


def forget_hosts(code: str | None = None) -> None:
    """Make a change of the registry seen at once in this process: of one commune, or of any."""
    _by_own_domain.clear()  # a few, and not known by code
    if code is None:
        _by_label.clear()
    else:
        _by_label.forget(host_label(code))


def _url(host: str, path: str) -> str:
    # Put together, not joined as URLs are: a path must never lead to another host.
    return f"{settings.PUBLIC_SCHEME}://{host}{settings.PUBLIC_PORT}/{path.lstrip('/')}"


def _load(name: str) -> Site | None:
    with cast(Any, connection).at_any_search_path():
        domain = Domain.objects.select_related("tenant").filter(domain=name).first()
    if domain is None:
        return None
    return Site(info_of(domain.tenant), moved="." in name)
