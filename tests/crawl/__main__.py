"""`make crawl`: the long form of the crawl, and all planted faults, one JSON object a line."""

from __future__ import annotations

import os
import sys
import time
from contextlib import ExitStack
from typing import Any

import django

from bench.results import Results, say

REQUESTS = 20_000
SHOWN = 40


class _Cleanups(ExitStack):
    """What is to be undone at the end, as the tests' own configuration asks for it."""

    def add_cleanup(self, function: Any) -> None:
        self.callback(function)


def main() -> int:
    """Run everything on a database of its own; 1 when something was found or missed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.test.utils import setup_test_environment, teardown_test_environment

    from tests.conftest import pytest_configure
    from tests.database import TestServer

    with _Cleanups() as cleanups:
        pytest_configure(cleanups)  # type: ignore[arg-type]
        setup_test_environment()
        cleanups.callback(teardown_test_environment)
        server = TestServer()
        server.set_up()
        cleanups.callback(server.tear_down)
        return _run(int(os.environ.get("REQUESTS") or REQUESTS))


def _run(requests: int) -> int:
    from tests.crawl.asking import Asker, undone
    from tests.crawl.checks import CHECKS
    from tests.crawl.crawler import Crawler
    from tests.crawl.engine import found_by, found_under, quietly
    from tests.crawl.faults import FAULTS
    from tests.crawl.matrix import rows_missing, run_matrix
    from tests.crawl.world import CODES, build_world, quick_typesetting

    results, began = Results(), time.monotonic()
    with undone(), quietly():
        world = build_world()
        say(f"{len(world.canaries.scopes)} canaries in two communes.")
        found = rows_missing()
        crawler = Crawler(world, Asker(), seed=time.time_ns() % 1_000_000)
        with quick_typesetting():
            for code in CODES:
                asked, findings = run_matrix(world, crawler.asker, code)
                crawler.report.requests += asked
                found += map(str, findings)
            say(f"Seed {crawler.seed}; the matrix took {crawler.report.requests} requests.")
            report = crawler.run(requests)
        found += map(str, report.findings)
        canaries = [text for text in found if text.startswith("the canary")]
        note = f"{time.monotonic() - began:.0f} s; {dict(sorted(report.by_status.items()))}"
        results.add("crawl.requests", report.requests, note)
        results.add("crawl.canaries", len(canaries), f"of {len(world.canaries.scopes)} planted")
        results.add("crawl.routes_share", report.routes_share, "addresses × methods asked for")
        found += found_by(world, (), tuple(CHECKS))
        missed = [fault.name for fault in FAULTS if not found_under(world, fault)]
        results.add("faults.planted", len(FAULTS))
        results.add("faults.missed", len(missed), ", ".join(missed))
    for text in found[:SHOWN]:
        say(text)
    say(f"Done in {time.monotonic() - began:.0f} s; {len(found)} findings.")
    return int(bool(found or results.missed))


if __name__ == "__main__":
    sys.exit(main())
