"""Onboarding many communes: two connections at once, resumable, and one failure stops no other.

Each commune is a transaction of its own, so the run may be killed anywhere and started again:
what is there is found with one statement and passed over.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.db import connection

from tenants.communes.current import at_centre
from tenants.communes.official_list import UnknownCommune, official_commune, official_communes
from tenants.fleet.onboarding import (
    OnboardingFailed,
    Outcome,
    SchemaMissing,
    failure_reason,
    onboard_new,
    present_blueprint,
    present_communes,
)

logger = logging.getLogger(__name__)

# PostgreSQL does most of the work: with more connections than cores each commune only takes
# longer. A backend that makes thousands keeps 0.03 MB of each, so it need not be renewed.
CONNECTIONS = 2


@dataclass
class BulkResult:
    """What came of onboarding many communes."""

    created: list[str] = field(default_factory=list)
    """Codes, in the order in which they were finished."""
    present: list[str] = field(default_factory=list)
    """Codes of those that had their system already."""
    failures: dict[str, str] = field(default_factory=dict)
    """Why, in words, by code."""
    left: list[str] = field(default_factory=list)
    """Codes of those that were not begun, because the run was stopped or the database went."""
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """New communes a second."""
        return len(self.created) / self.seconds if self.seconds else 0.0


def onboard_communes(
    codes: Iterable[str],
    *,
    connections: int = CONNECTIONS,
    throttle_seconds: float = 0.0,
    administrator_email: str | None = None,
    on_progress: Callable[[int, int], None] = lambda finished, total: None,
    stopping: threading.Event | None = None,
) -> BulkResult:
    """Onboard these communes; `stopping` ends the run after the ones in hand.

    `throttle_seconds` is the pause of each connection after each commune, for a server that
    people work on meanwhile. `on_progress` is told how many of those that were not there are
    finished, and of how many. Raises BlueprintUnavailable. Run by the owner's role.
    """
    present_blueprint()  # before the threads need it
    run = _Run(stopping or threading.Event(), throttle_seconds, administrator_email, on_progress)
    began = time.perf_counter()
    run.sort_out(list(dict.fromkeys(codes)))
    helpers = min(connections, run.total) - 1
    threads = [threading.Thread(target=run.work_in_thread) for _ in range(helpers)]
    for thread in threads:
        thread.start()
    try:
        run.work()
    finally:
        if run.waiting:  # something unforeseen, here: the threads end after the commune in hand
            run.stopping.set()
        for thread in threads:
            thread.join()
    run.result.left = list(run.waiting)
    run.result.seconds = time.perf_counter() - began
    return run.result


class _Run:
    """What the connections of one run share."""

    def __init__(
        self,
        stopping: threading.Event,
        throttle_seconds: float,
        administrator_email: str | None,
        on_progress: Callable[[int, int], None],
    ) -> None:
        self.stopping = stopping
        self.throttle_seconds = throttle_seconds
        self.administrator_email = administrator_email
        self.on_progress = on_progress
        self.waiting: deque[str] = deque()
        self.total = 0
        self.result = BulkResult()
        self._finished = 0
        self._counting = threading.Lock()

    def sort_out(self, codes: list[str]) -> None:
        """Tell what is to be made from what is there, with one statement for all."""
        with at_centre():
            present = present_communes(codes)
        for code in codes:
            if present.get(code):
                self.result.present.append(code)
            elif code in present:
                self._failed(code, SchemaMissing(code))
            elif code not in official_communes():
                self._failed(code, UnknownCommune(code))
            else:
                self.waiting.append(code)
        self.total = len(self.waiting)

    def work_in_thread(self) -> None:
        """Work on a connection of this thread's own."""
        try:
            self.work()
        finally:
            connection.close()

    def work(self) -> None:
        """Take one commune after the other until none is left or the run is stopped."""
        with at_centre():
            while not self.stopping.is_set() and (code := self._take()) is not None:
                self._onboard(code)
                # Not a sleep: being stopped ends it.
                self.stopping.wait(self.throttle_seconds)

    def _take(self) -> str | None:
        try:
            return self.waiting.popleft()
        except IndexError:
            return None

    def _onboard(self, code: str) -> None:
        try:
            outcome = onboard_new(official_commune(code), self.administrator_email)
        except Exception as error:
            self._failed(code, error)
            if connection.take_lost():  # type: ignore[attr-defined]
                self.stopping.set()  # the others would only fail likewise
        else:
            created = outcome is Outcome.CREATED
            (self.result.created if created else self.result.present).append(code)
        with self._counting:
            self._finished += 1
            self.on_progress(self._finished, self.total)

    def _failed(self, code: str, error: Exception) -> None:
        self.result.failures[code] = failure_reason(error)
        if not isinstance(error, OnboardingFailed | UnknownCommune):
            logger.error("onboarding of %s failed", code, exc_info=error)
