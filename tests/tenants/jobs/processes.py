"""Real runners on the test's database."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from django.conf import settings

ROOT = Path(__file__).resolve().parents[3]

Start: TypeAlias = Callable[..., "subprocess.Popen[bytes]"]


def start_runner(*command: str, **environment: str) -> subprocess.Popen[bytes]:
    """Start a management command as an operator would."""
    return subprocess.Popen(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "BASE_DOMAIN": settings.BASE_DOMAIN,
            **environment,
        },
    )


def wait_for(what: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until something is so, at most so many seconds."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
