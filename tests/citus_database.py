"""The databases that tests run in on a Citus cluster: `make test-citus`.

A database there is one on every node, with the extension in each and the nodes made known to one
another. The extension's tables say which node has what, so a copy by TEMPLATE would be a
coordinator whose nodes know nothing of it: every database is made from nothing instead. That
takes seconds, where a copy takes a fraction of one.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg2
import pytest
from psycopg2 import sql

from tests.database import PREFIX, TestServer, alive

# For what is so on one server only: a cluster takes more statements for some things.
on_one_server = pytest.mark.skipif("CITUS_URL" in os.environ, reason="about one server")


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server of the cluster, as the nodes and this machine reach it."""

    host: str
    port: int


class CitusTestServer(TestServer):
    """The cluster whose coordinator CITUS_URL names; its superuser makes the databases."""

    __test__ = False

    def __init__(self) -> None:
        super().__init__()
        self.url = os.environ["CITUS_URL"]
        with self._on(None) as cursor:
            cursor.execute(
                "SELECT nodename, nodeport FROM pg_dist_node "
                "WHERE noderole = 'primary' AND isactive ORDER BY groupid = 0 DESC, groupid"
            )
            self.coordinator, *self.workers = (Server(*row) for row in cursor.fetchall())

    def set_up(self) -> None:
        """Drop what ended processes left, make this one's database and work in it."""
        with self._on(None) as cursor:
            cursor.execute(
                "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX]
            )
            left = [name for (name,) in cursor.fetchall()]
        for name in left:
            pids = [int(part) for part in name.split("_")[3:4] if part.isdigit()]
            if not any(map(alive, pids)):
                self._drop(name)
        self.renew()

    def _make_copy(self, name: str) -> None:
        self._drop(name)
        for server in (self.coordinator, *self.workers):
            with self._on(server) as cursor:
                _run(cursor, "CREATE DATABASE {} OWNER {}", name, self.owner["USER"])
            with self._on(server, name) as cursor:
                cursor.execute("CREATE EXTENSION citus")
        with self._on(self.coordinator, name) as cursor:
            cursor.execute(
                "SELECT citus_set_coordinator_host(%s, %s)",
                [self.coordinator.host, self.coordinator.port],
            )
            for worker in self.workers:
                cursor.execute("SELECT citus_add_node(%s, %s)", [worker.host, worker.port])
        self._fill(name)

    def _drop(self, name: str) -> None:
        for server in (self.coordinator, *self.workers):
            with self._on(server) as cursor:
                _run(cursor, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    @contextlib.contextmanager
    def _on(self, server: Server | None, database: str = "") -> Iterator[Any]:
        """Work as the superuser on a server, or on what CITUS_URL names."""
        place = {} if server is None else {"host": server.host, "port": server.port}
        if database:
            place["dbname"] = database
        opened = psycopg2.connect(self.url, **place)
        opened.autocommit = True
        with contextlib.closing(opened), opened.cursor() as cursor:
            yield cursor


def _run(cursor: Any, statement: str, *names: str) -> None:
    cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
