"""Bringing the schemas of the communes to the newest version: canaries, then wave by wave.

Each commune is one transaction (tenants.fleet.upgrade_script), so a run that is killed at any
moment leaves every commune either as it was or done, with the registry and the ledger saying
which; the next run goes on from there. A commune that is locked is tried again later, one that
fails is written down and the others go on, up to a number of failures.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from queue import Empty, Queue, SimpleQueue
from uuid import UUID

import uuid6
from django.db import connection

from tenants.communes.current import at_centre, forget_communes
from tenants.communes.models import Commune
from tenants.communes.versions import code_version
from tenants.fleet.canaries import CanaryFailed, probe
from tenants.fleet.models import Upgrade
from tenants.fleet.one_upgrade import Attempt, ConnectionLost, Upgrader
from tenants.fleet.upgrade_script import CommuneSchema, Limits, Script, script_from

WAVES = (0.05, 0.25)
"""The parts of the communes that go first; the rest is the last wave."""
CANARIES = 3


@dataclass(frozen=True)
class Pace:
    """How hard a run works and how patient it is."""

    connections: int = 2
    limits: Limits = field(default_factory=Limits)
    throttle_seconds: float = 0.0
    """The pause of each connection after each commune, for a fleet that is serving."""
    retry_after: tuple[float, ...] = (2.0, 5.0, 10.0)
    """Seconds before each last attempt on the communes that stayed locked to the end."""
    max_failures: int = 10


@dataclass(frozen=True)
class Plan:
    """Which communes are behind, and in which order they are done."""

    version: int
    canaries: tuple[str, ...]
    """Looked at first; those that are behind are upgraded before that."""
    first: tuple[CommuneSchema, ...]
    waves: tuple[tuple[CommuneSchema, ...], ...]
    ahead: int
    """Communes that newer code has upgraded; they are left alone."""

    @property
    def behind(self) -> tuple[CommuneSchema, ...]:
        """Every commune to upgrade, in order."""
        return (*self.first, *(commune for wave in self.waves for commune in wave))


@dataclass
class Tally:
    """What came of a run."""

    run_id: UUID = field(default_factory=uuid6.uuid7)
    done: int = 0
    locked: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    stopped: str = ""
    """Why the run ended before every commune was tried; empty if it did not."""
    seconds: float = 0.0


def plan_upgrade(codes: Iterable[str] | None = None, canaries: Sequence[str] = ()) -> Plan:
    """Return what is to do for all communes, or for those of the codes.

    Without canaries the first active communes are taken, and one more of each version that
    these do not have.
    """
    chosen = None if codes is None else set(codes)
    with at_centre():
        rows = Commune.objects.order_by("code").values_list(
            "code", "schema_name", "schema_version", "state"
        )
        fleet = [CommuneSchema(*row) for row in rows if chosen is None or row[0] in chosen]
    behind = [commune for commune in fleet if commune.version < code_version()]
    names = {commune.code for commune in fleet} & set(canaries)
    if not names:
        names = _default_canaries([c for c in fleet if c.state == Commune.State.ACTIVE] or fleet)
    rest = [commune for commune in behind if commune.code not in names]
    return Plan(
        version=code_version(),
        canaries=tuple(sorted(names)) if behind else (),
        first=tuple(commune for commune in behind if commune.code in names),
        waves=_waves(rest),
        ahead=sum(commune.version > code_version() for commune in fleet),
    )


def migrate_communes(
    plan: Plan, *, pace: Pace | None = None, report: Callable[[Attempt], None] | None = None
) -> Tally:
    """Upgrade the communes of a plan; run by the owner's role, one run at a time.

    `report` is told of every attempt, in this thread. Raises BlueprintUnavailable before
    anything is touched.
    """
    run = _Run(plan, pace or Pace(), report or (lambda attempt: None))
    began = time.monotonic()
    try:
        run.go()
    finally:
        forget_communes()
        run.tally.seconds = time.monotonic() - began
    return run.tally


def _default_canaries(candidates: Sequence[CommuneSchema]) -> set[str]:
    chosen = list(candidates[:CANARIES])
    for commune in candidates:
        if commune.version not in {one.version for one in chosen}:
            chosen.append(commune)
    return {commune.code for commune in chosen}


def _waves(communes: Sequence[CommuneSchema]) -> tuple[tuple[CommuneSchema, ...], ...]:
    waves, begin = [], 0
    for part in (*WAVES, 1.0):
        end = min(len(communes), begin + math.ceil(part * len(communes)))
        waves.append(tuple(communes[begin:end]))
        begin = end
    return tuple(wave for wave in waves if wave)


class _Run:
    def __init__(self, plan: Plan, pace: Pace, report: Callable[[Attempt], None]) -> None:
        self.tally = Tally()
        self._plan, self._pace, self._report = plan, pace, report
        self._waiting: dict[str, Attempt] = {}
        self._halt = threading.Event()
        self._scripts = _scripts(plan)

    def go(self) -> None:
        """Do everything, or as much as failures allow."""
        try:
            self._pass(self._plan.first)
            self._retry()
            self._check_canaries()
            for wave in self._plan.waves:
                self._pass(wave)
                self._retry()
            for seconds in self._pace.retry_after:
                if self._waiting and not self._halt.wait(seconds):
                    self._retry()
        except (CanaryFailed, ConnectionLost) as error:
            self.tally.stopped = str(error)
        finally:
            self._write_locked_down()

    def _check_canaries(self) -> None:
        codes = [code for code in self._plan.canaries if code not in self._waiting]
        failed = {code: self.tally.failed[code] for code in codes if code in self.tally.failed}
        if failed or (self._plan.canaries and not codes):
            reasons = failed or dict.fromkeys(self._plan.canaries, "đang bị khóa")
            raise CanaryFailed(reasons)
        probe(codes)

    def _retry(self) -> None:
        self._pass([attempt.commune for attempt in self._waiting.values()])

    def _pass(self, communes: Sequence[CommuneSchema]) -> None:
        """Try each commune once; the locked ones are left waiting."""
        if not communes or self._halt.is_set():
            return
        tasks: SimpleQueue[CommuneSchema] = SimpleQueue()
        for commune in communes:
            tasks.put(commune)
        results: Queue[Attempt | Exception | None] = Queue()
        threads = [
            threading.Thread(target=self._work, args=(tasks, results), daemon=True)
            for _ in range(min(self._pace.connections, len(communes)))
        ]
        for thread in threads:
            thread.start()
        try:
            self._note_all(results, len(threads))
        finally:
            self._halt_unless_done(tasks)
            for thread in threads:
                thread.join()

    def _halt_unless_done(self, tasks: SimpleQueue[CommuneSchema]) -> None:
        if not tasks.empty():
            self._halt.set()

    def _note_all(self, results: Queue[Attempt | Exception | None], working: int) -> None:
        trouble: Exception | None = None
        while working:
            result = results.get()
            if result is None:
                working -= 1
            elif isinstance(result, Exception):
                trouble = result
                self._halt.set()
            else:
                self._note(result)
        if trouble:
            raise trouble

    def _note(self, attempt: Attempt) -> None:
        code = attempt.commune.code
        self._waiting.pop(code, None)
        if attempt.result == Upgrade.Result.DONE:
            self.tally.done += 1
        elif attempt.result == Upgrade.Result.LOCKED:
            self._waiting[code] = attempt
        else:
            self.tally.failed[code] = attempt.error
            if len(self.tally.failed) > self._pace.max_failures and not self._halt.is_set():
                self._halt.set()
                self.tally.stopped = (
                    f"Dừng lại vì đã có {len(self.tally.failed)} đơn vị lỗi "
                    f"(cho phép {self._pace.max_failures})."
                )
        self._report(attempt)

    def _work(
        self,
        tasks: SimpleQueue[CommuneSchema],
        results: Queue[Attempt | Exception | None],
    ) -> None:
        try:
            with closing(Upgrader(self.tally.run_id, self._pace.limits)) as upgrader:
                while not self._halt.is_set():
                    commune = tasks.get_nowait()
                    results.put(upgrader.attempt(self._scripts[commune.version], commune))
                    self._halt.wait(self._pace.throttle_seconds)
        except Empty:
            pass
        except Exception as error:  # told in the thread that waits
            results.put(error)
        finally:
            results.put(None)

    def _write_locked_down(self) -> None:
        """The ledger says which communes were left because they were locked."""
        with at_centre():
            Upgrade.objects.bulk_create(
                Upgrade(
                    run_id=self.tally.run_id,
                    commune_code=attempt.commune.code,
                    from_version=attempt.commune.version,
                    to_version=self._plan.version,
                    result=Upgrade.Result.LOCKED,
                    error=attempt.error,
                    seconds=attempt.seconds,
                )
                for attempt in self._waiting.values()
            )
        self.tally.locked = {code: attempt.error for code, attempt in self._waiting.items()}


def _scripts(plan: Plan) -> dict[int, Script]:
    with at_centre(), connection.cursor() as cursor:
        versions = {commune.version for commune in plan.behind}
        return {version: script_from(version, cursor.cursor) for version in sorted(versions)}
