"""No job is lost and none done twice: runners killed at named points, several at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.utils import timezone

from tenants.accounts.models import DeskSession
from tenants.communes.current import in_commune
from tenants.jobs.models import Job
from tenants.jobs.runner import release_expired, run_pending_jobs
from tests.tenants.jobs.processes import ROOT, Start, wait_for
from tests.tenants.jobs.sample_tasks import effect, tell_partner

# Where a runner is killed, and how often the partner hears of the job in all.
POINTS = {"claimed": 1, "before_commit": 2, "after_commit": 1}


class Partner(ThreadingHTTPServer):
    """Another system: counts calls, and does the same thing once."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.calls: Counter[str] = Counter()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class _Answers(BaseHTTPRequestHandler):
    server: Partner

    def do_POST(self) -> None:
        self.server.calls[parse_qs(urlsplit(self.path).query)["key"][0]] += 1
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_args: Any) -> None:
        pass


@pytest.fixture
def partner() -> Iterator[Partner]:
    server = Partner()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def killed_runner(point: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.tenants.jobs.dying_runner", point, point],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "BASE_DOMAIN": settings.BASE_DOMAIN,
        },
    )


def effects() -> Counter[UUID]:
    return Counter(DeskSession.objects.values_list("account_id", flat=True))


def test_whenever_a_runner_is_killed_each_job_has_its_effect_once(
    transactional_db: None, partner: Partner
) -> None:
    keys = {point: uuid4() for point in POINTS}
    with in_commune("00004"):
        for point, key in keys.items():
            tell_partner.using(queue_name=point).enqueue(str(key), partner.url)

    runners = [killed_runner(point) for point in POINTS]
    assert [runner.wait(timeout=60) for runner in runners] == [-signal.SIGKILL] * len(POINTS)

    states = {job.queue: job.state for job in Job.objects.all()}
    assert states == {"claimed": "running", "before_commit": "running", "after_commit": "done"}
    assert effects() == {keys["after_commit"]: 1}
    Job.objects.filter(state="running").update(lease_until=timezone.now() - timedelta(seconds=1))
    assert release_expired() == 2
    assert run_pending_jobs(tuple(POINTS)) == 2
    assert effects() == dict.fromkeys(keys.values(), 1)
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}
    assert partner.calls == {str(keys[point]): calls for point, calls in POINTS.items()}


def test_several_runners_share_the_jobs_and_do_each_once(start: Start) -> None:
    accounts = [uuid4() for _ in range(150)]
    for number, account in enumerate(accounts):
        with in_commune("00004" if number % 3 else "00008"):
            effect.enqueue(str(account))

    for _ in range(2):
        start("run_jobs")
    wait_for(lambda: not Job.objects.exclude(state="done").exists(), seconds=60)

    assert effects() == dict.fromkeys(accounts, 1)
    assert set(Job.objects.values_list("attempts", flat=True)) == {1}
    assert dict(DeskSession.objects.values_list("account_id", "commune_code")) == {
        account: "00004" if number % 3 else "00008" for number, account in enumerate(accounts)
    }
