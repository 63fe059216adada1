"""What the registry and the ledger say about the versions of the fleet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, Min, Sum

from tenants.communes.current import at_centre
from tenants.communes.models import Commune
from tenants.communes.versions import can_serve, code_version, oldest_served_version
from tenants.fleet.models import Upgrade


@dataclass(frozen=True)
class Left:
    """A commune that is not at this code's version, and what came of the last attempt."""

    code: str
    name: str
    version: int
    result: str
    """A value of Upgrade.Result, or empty if it was never tried."""
    error: str


@dataclass(frozen=True)
class Run:
    """One run of the upgrade, from the ledger."""

    run_id: UUID
    began: datetime
    ended: datetime
    results: dict[str, int]
    """How many communes came out done, locked or failed."""
    seconds: float
    """The time of all communes together; the connections shared it."""


@dataclass(frozen=True)
class Status:
    """The fleet's versions as of now."""

    oldest_served: int
    newest: int
    communes_by_version: dict[int, int]
    last_run: Run | None
    behind: tuple[Left, ...]
    not_served: tuple[str, ...]
    """Codes of the communes whose people see the maintenance page with this code."""


def fleet_status() -> Status:
    """Read the status of the whole fleet."""
    with at_centre():
        versions = Commune.objects.values_list("schema_version").annotate(Count("code"))
        return Status(
            oldest_served=oldest_served_version(),
            newest=code_version(),
            communes_by_version=dict(versions.order_by("schema_version")),
            last_run=last_run(),
            behind=communes_behind(),
            not_served=_not_served(),
        )


def communes_behind(codes: set[str] | None = None) -> tuple[Left, ...]:
    """Return the communes, of all or of some, that have not had every step of this code."""
    with at_centre():
        behind = Commune.objects.filter(schema_version__lt=code_version())
        if codes is not None:
            behind = behind.filter(code__in=codes)
        rows = list(behind.order_by("code").values_list("code", "name", "schema_version"))
        last = {
            attempt.commune_code: attempt
            for attempt in Upgrade.objects.filter(commune_code__in=[code for code, *_ in rows])
            .exclude(result=Upgrade.Result.DONE)
            .order_by("commune_code", "-id")
            .distinct("commune_code")
        }
    return tuple(
        Left(code, name, version, last[code].result, last[code].error)
        if code in last and last[code].from_version == version
        else Left(code, name, version, "", "")
        for code, name, version in rows
    )


def last_run() -> Run | None:
    """Return the newest run that tried a commune; None before the first."""
    with at_centre():
        newest = Upgrade.objects.order_by("-id").first()
        if newest is None:
            return None
        attempts = Upgrade.objects.filter(run_id=newest.run_id)
        told = attempts.aggregate(began=Min("at"), ended=Max("at"), seconds=Sum("seconds"))
        results = dict(attempts.values_list("result").annotate(Count("id")).order_by("result"))
    return Run(newest.run_id, told["began"], told["ended"], results, told["seconds"])


def _not_served() -> tuple[str, ...]:
    rows = Commune.objects.order_by("code").values_list("code", "schema_version", "oldest_code")
    return tuple(code for code, version, oldest in rows if not can_serve(version, oldest))
