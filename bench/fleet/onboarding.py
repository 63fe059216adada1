"""Onboarding: ours, the bare script as the limit, and what the library offers.

    python -m bench.fleet.onboarding ours|stock|clone CODE…   prints the seconds of each as JSON
    python -m bench.fleet.onboarding statements               the statements of the blueprint

The peers run with settings of their own; see `bench.fleet.peers`.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import mean, median

from bench.fleet.stack import STOCK, FleetStack

# Codes that no commune has: schemas of peers, taken away after each sample.
_PEERS = [str(code) for code in range(99_900, 100_000)]
OURS_EACH, PEERS_EACH = 20, 2


@dataclass(frozen=True)
class Sample:
    """Seconds of one commune at a number of communes that were there already."""

    present: int
    ours: float
    ours_server_cpu: float
    bare: float
    bare_server_cpu: float
    stock: float
    clone: float

    @property
    def row(self) -> tuple[float, ...]:
        """The figures in the order of the table's columns."""
        wall = (self.ours, self.bare, self.stock, self.clone)
        return (*wall, self.ours_server_cpu, self.bare_server_cpu)


def sample(stack: FleetStack, present: int, codes: list[str], blueprint: list[str]) -> Sample:
    """Onboard these communes one by one, and the same number for each of the peers."""
    half = len(codes) // 2
    ours, bare = _Measured(stack), _Measured(stack)
    names = [f"xa_{code}" for code in _PEERS]
    # Ours and the limit in turns, so that a change of the machine's speed meets both.
    for turn in (codes[:half], codes[half:]):
        ours.add(lambda turn=turn: stack.measure("onboarding", "ours", *turn))
        script = "\n".join(bare_script(name, blueprint) for name in names[: len(turn)])
        bare.add(lambda script=script, turn=turn: [stack.psql([script]) / len(turn)] * len(turn))
        stack.drop_schemas(names[: len(turn)])
    stock = stack.measure("onboarding", "stock", *_PEERS[:PEERS_EACH], settings=STOCK)
    stack.drop_schemas(names[:PEERS_EACH])
    clone = stack.measure("onboarding", "clone", *_PEERS[:PEERS_EACH], settings=STOCK)
    stack.drop_schemas(names[:PEERS_EACH])
    return Sample(
        present=present,
        ours=median(ours.seconds),
        ours_server_cpu=ours.server_cpu / len(codes),
        bare=mean(bare.seconds),
        bare_server_cpu=bare.server_cpu / len(codes),
        stock=median(stock),
        clone=median(clone),
    )


class _Measured:
    """Seconds of single communes, and what the server spent on them."""

    def __init__(self, stack: FleetStack) -> None:
        self.stack = stack
        self.seconds: list[float] = []
        self.server_cpu = 0.0

    def add(self, work: Callable[[], list[float]]) -> None:
        began = self.stack.server_cpu
        self.seconds += work()
        self.server_cpu += self.stack.server_cpu - began


def bare_script(schema_name: str, statements: list[str]) -> str:
    """The same statements as one message, and nothing else: what the server needs at least."""
    message = [
        "BEGIN",
        f'CREATE SCHEMA "{schema_name}"',
        f'SET LOCAL search_path TO "{schema_name}"',
        *(statement.rstrip().rstrip(";") for statement in statements),
        "COMMIT",
    ]
    return " \\;\n".join(message) + ";"


def _timed(work: Callable[[str], object], codes: list[str]) -> list[float]:
    seconds = []
    for code in codes:
        began = time.perf_counter()
        work(code)
        seconds.append(time.perf_counter() - began)
    return seconds


def _ours(code: str) -> None:
    from tenants.fleet.bulk import onboard_communes

    result = onboard_communes([code], connections=1)
    if result.created != [code]:
        raise LookupError(f"{code} was not onboarded: {result.failures}")


def _stock(code: str) -> None:
    from tenants.communes.models import Commune

    commune = Commune(
        code=code,
        schema_name=f"xa_{code}",
        name=code,
        kind="xa",
        province_code="01",
        province_name="",
        folded="",
        sort_key="",
        schema_version=0,
    )
    commune.auto_create_schema = True
    commune.save(verbosity=0)


def _clone(code: str) -> None:
    from django_tenants.clone import CloneSchema

    CloneSchema().clone_schema("xa_00004", f"xa_{code}", clone_mode="NODATA")


def main() -> None:
    """Onboard the given communes in the given way, or print the statements."""
    import django

    django.setup()
    from tenants.fleet.blueprint import get_blueprint

    if sys.argv[1] == "statements":
        print(json.dumps(get_blueprint().statements))
        return
    work = {"ours": _ours, "stock": _stock, "clone": _clone}[sys.argv[1]]
    print(json.dumps(_timed(work, sys.argv[2:])))


if __name__ == "__main__":
    main()
