"""How soon the server answers again after a crash, with all schemas there."""

from __future__ import annotations

import os
import signal
import time

from bench.fleet.stack import HOME, FleetStack
from bench.server import BenchFailed
from config.local import postgres

_STOP_SECONDS = 60.0


def recover(stack: FleetStack) -> float:
    """End the server at once, as a crash does, and start it; seconds until it takes connections."""
    pid = stack.server_pid
    os.kill(pid, signal.SIGQUIT)
    deadline = time.monotonic() + _STOP_SECONDS
    while _runs(pid):
        if time.monotonic() > deadline:
            raise BenchFailed("the server does not end")
        time.sleep(0.05)
    began = time.monotonic()
    stack.server = postgres.start(HOME)
    took = time.monotonic() - began
    stack.connect()
    return took


def _runs(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
