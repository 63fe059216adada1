"""The PostgreSQL server that is measured: it can log, tell its pid, and be thrown away."""

from __future__ import annotations

import base64
import contextlib
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2

from config.local import postgres

DOMAIN = "xaso.localhost"
_LOGGED = f"|{postgres.APPLICATION_ROLE}|LOG:  statement:"


class BenchFailed(Exception):
    """The measurement cannot go on, or found what must not be."""


class MeasuredServer:
    """A server of this measurement's own, begun empty and ended with `destroy`."""

    def __init__(self, home: Path) -> None:
        shutil.rmtree(home, ignore_errors=True)
        (home / "log").mkdir(parents=True)
        self.home = home
        self.server = postgres.start(home)
        self._log_at = 0
        self.connect()
        self.sql("ALTER SYSTEM SET log_line_prefix = '%%|%u|'")

    def connect(self) -> None:
        """Connect as the superuser; once more after the server was started anew."""
        self._admin = psycopg2.connect(self.server.superuser_url)
        self._admin.autocommit = True

    def destroy(self) -> None:
        """Stop the server and take the data away."""
        self._admin.close()
        self.server.stop()
        subprocess.run(
            [sys.executable, "-m", "config.local.postgres", "destroy", "--state", str(self.home)],
            check=False,
        )

    @property
    def server_pid(self) -> int:
        """The parent of all PostgreSQL processes."""
        folder = Path(str(self.row("SHOW data_directory")[0]))
        return int((folder / "postmaster.pid").read_text().splitlines()[0])

    # ── Statements ───────────────────────────────────────────────────────
    @contextlib.contextmanager
    def statements_logged(self) -> Iterator[None]:
        """Let the server log every statement meanwhile."""
        self._log_statements("all")
        self._log_at = self.server.log_path.stat().st_size
        try:
            yield
        finally:
            self._log_statements("none")

    def take_statements(self) -> list[str]:
        """The first lines of the application's statements since this was last asked."""
        with self.server.log_path.open("rb") as log:
            log.seek(self._log_at)
            new = log.read()
        self._log_at += len(new)
        lines = new.decode(errors="replace").splitlines()
        return [line.partition("statement: ")[2] for line in lines if _LOGGED in line]

    def _log_statements(self, which: str) -> None:
        self.sql(f"ALTER SYSTEM SET log_statement = '{which}'")
        time.sleep(0.2)  # until every backend has heard of it

    def row(self, query: str) -> tuple[Any, ...]:
        """The first row of an answer."""
        with self._admin.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchone() or ()

    def sql(self, statement: str) -> None:
        """Run a statement as the superuser; changed settings are read again."""
        with self._admin.cursor() as cursor:
            cursor.execute(statement)
            cursor.execute("SELECT pg_reload_conf()")


def product_settings(home: Path, server: postgres.LocalServer, port: str) -> dict[str, str]:
    """The environment of the product's processes in a measurement; `port` is ":8000" or empty."""

    def key() -> str:
        return base64.b64encode(secrets.token_bytes(32)).decode()

    return {
        "BASE_DOMAIN": DOMAIN,
        "PUBLIC_PORT": port,
        "DEBUG": "False",
        "DATABASE_URL": server.application_url,
        "DATABASE_OWNER_URL": server.owner_url,
        "SECRET_KEY": secrets.token_urlsafe(48),
        "ENCRYPTION_KEYS": f"bench:{key()}",
        "INDEX_KEY": key(),
        "FILES_ROOT": str(home / "files"),
        "BLUEPRINT_DIR": str(home / "blueprints"),
        "EMAIL_FILE_PATH": str(home / "mail"),
    }


def free_port() -> int:
    """A port that nobody uses just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
