"""Gunicorn's configuration in a measurement: a worker that ends says what it had imported."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

FORBIDDEN = ("weasyprint", "pikepdf", "PIL", "pyhanko", "openpyxl")


def worker_exit(_server: Any, _worker: Any) -> None:
    """Write the forbidden modules of this worker to the file that the bench reads."""
    found = [name for name in FORBIDDEN if name in sys.modules]
    with Path(os.environ["BENCH_IMPORTS"]).open("a") as file:
        file.write(" ".join(["worker", *found]) + "\n")
