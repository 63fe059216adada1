"""One run of an upgrade at a time, however many operators start one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_LOCK = 7_302_033


class AlreadyRunning(Exception):
    """Another process upgrades the fleet just now."""

    def __init__(self) -> None:
        super().__init__(
            "Đang có một lần nâng cấp khác chạy trên cơ sở dữ liệu này. "
            "Hãy đợi xong rồi chạy lại, hoặc xem bằng migrate_fleet --status."
        )


@contextmanager
def only_run() -> Iterator[None]:
    """Hold the fleet for one run; raises AlreadyRunning.

    The lock belongs to a connection that does nothing else, and ends with the process. Advisory
    locks are for the owner's processes only.
    """
    with connection.beside() as holder:  # type: ignore[attr-defined]
        with holder.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
            (taken,) = cursor.fetchone()
        if not taken:
            raise AlreadyRunning
        yield


def is_running() -> bool:
    """Whether a run is under way; asking disturbs none that begins just now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks JOIN pg_database ON oid = database "
            "WHERE locktype = 'advisory' AND datname = current_database() AND objid = %s)",
            [_LOCK],
        )
        (running,) = cursor.fetchone()
    return bool(running)
