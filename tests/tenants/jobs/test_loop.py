"""The runner as a process: woken by a commit, killed at any time, stopped cleanly."""

from __future__ import annotations

import signal
import subprocess
import time
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.module_loading import import_string

from tenants.accounts.models import DeskSession
from tenants.communes.current import in_commune
from tenants.jobs.loop import get_ready
from tenants.jobs.models import Job, Schedule
from tenants.jobs.runner import release_expired, run_pending_jobs
from tests.tenants.jobs.processes import Start, wait_for
from tests.tenants.jobs.sample_tasks import effect_then_hang, write_file, write_timeouts

STARTS: list[str] = []


def note_start() -> None:
    STARTS.append("noted")


def fail_to_start() -> None:
    raise RuntimeError("no")


@pytest.fixture
def runner(start: Start) -> subprocess.Popen[bytes]:
    """A real runner on the test's database; nothing falls due by itself meanwhile."""
    Schedule.objects.update(next_at=timezone.now() + timedelta(hours=5))
    return start("run_jobs")


def test_a_runner_gets_ready_even_if_one_step_fails(caplog: pytest.LogCaptureFixture) -> None:
    steps = [f"{__name__}.fail_to_start", f"{__name__}.note_start"]
    STARTS.clear()

    get_ready(steps)

    assert STARTS == ["noted"]
    assert "fail_to_start" in caplog.text


def test_the_product_names_a_start_that_exists() -> None:
    for name in settings.JOB_RUNNER_STARTS:
        assert callable(import_string(name))


def test_a_commit_wakes_the_runner_which_has_time_limits_of_its_own_and_sigterm_stops_it(
    runner: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    with in_commune("00004"):
        write_timeouts.enqueue(str(first))
    wait_for(lambda: first.exists() and first.read_text() == "1min 1min")
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("5s",)  # a page's
    time.sleep(0.3)  # the runner goes to sleep

    with in_commune("00008"):
        write_file.enqueue(str(second))
    enqueued = time.monotonic()
    wait_for(second.exists, seconds=5)

    # Far sooner than its sweep: it was woken.
    assert time.monotonic() - enqueued < 3
    wait_for(lambda: second.read_text() == "00008")
    runner.send_signal(signal.SIGTERM)
    assert runner.wait(timeout=10) == 0


def test_a_runner_killed_in_a_job_leaves_nothing_and_the_job_runs_again_once(
    runner: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    started = tmp_path / "started"
    account = uuid4()
    with in_commune("00004"):
        effect_then_hang.enqueue(str(account), str(started))
    wait_for(started.exists)

    runner.send_signal(signal.SIGKILL)
    runner.wait()

    assert Job.objects.get().state == "running"
    assert not DeskSession.objects.exists()
    assert run_pending_jobs() == 0
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert release_expired() == 1
    assert run_pending_jobs() == 1
    assert DeskSession.objects.filter(account_id=account).count() == 1
    assert (Job.objects.get().state, Job.objects.get().attempts) == ("done", 2)
