"""The database stops as in a crash while people use the pages: nobody sees a fault of ours."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlencode

import psycopg2
import pytest

from config.local import postgres
from tests.database import TestServer
from tests.serving import BA_DINH, CENTRE, NGOC_HA, Answer, Worker, ask, workers

AWAY_SECONDS = 1.5
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
# Looks a case up that is not there, for which the database is needed.
NOT_FOUND = HTTPStatus.UNPROCESSABLE_ENTITY
LOOKED_FOR = urlencode({"code": "H26.00004-261122-9999", "national_id": "001090012345"}).encode()


@dataclass
class OwnServer:
    """A PostgreSQL server that only this test uses, with the communes of every test."""

    home: postgres.Home
    server: postgres.LocalServer

    def crash(self) -> None:
        """Stop it as a crash does: no farewell to anybody, recovery at the next start."""
        self.home.run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", str(self.home.data))

    def restart(self) -> None:
        """Start it again on the port that it had."""
        self.home.launch(int(self.home.read_state()["port"]), fast=True)


@pytest.fixture(scope="module")
def own_server(
    django_db_setup: TestServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OwnServer]:
    state = tmp_path_factory.mktemp("own-server")
    server = postgres.start(state, fast=True)
    home = postgres.Home.of(state)
    copy = home.path / "copy"
    copy.mkdir()
    home.give(copy)
    login = {name.lower(): value for name, value in django_db_setup.owner.items()}
    source = psycopg2.extensions.make_dsn(dbname=django_db_setup.template, **login)
    home.run("pg_dump", f"--dbname={source}", f"--file={copy}/dump.sql")
    home.run("psql", "--quiet", f"--dbname={server.owner_url}", f"--file={copy}/dump.sql")
    yield OwnServer(home, server)
    home.stop()
    shutil.rmtree(home.path)


@pytest.fixture(scope="module")
def worker(own_server: OwnServer, release_folder: Path) -> Iterator[Worker]:
    with workers(1, release_folder, DATABASE_URL=own_server.server.application_url) as (one,):
        yield one


def _read(worker: Worker, host: str) -> Answer:
    return ask(worker.port, "/thu-tuc/" if host != CENTRE else "/", host=host)


def _send(worker: Worker) -> Answer:
    return ask(worker.port, "/tra-cuu/", method="POST", body=LOOKED_FOR, headers=FORM)


def test_a_reader_does_not_notice_that_the_database_was_restarted(
    own_server: OwnServer, worker: Worker
):
    assert _read(worker, BA_DINH).status == HTTPStatus.OK
    own_server.crash()
    own_server.restart()
    assert _read(worker, BA_DINH).status == HTTPStatus.OK


def test_what_was_sent_is_not_sent_twice_by_us(own_server: OwnServer, worker: Worker):
    # Another test's crash may have left broken connections; each is told once and replaced.
    first = [_send(worker).status for _ in range(5)]
    assert first[-1] == NOT_FOUND
    own_server.crash()
    own_server.restart()
    refused = _send(worker)
    assert refused.status == HTTPStatus.SERVICE_UNAVAILABLE
    assert refused.headers["Retry-After"]
    assert "gửi lại" in refused.text
    assert _send(worker).status == NOT_FOUND


def test_no_page_is_a_fault_while_the_database_is_away_and_all_come_back(
    own_server: OwnServer, worker: Worker
):
    answers: list[tuple[str, Answer]] = []
    ended = threading.Event()

    def use() -> None:
        while not ended.is_set():
            answers.extend((host, _read(worker, host)) for host in (BA_DINH, NGOC_HA, CENTRE))
            answers.append(("POST", _send(worker)))

    people = [threading.Thread(target=use) for _ in range(2)]
    for one in people:
        one.start()
    time.sleep(0.3)
    own_server.crash()
    began = time.monotonic()
    time.sleep(AWAY_SECONDS)
    own_server.restart()
    while any(_read(worker, host).status != HTTPStatus.OK for host in (BA_DINH, NGOC_HA)):
        assert time.monotonic() - began < 30
    ended.set()
    for one in people:
        one.join()
    assert {answer.status for _, answer in answers} <= {
        HTTPStatus.OK,
        NOT_FOUND,
        HTTPStatus.SERVICE_UNAVAILABLE,
    }
    busy = [answer for _, answer in answers if answer.status == 503]
    assert len(busy) > 3
    assert all(answer.headers["Retry-After"] for answer in busy)
    for host, name in ((BA_DINH, "Phường Ba Đình"), (NGOC_HA, "Phường Ngọc Hà")):
        pages = [a.text for place, a in answers if place == host and a.status == 200]
        assert pages and all(name in page for page in pages)
    assert _read(worker, CENTRE).status == HTTPStatus.OK
