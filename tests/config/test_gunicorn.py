"""A web worker's life: it ends after its requests, and the next one knows the pages at once."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from tests.database import TestServer
from tests.serving import BA_DINH, CENTRE, ROOT, ask, environment, workers

CONFIGURATION = ROOT / "config" / "gunicorn.py"


@pytest.fixture
def settings_of(monkeypatch: pytest.MonkeyPatch):
    def read(**given: str) -> dict[str, object]:
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(CONFIGURATION))

    return read


def test_a_worker_is_one_process_with_one_connection(settings_of):
    found = settings_of()
    assert found["worker_class"] == "sync"
    assert found["workers"] == 1


def test_workers_do_not_all_end_at_once(settings_of):
    found = settings_of()
    assert found["max_requests"] == 2000
    assert found["max_requests_jitter"] == 400


def test_the_environment_says_where_and_how_long(settings_of):
    found = settings_of(WEB_BIND="unix:/run/xaso/main-3.sock", WEB_MAX_REQUESTS="0")
    assert found["bind"] == "unix:/run/xaso/main-3.sock"
    assert found["max_requests"] == found["max_requests_jitter"] == 0


def test_pages_are_loaded_before_a_worker_is_copied_and_no_connection_is_shared(
    db: None, release_folder: Path
):
    """What a worker would load at its first page is there, and nothing else is open."""
    said = """
import sys
from config.wsgi import application
from config.warm_up import warm_up
from django.db import connection
assert warm_up(application)
assert connection.connection is None
assert "services.desk.urls" in sys.modules
from services.catalogue.registry import _versions
assert len(_versions) > 3
"""
    done = subprocess.run(
        [sys.executable, "-c", said],
        cwd=ROOT,
        env=environment(release_folder),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_a_database_that_is_away_does_not_hinder_the_start(release_folder: Path):
    away = "postgresql://xaso_app:x@127.0.0.1:1/xaso"
    with workers(1, release_folder, DATABASE_URL=away) as (worker,):
        assert ask(worker.port, "/healthz", host=CENTRE).status == 200
        assert ask(worker.port).status == 503
        assert "does not answer yet" in worker.log.read_text()


def test_it_ends_after_its_requests_and_another_goes_on_and_its_log_names_nobody(
    django_db_setup: TestServer, release_folder: Path
):
    with django_db_setup.another_copy("worker") as database:
        url = re.sub(r"/[^/]*$", f"/{database}", os.environ["DATABASE_URL"])
        more = {"DATABASE_URL": url, "WEB_MAX_REQUESTS": "3", "WEB_ACCESS_LOG": "-"}
        with workers(1, release_folder, **more) as (worker,):
            path = "/thu-tuc/?q=001090012345"
            assert {ask(worker.port, path, host=BA_DINH).status for _ in range(9)} == {200}
    log = worker.log.read_text()
    assert log.count("Autorestarting worker") >= 2
    assert f'{BA_DINH} "GET /thu-tuc/" 200' in log
    assert "001090012345" not in log and "127.0.0.1 " not in log
