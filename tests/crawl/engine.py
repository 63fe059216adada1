"""The engine as one thing: build the world, run parts of it, say what it found."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.cache import cache

from tenants.kit.expiring_cache import clear_all_caches

# They give their names.
from tests.crawl import checks_answers, faults_answers, faults_database  # noqa: F401
from tests.crawl.asking import Asker
from tests.crawl.checks import Site, run_checks
from tests.crawl.faults import Fault
from tests.crawl.matrix import run_matrix
from tests.crawl.world import CODES, World, quick_typesetting

HERE = CODES[0]


@contextmanager
def quietly() -> Iterator[None]:
    """Without a line in the log for each refusal, of which there are thousands."""
    loggers = [logging.getLogger(name) for name in ("django.request", "django.security")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


def forget() -> None:
    """Empty what the process remembers."""
    clear_all_caches()
    cache.clear()


def found_by(
    world: World, matrix: tuple[str, ...], checks: tuple[str, ...], *, enough: int = 0
) -> list[str]:
    """What a part of the matrix (until there is enough) and these checks find."""
    forget()
    asker = Asker()
    found: list[str] = []
    with quietly(), quick_typesetting():
        if matrix:
            _asked, findings = run_matrix(
                world, asker, HERE, only=lambda route: route.name.startswith(matrix), enough=enough
            )
            found += [str(finding) for finding in findings]
        if checks:
            found += run_checks(Site(world, asker), checks)
    forget()
    return found


def found_under(world: World, fault: Fault) -> list[str]:
    """What the engine finds while a defence is taken out; that it breaks down is found too."""
    forget()
    try:
        with fault.hole():
            return found_by(world, fault.matrix, fault.checks, enough=1)
    finally:
        forget()
