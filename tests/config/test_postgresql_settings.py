"""The settings that the command prints, read by a real server."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from io import StringIO
from pathlib import Path

import psycopg2
import pytest
from django.core.management import CommandError, call_command

from config.deploy.postgresql import MB, settings_for
from config.local import postgres


def printed(memory: str = "2GB", workers: int = 4) -> str:
    out = StringIO()
    call_command("postgresql_settings", memory=memory, workers=workers, stdout=out)
    return out.getvalue()


def test_a_server_starts_with_them_and_has_each(tmp_path: Path):
    postgres.start(tmp_path, fast=True).stop()
    home = postgres.Home.of(tmp_path)
    port = home.read_state()["port"]
    try:
        file = home.data / "xaso.conf"
        file.write_text(printed())
        home.give(file)
        with (home.data / "postgresql.conf").open("a") as main:
            main.write("include 'xaso.conf'\n")
        options = f"-c port={port} -c unix_socket_directories='' -c fsync=off"
        home.run("pg_ctl", "start", "-w", f"-D{home.data}", f"-l{home.log}", "-o", options)
        found = _from_file(home, port, file)
    finally:
        home.stop()
        shutil.rmtree(home.path)
    assert found == {one.name: one.value for one in settings_for(2048 * MB, 4)}


def _from_file(home: postgres.Home, port: str, file: Path) -> dict[str, str]:
    """What of a file is in force."""
    login = {"user": postgres.SUPERUSER, "password": home.read_state()[postgres.SUPERUSER]}
    connection = psycopg2.connect(host="127.0.0.1", port=port, dbname="postgres", **login)
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, setting FROM pg_file_settings WHERE sourcefile = %s AND applied",
            [os.fspath(file)],
        )
        return dict(cursor.fetchall())


def test_sizes_follow_the_memory_and_connections_the_workers():
    text = printed("24GB", 40)
    assert "shared_buffers = '6144MB'" in text
    assert "max_connections = '60'" in text
    assert "max_connections = '50'" in printed()


def test_every_setting_has_its_reason():
    assert len(re.findall(r"(?m)^# .+\n[a-z_]+ = '", printed())) == len(settings_for(2048 * MB, 4))


@pytest.mark.parametrize("memory", ["", "24", "nhiều", "1GB"])
def test_memory_that_cannot_be_is_explained(memory: str):
    with pytest.raises(CommandError, match="GB"):
        printed(memory)
