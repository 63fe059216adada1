"""The runner's loop: work while there is work, then sleep until PostgreSQL wakes it.

Idle runners send no statements except a slow look for jobs of runners that died and for what has
its time: as many for one commune as for thousands.
"""

from __future__ import annotations

import logging
import os
import select
import signal
import time
from collections.abc import Sequence
from types import FrameType
from typing import Any

from django.db import Error as DatabaseError
from django.db import connection
from django.db.utils import InterfaceError, OperationalError
from django.utils.module_loading import import_string

from tenants.jobs.runner import BACK_OFF, release_expired, run_next_job
from tenants.jobs.schedule import enqueue_scheduled
from tenants.jobs.turns import CHANNEL, join_due

logger = logging.getLogger(__name__)

# New jobs wake a runner at once; only repeats and dead runners' jobs wait for the sweep, which
# need not be finer than the shortest wait between attempts.
SWEEP_SECONDS = BACK_OFF[0].total_seconds()
_FIRST_RECONNECT_SECONDS = 1.0
_LAST_RECONNECT_SECONDS = 30.0


def get_ready(starts: Sequence[str]) -> None:
    """Call what is to be done at the start (dotted names); jobs run even if that fails."""
    for name in starts:
        try:
            import_string(name)()
        except Exception:
            logger.exception("could not get ready: %s", name)


def queue_what_is_due() -> None:
    """Queue jobs of dead runners, jobs for later, and scheduled tasks, if their time has come.

    Three statements, whatever the number of communes.
    """
    release_expired()
    join_due()
    enqueue_scheduled()


class Runner:
    """Runs jobs of its queues until it is told to stop; the job in hand is finished first."""

    def __init__(self, queues: Sequence[str], *, starts: Sequence[str] = ()) -> None:
        self.queues = tuple(queues)
        self.starts = tuple(starts)
        self.stopping = False
        self._listening_on: Any = None
        # A signal writes here, which ends a sleep that would otherwise go on.
        self._wake_reader, self._wake_writer = os.pipe()
        os.set_blocking(self._wake_writer, False)
        os.set_blocking(self._wake_reader, False)

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Stop after the job in hand."""
        self.stopping = True

    def run(self) -> None:
        """Work until stopped; a database that is away is waited for."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self.stop)
        signal.set_wakeup_fd(self._wake_writer, warn_on_full_buffer=False)
        get_ready(self.starts)
        pause = _FIRST_RECONNECT_SECONDS
        while not self.stopping:
            try:
                self._work()
                pause = _FIRST_RECONNECT_SECONDS
            except (OperationalError, InterfaceError) as error:
                logger.warning("database away: %s; next try in %.0f s", type(error).__name__, pause)
                self._close()
                self._sleep(pause)
                pause = min(pause * 2, _LAST_RECONNECT_SECONDS)
        self._close()

    def _work(self) -> None:
        """Listen, run what is due, sleep, and so on, on one connection."""
        swept_at = float("-inf")
        while not self.stopping:
            # Before looking for jobs: what is enqueued between the look and the sleep wakes us.
            self._listen()
            if time.monotonic() - swept_at >= SWEEP_SECONDS:
                queue_what_is_due()
                swept_at = time.monotonic()
            while not self.stopping and run_next_job(self.queues) is not None:
                pass
            if not self.stopping:
                self._sleep(SWEEP_SECONDS)

    def _listen(self) -> None:
        connection.ensure_connection()
        if self._listening_on is not connection.connection:
            with connection.cursor() as cursor:
                cursor.execute(f"LISTEN {CHANNEL}")
            self._listening_on = connection.connection

    def _sleep(self, seconds: float) -> None:
        """Sleep until a job comes into one of our queues, a signal, or the time is up."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            raw = self._listening_on
            watched: list[Any] = [self._wake_reader]
            if raw is not None and not raw.closed:
                watched.append(raw)
            ready, _, _ = select.select(watched, [], [], left)
            if self._wake_reader in ready:
                os.read(self._wake_reader, 64)
                return
            if raw in ready and self._is_ours(raw):
                return

    def _is_ours(self, raw: Any) -> bool:
        """Whether the notifications that came are about our queues."""
        with connection.wrap_database_errors:
            raw.poll()
        queues = {notification.payload for notification in raw.notifies}
        raw.notifies.clear()
        return not queues.isdisjoint(self.queues)

    def _close(self) -> None:
        self._listening_on = None
        try:
            connection.close()
        except DatabaseError:
            logger.debug("the connection was gone already")
