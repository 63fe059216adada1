"""A process that is killed in the middle of something, at a named point."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections

_WAIT_SECONDS = 20


def kill_at(place: Any, name: str, act: Callable[[], Any], *, call: int = 1) -> None:
    """Run an act in a child that kills itself with -9 when it calls `place.name` the n-th time."""
    connections.close_all()
    child = os.fork()
    if not child:
        _run_and_be_killed(place, name, act, call)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, (
        f"The act never came to call {call} of {name}."
    )
    _wait_until_alone()


def _run_and_be_killed(place: Any, name: str, act: Callable[[], Any], call: int) -> None:
    original, calls = getattr(place, name), [0]

    def killing(*args: Any, **kwargs: Any) -> Any:
        calls[0] += 1
        if calls[0] == call:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*args, **kwargs)

    try:
        pytest.MonkeyPatch().setattr(place, name, killing)
        act()
    finally:
        os._exit(1)


def _wait_until_alone() -> None:
    """Wait for the server to notice that its client is gone, which ends transaction and lock."""
    deadline = time.monotonic() + _WAIT_SECONDS
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid() "
                "AND backend_type = 'client backend'"
            )
            if cursor.fetchone() == (0,):
                return
        time.sleep(0.01)
    raise AssertionError("The killed process is still at work in the database.")
