"""Every address of both sites, walked from the URL maps, with values for what stands in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import URLPattern, URLResolver, get_resolver

SITES = {"central": "config.urls_central", "commune": "config.urls_commune"}
NOBODYS_KEY = UUID("0199ffff-ffff-7fff-bfff-ffffffffffff")
_PARAMETER = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")
_STAND_INS = {"int": "1", "uuid": str(NOBODYS_KEY)}


@dataclass(frozen=True)
class Route:
    """One address of a site, as the URL map has it."""

    site: str
    name: str
    pattern: str
    view: Any

    @property
    def parameters(self) -> dict[str, str]:
        """What stands in the address: names, each with its kind."""
        found = _PARAMETER.finditer(self.pattern)
        return {one["name"]: one["kind"] or "str" for one in found}

    def path(self, values: Mapping[str, str]) -> str:
        """The address with values; what is not among them gets one that belongs to nobody."""

        def value(found: re.Match[str]) -> str:
            named = values.get(f"{self.name}.{found['name']}") or values.get(found["name"])
            return named or _STAND_INS.get(found["kind"] or "str", "khong-co")

        return _PARAMETER.sub(value, self.pattern)


def routes(site: str) -> Iterator[Route]:
    """The addresses of a site in the order in which they are tried."""
    yield from _below(site, "/", get_resolver(SITES[site]).url_patterns)


def _below(site: str, prefix: str, patterns: Any) -> Iterator[Route]:
    for one in patterns:
        place = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _below(site, place, one.url_patterns)
        elif isinstance(one, URLPattern):
            yield Route(site, one.name or "", place, one.callback)
