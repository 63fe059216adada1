"""One field added in every commune: ours, the bare script as the limit, the library on a sample.

    python -m bench.fleet.migrating ours|stock CODE…    prints seconds as JSON

`later/` holds the migrations of both; the settings that know them are among the peers.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.fleet.stack import FleetStack
from bench.server import BenchFailed

LATER = "bench.fleet.peers.later_settings"
_STOCK_LATER = "bench.fleet.peers.stock_later_settings"
_CONNECTIONS = 2
_STOCK_SAMPLE = 5


@dataclass(frozen=True)
class Migrated:
    """Seconds of the whole fleet for ours and the bare script; of one schema for the library."""

    communes: int
    ours: float
    bare: float
    stock_each: float


def migrate(stack: FleetStack, codes: list[str]) -> Migrated:
    """Add a field in each of three ways, to the same communes."""
    # As ours does: no waiting for the disk at every commit.
    parts = [map(_bare_script, codes[at::_CONNECTIONS]) for at in range(_CONNECTIONS)]
    scripts = ["SET synchronous_commit TO off;\n" + "\n".join(part) for part in parts]
    bare = stack.psql(scripts)
    ours = stack.measure("migrating", "ours", settings=LATER)
    stock = stack.measure("migrating", "stock", *codes[:_STOCK_SAMPLE], settings=_STOCK_LATER)
    if ours["communes"] != len(codes):
        why = f"{ours['communes']} of {len(codes)} communes were migrated: {ours['stopped']}"
        raise BenchFailed(why)
    return Migrated(len(codes), ours["seconds"], bare, median(stock))


def _bare_script(code: str) -> str:
    """What a person would write, as one message: the field, and that it was added."""
    message = [
        "BEGIN",
        f'SET LOCAL search_path TO "xa_{code}"',
        "ALTER TABLE organisation_department ADD COLUMN bench_bare varchar(20) DEFAULT '' NOT NULL",
        "ALTER TABLE organisation_department ALTER COLUMN bench_bare DROP DEFAULT",
        "INSERT INTO django_migrations (app, name, applied) "
        "VALUES ('organisation', '0002_bench_bare', now())",
        "COMMIT",
    ]
    return " \\; ".join(message) + ";"


def _ours() -> dict[str, Any]:
    from tenants.fleet.blueprint import get_steps
    from tenants.fleet.upgrading import migrate_communes, plan_upgrade

    get_steps()  # captured once a release, before the fleet is touched
    began = time.perf_counter()
    tally = migrate_communes(plan_upgrade())
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "communes": tally.done, "stopped": tally.stopped}


def _stock(codes: list[str]) -> list[float]:
    from django.core.management import call_command

    seconds = []
    for code in codes:
        began = time.perf_counter()
        call_command("migrate_schemas", schema_name=f"xa_{code}", verbosity=0, interactive=False)
        seconds.append(time.perf_counter() - began)
    return seconds


def main() -> None:
    """Migrate in the given way."""
    import django

    django.setup()
    print(json.dumps(_ours() if sys.argv[1] == "ours" else _stock(sys.argv[2:])))


if __name__ == "__main__":
    main()
