"""32 processes race on one case and on one series of numbers; what must stay 0 is counted."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import Any

from bench.results import Results
from bench.server import BenchFailed
from bench.stack import COMMUNES, ROOT, Stack

PROCESSES, ATTEMPTS = 32, 50_000
# A commune in which nothing else is measured.
COMMUNE = COMMUNES[2]
# So many wait for one row that a person at the desk would give up; a process does not.
PATIENT = {"STATEMENT_TIMEOUT_MS": "120000"}
_PRINTING = "DELETE FROM jobs_job WHERE state = 'queued'"


def measure(stack: Stack, people: dict[str, Any], results: Results) -> None:
    """Race, then read from the database what came of it."""
    command = [sys.executable, "-m", "bench.desk.racing", COMMUNE, str(PROCESSES), str(ATTEMPTS)]
    began = time.monotonic()
    with stack.without_jobs():
        ran = subprocess.run(
            command,
            cwd=ROOT,
            env=stack.environment | PATIENT,
            capture_output=True,
            text=True,
            check=False,
        )
        # Nobody reads the slips of a race.
        stack.sql(_PRINTING)
    if ran.returncode:
        raise BenchFailed(f"the race failed:\n{ran.stderr[-2000:]}")
    found = json.loads(ran.stdout.splitlines()[-1])
    if found["broken"]:
        raise BenchFailed(f"{found['broken']} attempts broke: {found['errors']}")
    note = (
        f"{PROCESSES} processes, {found['cases']} cases, {found['done']:,} done, "
        f"{found['refused']:,} refused, {time.monotonic() - began:.0f} s"
    )
    results.add("races.attempts", found["attempts"], note)
    for name in ("duplicates", "gaps", "illegal"):
        results.add(f"races.{name}", found[name])
