"""`manage.py`: commands that would go round the fleet's registry lead to ours."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings


@pytest.mark.parametrize("command", ["migrate", "migrate_schemas"])
def test_communes_are_not_migrated_behind_the_registry(command: str) -> None:
    program = [sys.executable, Path(settings.BASE_DIR) / "manage.py", command]
    done = subprocess.run(program, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "migrate_fleet" in done.stderr
