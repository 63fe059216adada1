"""Units, script and document of a deployment say what the program is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from configparser import RawConfigParser
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command, get_commands

ROOT = Path(__file__).resolve().parents[2]
UNITS = sorted((ROOT / "config/deploy/systemd").glob("*.service"))
DOCUMENT = (ROOT / "docs/deploy.md").read_text()


def lines_of(unit: Path, word: str) -> list[str]:
    """The values of a word in a unit's service, which may stand there several times."""
    return re.findall(rf"(?m)^{word}=(.*)$", unit.read_text())


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_service_starts_again_and_may_write_its_own_folder_only(unit: Path):
    parser = RawConfigParser(strict=False)
    parser.read(unit)
    service = parser["Service"]
    assert service["Restart"] == "always"
    assert service["User"] == "xaso"
    assert service["ProtectSystem"] == "strict"
    assert service["ReadWritePaths"] == "/var/lib/xaso"


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_only_the_fleets_runner_has_the_owners_key(unit: Path):
    files = lines_of(unit, "EnvironmentFile")
    assert "/etc/xaso/xaso.env" in files
    assert ("/etc/xaso/owner.env" in files) == (unit.stem == "xaso-fleet-jobs")


def test_workers_listen_where_the_proxy_looks():
    (bind,) = (
        value.removeprefix("WEB_BIND=")
        for value in lines_of(ROOT / "config/deploy/systemd/xaso-web@.service", "Environment")
        if value.startswith("WEB_BIND=")
    )
    out = StringIO()
    call_command("nginx_configuration", workers=2, stdout=out)
    asked = re.findall(r"server (unix:\S+) ", out.getvalue())
    assert asked == [bind.replace("%i", f"main-{number}") for number in (1, 2)]


def test_an_address_of_a_client_is_taken_from_the_proxy():
    # A socket has none, and a sign-in without an address is refused.
    web = ROOT / "config/deploy/systemd/xaso-web@.service"
    assert "TRUSTED_PROXIES=1" in lines_of(web, "Environment")


def test_every_command_that_is_named_exists():
    named = set(re.findall(r"(?:xaso-manage|manage\.py) ([a-z_]+)", DOCUMENT))
    for unit in UNITS:
        named |= set(re.findall(r"manage\.py ([a-z_]+)", unit.read_text()))
    assert len(named) > 10
    assert named <= get_commands().keys()


def test_every_file_that_is_named_exists():
    for path in set(re.findall(r"/srv/xaso(?:-[A-Z]+)?/(config/[a-z/.-]*[a-z])", DOCUMENT)):
        assert (ROOT / path).exists(), path


def test_scripts_are_shell_that_reads():
    for script in ("build.sh", "xaso-manage"):
        path = ROOT / "config/deploy" / script
        subprocess.run(["sh", "-n", path], check=True)
    assert os.access(ROOT / "config/deploy/xaso-manage", os.X_OK)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_understands_the_units(tmp_path: Path):
    for unit in (ROOT / "config/deploy/systemd").iterdir():
        # Programs that are there, in the place of those of a deployment.
        text = re.sub(r"(?m)^(ExecStart)=\S+", rf"\1={shutil.which('true')}", unit.read_text())
        (tmp_path / unit.name).write_text(text.replace("/srv/xaso", str(tmp_path)))
    done = subprocess.run(
        ["systemd-analyze", "verify", *map(str, tmp_path.iterdir())],
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
        capture_output=True,
        text=True,
    )
    mine = [line for line in done.stderr.splitlines() if "xaso" in line]
    assert not mine
