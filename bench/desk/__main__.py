"""`make bench-desk`: a busy commune's desk; see `bench.results` for the measures and goals.

Each part is a module of this folder with a function `measure(stack, people, results)`; it runs on
the stack that the parts share, whose communes are filled by `bench.desk.stock`.
"""

from __future__ import annotations

import sys
import time

from bench.browser import UnexpectedAnswer
from bench.desk import jobs, races, worklist
from bench.processes import machine
from bench.results import Results, say
from bench.server import BenchFailed
from bench.stack import DESK, ROOT, Stack
from config.local.postgres import PostgresUnavailable

HOME = ROOT / ".local" / "bench-desk"
CONTENT = ("bench.desk.stock", DESK)
PARTS = (worklist.measure, races.measure, jobs.measure)


def main() -> int:
    """Run every part on a stack of its own. A missed goal is no failure, a fault is."""
    if not sys.platform.startswith("linux"):
        say("The bench reads /proc and so needs Linux.")
        return 1
    began = time.monotonic()
    say(f"Before: {machine()}.")
    results = Results()
    stack: Stack | None = None
    try:
        stack = Stack(HOME, CONTENT)
        people = stack.start()
        say(f"The stack is up after {time.monotonic() - began:.0f} s.")
        stack.wait_for_jobs()
        for part in PARTS:
            part(stack, people, results)
            say(f"… after {time.monotonic() - began:.0f} s")
    except (BenchFailed, UnexpectedAnswer, LookupError, PostgresUnavailable) as error:
        say(f"The bench failed: {error}")
        return 1
    finally:
        if stack:
            stack.stop()
    say(f"After: {machine()}.")
    missed = ", ".join(results.missed) or "none"
    say(f"Done in {time.monotonic() - began:.0f} s. Goals missed: {missed}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
