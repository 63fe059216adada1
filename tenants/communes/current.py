"""Which commune this is, and how to work in another one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.db import connection
from django_tenants.postgresql_backend.base import FakeTenant
from django_tenants.utils import get_public_schema_name

from tenants.communes.models import Commune
from tenants.communes.official_list import host_label
from tenants.communes.versions import can_serve
from tenants.kit.expiring_cache import ExpiringCache


class NoCommune(Exception):
    """Something that belongs to a commune was asked for outside of any."""

    def __init__(self) -> None:
        super().__init__("Việc này chỉ làm được trên trang của một xã, phường, đặc khu.")


class CommuneNotOnboarded(LookupError):
    """The commune has no system here."""

    def __init__(self, code: str) -> None:
        super().__init__(f"Đơn vị mã “{code}” chưa tham gia hệ thống.")


@dataclass(frozen=True)
class CommuneInfo:
    """What every request knows of its commune; `host` has no port."""

    code: str
    name: str
    kind: str
    province_code: str
    province_name: str
    schema_name: str
    host: str
    state: str
    schema_version: int
    oldest_code: int
    successor_code: str

    @property
    def full_name(self) -> str:
        """The name with its province: "Phường Ba Đình, Thành phố Hà Nội"."""
        return f"{self.name}, {self.province_name}"

    @property
    def is_active(self) -> bool:
        """Whether its pages are open."""
        return self.state == Commune.State.ACTIVE

    @property
    def is_served(self) -> bool:
        """Whether this code can work in its schema; during an upgrade of the fleet it may not."""
        return can_serve(self.schema_version, self.oldest_code)


_SECONDS = 60
_by_code: ExpiringCache[str, CommuneInfo | None] = ExpiringCache(seconds=_SECONDS, size=12_000)


def commune_info(code: str) -> CommuneInfo:
    """Return an onboarded commune, at most a minute old, or raise CommuneNotOnboarded."""
    info = _by_code.get(code, lambda: _load(code))
    if info is None:
        raise CommuneNotOnboarded(code)
    return info


def info_of(commune: Commune) -> CommuneInfo:
    """Return what requests know of a registered commune."""
    return CommuneInfo(
        code=commune.code,
        name=commune.name,
        kind=commune.kind,
        province_code=commune.province_code,
        province_name=commune.province_name,
        schema_name=commune.schema_name,
        host=f"{host_label(commune.code)}.{settings.BASE_DOMAIN}",
        state=commune.state,
        schema_version=commune.schema_version,
        oldest_code=commune.oldest_code,
        successor_code=commune.successor_code,
    )


def current_commune() -> CommuneInfo:
    """Return the commune that this thread works in, or raise NoCommune."""
    tenant = cast(Any, connection).tenant
    if not isinstance(tenant, CommuneInfo):
        raise NoCommune
    return tenant


@contextmanager
def in_commune(code: str) -> Iterator[CommuneInfo]:
    """Work in a commune, then go back to where this thread was."""
    with entered(commune_info(code)) as info:
        yield info


@contextmanager
def at_centre() -> Iterator[None]:
    """Work in no commune: only the shared tables are seen."""
    previous = _enter(FakeTenant(schema_name=get_public_schema_name()))
    try:
        yield
    finally:
        _enter(previous)


@contextmanager
def entered(info: CommuneInfo) -> Iterator[CommuneInfo]:
    """Work in a commune whose registry row is already known."""
    previous = _enter(info)
    try:
        yield info
    finally:
        # A local variable: what the library keeps on the class mixes threads up.
        _enter(previous)


def forget_communes(code: str | None = None) -> None:
    """Make a change of the registry seen at once in this process: of one commune, or of any."""
    if code is None:
        _by_code.clear()
    else:
        _by_code.forget(code)


def _enter(tenant: Any) -> Any:
    previous = cast(Any, connection).tenant
    cast(Any, connection).set_tenant(tenant)
    return previous


def _load(code: str) -> CommuneInfo | None:
    with cast(Any, connection).at_any_search_path():
        commune = Commune.objects.filter(code=code).first()
    return None if commune is None else info_of(commune)
