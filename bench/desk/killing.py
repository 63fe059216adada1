"""Killing job runners at named points and letting others go on."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from bench.desk.partner import CountingPartner

ROOT = Path(__file__).resolve().parent.parent.parent
# A dead runner's job waits so long; the machine may be busy.
LEASE = 3
WAIT_SECONDS = 120.0


class NotKilled(Exception):
    """A runner ended in another way than it should, or did not end."""


def sending_through(partner: CountingPartner, environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of processes that send their messages to this partner."""
    return {
        **environment,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": str(ROOT),
        "JOB_LEASE": str(LEASE),
        "SMS_BACKEND": "tenants.kit.sms.HttpSender",
        "SMS_HTTP_URL": partner.url,
        "SMS_HTTP_TOKEN": "a token of the measurement",
    }


def kill_runners(
    points: Iterable[str], partner: CountingPartner, environment: Mapping[str, str]
) -> int:
    """Start a runner for each point, one after the other; return how many were killed there."""
    killed = 0
    for point in points:
        partner.refuses = 1 if point == "refused" else 0
        command = [sys.executable, "-m", "bench.desk.dying_runner", point]
        runner = subprocess.Popen(command, cwd=ROOT, env=dict(environment))
        if point == "in_call":
            partner.kills = runner.pid
        try:
            code = runner.wait(timeout=WAIT_SECONDS)
        except subprocess.TimeoutExpired:
            runner.kill()
            runner.wait()
            raise NotKilled(f"{point}: the runner never came there") from None
        if code != -signal.SIGKILL:
            raise NotKilled(f"{point}: the runner ended with {code}")
        killed += 1
    return killed


def go_on(environment: Mapping[str, str], is_done: Callable[[], bool]) -> None:
    """Let an ordinary runner do what is left, after the last lease has run out."""
    time.sleep(LEASE)
    command = [sys.executable, "manage.py", "run_jobs"]
    runner = subprocess.Popen(command, cwd=ROOT, env=dict(environment))
    try:
        deadline = time.monotonic() + WAIT_SECONDS
        while not is_done():
            if time.monotonic() > deadline:
                raise NotKilled("the jobs did not come to an end")
            time.sleep(0.1)
    finally:
        runner.terminate()
        runner.wait()
