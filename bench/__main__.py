"""`make bench`: measure filing, the desk's list, pages, papers and memory; see `bench.results`."""

from __future__ import annotations

import sys
import time

from bench.browser import UnexpectedAnswer
from bench.measuring import Measuring
from bench.processes import machine
from bench.results import Results, say
from bench.server import BenchFailed
from bench.stack import Stack
from config.local.postgres import PostgresUnavailable


def main() -> int:
    """Run every measurement on a stack of its own. A missed goal is no failure, a fault is."""
    if not sys.platform.startswith("linux"):
        say("The bench reads /proc and so needs Linux.")
        return 1
    began = time.monotonic()
    say(f"Before: {machine()}.")
    results = Results()
    stack: Stack | None = None
    try:
        stack = Stack()
        people = stack.start()
        say(f"The stack is up after {time.monotonic() - began:.0f} s.")
        stack.wait_for_jobs()
        measuring = Measuring(stack, people, results)
        measuring.filing()
        measuring.desk_list(people["cases"])
        measuring.pages()
        _papers(stack, results)
        measuring.memory()
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


def _papers(stack: Stack, results: Results) -> None:
    figures = stack.papers()
    results.add("pdf.first_ms", figures.pop("first_ms"), "a new process, its imports included")
    warm, rate = figures.pop("warm_ms"), figures.pop("per_second_per_core")
    kinds = ", ".join(f"{name} {ms:.0f}" for name, ms in figures.items())
    results.add("pdf.warm_ms", warm, f"mean of {kinds}")
    results.add("pdf.per_second_per_core", rate, "processor time, template included")


if __name__ == "__main__":
    sys.exit(main())
