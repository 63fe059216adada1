"""The databases that tests run in.

A template database is built once for each state of migrations, procedures and onboarding: shared
tables, procedures, two communes. Every test process copies it, which takes a fraction of a
second, works in its copy as the application's role, and drops it at the end.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg2
from django.conf import settings
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg2 import sql

ROOT = Path(__file__).resolve().parent.parent
COMMUNES = ("00004", "00008")
PREFIX = "xaso_test_"
_TEMPLATES_KEPT = 3
_LOCK = 7_302_614
_DROP_ATTEMPTS = 50
# What decides the content of the template database.
_SOURCES = (
    "*/*/migrations/*.py",
    "*/*/data/*",
    "services/catalogue/*.py",
    "tenants/fleet/*.py",
    "tenants/kit/*.py",
    "tests/database.py",
)

# In milliseconds. A test runs jobs in its own transaction, on a connection with the limits of
# pages: it stands idle while a busy machine draws a paper, for which a job has longer than a page.
# Programs that a test starts keep the limits of the product.
_PATIENT = " -c idle_in_transaction_session_timeout=300000"


class TestServer:
    """The server named by DATABASE_URL and DATABASE_OWNER_URL, or this machine's own."""

    __test__ = False

    def __init__(self) -> None:
        if "DATABASE_URL" not in os.environ:
            from config.local.postgres import start

            server = start(ROOT / ".local" / "test", fast=True)
            os.environ["DATABASE_URL"] = server.application_url
            os.environ["DATABASE_OWNER_URL"] = server.owner_url
        self.application = _parse(os.environ["DATABASE_URL"])
        self.owner = _parse(os.environ.get("DATABASE_OWNER_URL", os.environ["DATABASE_URL"]))
        self.template = f"{PREFIX}{_digest()}"
        self.copy = f"{self.template}_{os.getpid()}"
        _default_settings()["APPLICATION_ROLE"] = self.application["USER"]
        _default_settings()["OPTIONS"]["options"] += _PATIENT

    def set_up(self) -> None:
        """Make the template if it is not there, copy it, and work in the copy."""
        with self._administration() as administration:
            administration.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
            _drop_leftovers(administration, keep=self.template)
            if not _exists(administration, self.template):
                self._make_template(administration)
        self.renew()

    def renew(self) -> None:
        """Put a fresh copy of the template in the place of the one that was worked in."""
        connections[DEFAULT_DB_ALIAS].close()
        self._make_copy(self.copy)
        self.work_in(self.copy, self.application)

    def tear_down(self) -> None:
        """Drop the copy."""
        connections[DEFAULT_DB_ALIAS].close()
        self._drop(self.copy)

    @contextlib.contextmanager
    def another_copy(self, purpose: str) -> Iterator[str]:
        """A further copy, for programs that a test starts; its name."""
        name = f"{self.copy}_{purpose}"
        self._make_copy(name)
        try:
            yield name
        finally:
            self._drop(name)

    def work_in(self, database: str, role: dict[str, Any]) -> None:
        """Connect the product to a database as a role."""
        connections[DEFAULT_DB_ALIAS].close()
        _default_settings().update(role, NAME=database)
        # Programs that a test starts work in the same database.
        for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
            if url := os.environ.get(name):
                os.environ[name] = urlsplit(url)._replace(path=f"/{database}").geturl()

    def end_connection(self) -> None:
        """End this process's connection from the server's side, as a restart would."""
        ended = connections[DEFAULT_DB_ALIAS].connection.info.backend_pid
        with self._administration(self.application) as administration:
            administration.execute("SELECT pg_terminate_backend(%s, 5000)", [ended])

    def _make_copy(self, name: str) -> None:
        self._drop(name)
        with self._administration() as administration:
            _run(administration, "CREATE DATABASE {} TEMPLATE {}", name, self.template)

    def _drop(self, name: str) -> None:
        with self._administration() as administration:
            for attempts_left in reversed(range(_DROP_ATTEMPTS)):
                try:
                    _run(administration, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
                    return
                except psycopg2.errors.InsufficientPrivilege:
                    # Autovacuum is at work in it, which only a superuser may end.
                    if not attempts_left:
                        raise
                    time.sleep(0.2)

    def _make_template(self, administration: Any) -> None:
        making = f"{self.template}_making"
        _run(administration, "DROP DATABASE IF EXISTS {} WITH (FORCE)", making)
        _run(administration, "CREATE DATABASE {}", making)
        self._fill(making)
        _run(administration, "ALTER DATABASE {} RENAME TO {}", making, self.template)

    def _fill(self, database: str) -> None:
        """Make what every test finds: shared tables, procedures, two communes."""
        from tenants.fleet.onboarding import onboard_commune
        from tenants.fleet.preparation import prepare_database

        self.work_in(database, self.owner)
        prepare_database(verbosity=0)
        call_command("load_procedures", verbosity=0)
        for code in COMMUNES:
            onboard_commune(code)
        connections[DEFAULT_DB_ALIAS].close()

    @contextlib.contextmanager
    def _administration(self, role: dict[str, Any] | None = None) -> Iterator[Any]:
        login = {name.lower(): value for name, value in (role or self.owner).items()}
        connection = psycopg2.connect(dbname="postgres", **login)
        connection.autocommit = True
        with contextlib.closing(connection), connection.cursor() as cursor:
            yield cursor


def _default_settings() -> dict[str, Any]:
    return connections.settings[DEFAULT_DB_ALIAS]  # type: ignore[no-any-return]


def _parse(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    return {
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
    }


def _digest() -> str:
    decided = [*settings.INSTALLED_APPS, *sorted(settings.SCHEDULED_TASKS)]
    digest = hashlib.sha256(str(decided).encode())
    for pattern in _SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            if path.is_file():
                digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def _run(cursor: Any, statement: str, *names: str) -> None:
    cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _exists(cursor: Any, name: str) -> bool:
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
    return cursor.fetchone() is not None


def _drop_leftovers(cursor: Any, *, keep: str) -> None:
    """Drop copies whose process has ended, and all but the newest templates."""
    cursor.execute(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY oid DESC",
        [PREFIX],
    )
    names = [name for (name,) in cursor.fetchall()]
    templates = [name for name in names if re.fullmatch(PREFIX + "[0-9a-f]{12}", name)]
    old = set(templates[_TEMPLATES_KEPT:]) - {keep}
    for name in names:
        copy = re.fullmatch(PREFIX + "[0-9a-f]{12}_([0-9]+)(?:_[a-z]+)?", name)
        if name in old or (copy and not alive(int(copy[1]))):
            with contextlib.suppress(psycopg2.Error):  # another run copies it just now
                _run(cursor, "DROP DATABASE IF EXISTS {}", name)


def alive(pid: int) -> bool:
    """Whether a process of this number runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
