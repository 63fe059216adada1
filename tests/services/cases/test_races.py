"""32 processes at one case and one series of numbers: nothing twice, nothing missing, no step
outside the table. `make bench-desk` makes the same race with 50,000 attempts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bench.desk.races import PATIENT
from tests.database import TestServer

ROOT = Path(__file__).resolve().parents[3]
COMMUNE = "00004"


@pytest.mark.slow
def test_32_processes_at_one_case_and_one_series_leave_no_fault(
    django_db_setup: TestServer, tmp_path: Path
) -> None:
    with django_db_setup.another_copy("race") as database:
        url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}").geturl()
        environment = os.environ | {"DATABASE_URL": url, "FILES_ROOT": str(tmp_path)}
        environment |= PATIENT
        ran = subprocess.run(
            [sys.executable, "-m", "bench.desk.racing", COMMUNE, "32", "1920"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout.splitlines()[-1])
    assert found["broken"] == 0, found["errors"]
    assert found["attempts"] == 1920 and found["done"] > 1000 and found["refused"] > 50
    assert (found["duplicates"], found["gaps"], found["illegal"]) == (0, 0, 0), found
