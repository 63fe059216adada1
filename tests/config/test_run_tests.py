"""`make test` without a browser: it says so and fails, unless that was asked for."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def machine_without_browser(tmp_path: Path) -> Path:
    """A folder for PATH with what the script itself calls, and no browser."""
    for program in ("sh", "dirname"):
        (tmp_path / program).symlink_to(shutil.which(program) or program)
    return tmp_path


def run(path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    # `true` stands for pytest: a copy of the script in a project of its own.
    project = path / "project"
    (project / "config/local").mkdir(parents=True)
    (project / ".venv/bin").mkdir(parents=True)
    shutil.copy(ROOT / "config/local/run_tests.sh", project / "config/local")
    python = project / ".venv/bin/python"
    python.write_text('#!/bin/sh\necho "ran: $*"\n')
    python.chmod(0o755)
    command = ["sh", str(project / "config/local/run_tests.sh")]
    environment = {"PATH": str(path), **environment}
    return subprocess.run(command, env=environment, capture_output=True, text=True)


def test_a_missing_browser_runs_the_rest_and_fails_naming_the_command(machine_without_browser):
    done = run(machine_without_browser)
    assert "ran: -m pytest -n 2 -m not browser" in done.stdout
    assert done.returncode == 1
    assert "apt-get install -y chromium" in done.stderr


def test_browser_off_is_explicit_and_passes(machine_without_browser):
    done = run(machine_without_browser, BROWSER="off")
    assert "-m not browser" in done.stdout
    assert done.returncode == 0


def test_with_a_browser_everything_runs(machine_without_browser):
    (machine_without_browser / "chromium").symlink_to(shutil.which("true") or "true")
    done = run(machine_without_browser)
    assert "ran: -m pytest -n 2\n" in done.stdout
    assert done.returncode == 0
