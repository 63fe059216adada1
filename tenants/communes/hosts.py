"""Hosts and addresses: whose site a host is, and how to link from one site to another."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from tenants.communes.current import CommuneInfo, at_centre, info_of
from tenants.communes.models import Domain
from tenants.communes.official_list import host_label
from tenants.kit.expiring_cache import ExpiringCache

_KNOWN_SECONDS = 60
# Short, so that a commune's site opens soon after it was onboarded.
_UNKNOWN_SECONDS = 5


@dataclass(frozen=True)
class Site:
    """A commune's site; `moved` when the host is a domain of its own, which only redirects."""

    commune: CommuneInfo
    moved: bool


_sites: ExpiringCache[str, Site | None] = ExpiringCache(
    seconds=_KNOWN_SECONDS, seconds_if_none=_UNKNOWN_SECONDS, size=12_000
)


def find_site(host: str) -> Site | None:
    """Return the commune's site of a host (without port), None when nobody has it."""
    name = host.removesuffix(f".{settings.BASE_DOMAIN}")
    return _sites.get(name, lambda: _load(name))


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


def forget_hosts() -> None:
    """Make changes of the registry seen at once in this process."""
    _sites.clear()


def _url(host: str, path: str) -> str:
    # Put together, not joined as URLs are: a path must never lead to another host.
    return f"{settings.PUBLIC_SCHEME}://{host}{settings.PUBLIC_PORT}/{path.lstrip('/')}"


def _load(name: str) -> Site | None:
    with at_centre():
        domain = Domain.objects.select_related("tenant").filter(domain=name).first()
    if domain is None:
        return None
    return Site(info_of(domain.tenant), moved="." in name)
