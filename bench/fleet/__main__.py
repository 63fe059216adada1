"""`make bench-fleet`: thousands of communes on one server, beside the limits and the library.

COMMUNES says how many (3,321 by default; 11,000 takes long). JSON lines go to standard output,
the table to docs/fleet-figures.md.
"""

from __future__ import annotations

import os
import sys
import time

from bench.fleet import table
from bench.fleet.measuring import FleetMeasuring
from bench.fleet.stack import FleetStack
from bench.processes import machine
from bench.results import Results, say
from bench.server import BenchFailed
from config.local.postgres import PostgresUnavailable

LEAST = 100


def main() -> int:
    """Run every measurement. A missed goal is no failure, a fault is."""
    if not sys.platform.startswith("linux"):
        say("The bench reads /proc and so needs Linux.")
        return 1
    began = time.monotonic()
    before = machine()
    say(f"Before: {before}.")
    results = Results()
    stack: FleetStack | None = None
    try:
        count = int(os.environ.get("COMMUNES") or 3321)
        if count < LEAST:
            raise BenchFailed(f"COMMUNES={count}: the samples need {LEAST} or more")
        stack = FleetStack(count)
        measuring = FleetMeasuring(stack, results)
        for part in (
            measuring.onboarding,
            measuring.schemas,
            measuring.serving,
            measuring.migrating,
            measuring.exporting,
            measuring.recovering,
        ):
            part()
            say(f"… after {time.monotonic() - began:.0f} s")
    except (BenchFailed, LookupError, PostgresUnavailable) as error:
        say(f"The bench failed: {error}")
        return 1
    finally:
        if stack:
            stack.destroy()
    say(f"After: {machine()}.")
    table.write(measuring.lines, len(stack.codes), before, time.monotonic() - began)
    say(f"Done in {time.monotonic() - began:.0f} s. Missed: {', '.join(results.missed) or 'none'}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
