"""Processes that end with their test."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest
from django.conf import settings

from tests.tenants.jobs.processes import Start, start_runner


@pytest.fixture
def start(transactional_db: None) -> Iterator[Start]:
    """Start runners by their command: `start("run_jobs")`."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*command: str, **environment: str) -> subprocess.Popen[bytes]:
        started.append(start_runner(*command, **environment))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture(params=[False, True], ids=["one server", "cluster"])
def also_on_a_cluster(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice: what is one statement on one server goes row by row on a Citus cluster."""
    monkeypatch.setattr(settings, "CITUS", request.param)
