"""The stack that is measured: a PostgreSQL that can log, gunicorn and the job runner."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
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

from bench.processes import family
from config.local import postgres
from tenants.communes.official_list import host_label

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".local" / "bench"
DATA = Path(__file__).parent / "data"
DOMAIN = "xaso.localhost"
# Filing is measured in one commune; the desk of another holds the cases of the list.
FILING, DESK = "00004", "00008"
COMMUNES = (FILING, DESK, "16681", "26740")
HOSTS = tuple(f"{host_label(code)}.{DOMAIN}" for code in COMMUNES)
_LOGGED = f"|{postgres.APPLICATION_ROLE}|LOG:  statement:"
START_SECONDS = 60.0
JOB_SECONDS = 120.0


class BenchFailed(Exception):
    """The measurement cannot go on, or found what must not be."""


class Stack:
    """Everything that runs during a measurement; begun empty and ended with `stop`."""

    def __init__(self) -> None:
        shutil.rmtree(HOME, ignore_errors=True)
        (HOME / "log").mkdir(parents=True)
        self.server = postgres.start(HOME)
        self._admin = psycopg2.connect(self.server.superuser_url)
        self._admin.autocommit = True
        self.port = _free_port()
        self.environment = os.environ | _settings(self.server, self.port)
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._log_at = 0

    # ── Starting and stopping ────────────────────────────────────────────
    def start(self) -> dict[str, Any]:
        """Make the database, the cases and the processes; return who can sign in and the like."""
        self._command("prepare_database")
        self._command("load_procedures", role="owner")
        self._command("load_procedures", str(DATA), role="owner")
        self._command("onboard", *COMMUNES)
        self._command("collectstatic", "--noinput")
        self._run("content", [sys.executable, "-m", "bench.content", FILING, DESK])
        made: dict[str, Any] = json.loads((HOME / "log" / "content.log").read_text())
        self._sql("ALTER SYSTEM SET log_line_prefix = '%%|%u|'")
        self._serve("web", _gunicorn(self.port))
        self._serve("jobs", [sys.executable, "manage.py", "run_jobs"])
        self._wait_for_pages()
        return made

    def stop(self) -> None:
        """Stop what was started and take the data away."""
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            process.wait()
        self._processes.clear()
        self._admin.close()
        self.server.stop()
        subprocess.run(
            [sys.executable, "-m", "config.local.postgres", "destroy", "--state", str(HOME)],
            check=False,
        )

    def papers(self) -> dict[str, float]:
        """What `bench.papers` measures."""
        self._run("papers", [sys.executable, "-m", "bench.papers"])
        figures: dict[str, float] = json.loads((HOME / "log" / "papers.log").read_text())
        return figures

    def stop_web(self) -> list[str]:
        """Stop the web server; return the modules its workers should not have imported."""
        web = self._processes.pop("web")
        web.terminate()
        web.wait()
        lines = Path(self.environment["BENCH_IMPORTS"]).read_text().splitlines()
        if not lines:
            raise BenchFailed("the web worker did not say what it had imported")
        return sorted({name for line in lines for name in line.split()[1:]})

    # ── What is running ──────────────────────────────────────────────────
    @property
    def program_pids(self) -> list[int]:
        """Web server and job runner; their children belong to them."""
        return [process.pid for process in self._processes.values()]

    @property
    def worker_pid(self) -> int:
        """The one web worker."""
        master = self._processes["web"].pid
        (worker,) = [pid for pid in family(master) if pid != master]
        return worker

    @property
    def server_pid(self) -> int:
        """The parent of all PostgreSQL processes."""
        folder = Path(str(self._row("SHOW data_directory")[0]))
        return int((folder / "postmaster.pid").read_text().splitlines()[0])

    def wait_for_jobs(self) -> None:
        """Wait until no job is queued or runs; one that failed for good ends the measurement."""
        deadline = time.monotonic() + JOB_SECONDS
        while True:
            left, error = self._row(
                "SELECT count(*) FILTER (WHERE state IN ('queued', 'running')), "
                "max(error) FILTER (WHERE state = 'failed') FROM jobs_job"
            )
            if error:
                raise BenchFailed(f"a job failed: {error}")
            if not left:
                return
            if time.monotonic() > deadline:
                raise BenchFailed(f"{left} jobs are still waiting")
            time.sleep(0.01)

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
        self._sql(f"ALTER SYSTEM SET log_statement = '{which}'")
        time.sleep(0.2)  # until every backend has heard of it

    def _row(self, query: str) -> tuple[Any, ...]:
        with self._admin.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchone() or ()

    def _sql(self, statement: str) -> None:
        with self._admin.cursor() as cursor:
            cursor.execute(statement)
            cursor.execute("SELECT pg_reload_conf()")

    # ── Processes ────────────────────────────────────────────────────────
    def _command(self, *arguments: str, role: str | None = None) -> None:
        self._run(arguments[0], [sys.executable, "manage.py", *arguments], role=role)

    def _run(self, name: str, command: list[str], role: str | None = None) -> None:
        environment = self.environment | ({"DATABASE_ROLE": role} if role else {})
        log, faults = HOME / "log" / f"{name}.log", HOME / "log" / f"{name}.err"
        with log.open("wb") as output, faults.open("wb") as errors:
            done = subprocess.run(
                command, cwd=ROOT, env=environment, stdout=output, stderr=errors, check=False
            )
        if done.returncode:
            end = faults.read_text(errors="replace")[-2000:]
            raise BenchFailed(f"{name} failed:\n{end}")

    def _serve(self, name: str, command: list[str]) -> None:
        with (HOME / "log" / f"{name}.log").open("wb") as log:
            self._processes[name] = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )

    def _wait_for_pages(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            with contextlib.closing(connection), contextlib.suppress(OSError):
                connection.request("GET", "/", headers={"Host": f"{HOSTS[0]}:{self.port}"})
                if (status := connection.getresponse().status) != http.HTTPStatus.OK:
                    log = (HOME / "log" / "web.log").read_text(errors="replace")[-2000:]
                    raise BenchFailed(f"the first page answers {status}:\n{log}")
                return
            if time.monotonic() > deadline:
                raise BenchFailed("the web server does not answer")
            time.sleep(0.1)


def _gunicorn(port: int) -> list[str]:
    """The production command (see Dockerfile) without the recycling of workers."""
    options = (
        f"--bind 127.0.0.1:{port} --worker-class sync --workers 1 --no-control-socket "
        "--access-logfile - --config python:bench.gunicorn_hooks"
    )
    return [sys.executable, "-m", "gunicorn", "config.wsgi", *options.split()]


def _settings(server: postgres.LocalServer, port: int) -> dict[str, str]:
    def key() -> str:
        return base64.b64encode(secrets.token_bytes(32)).decode()

    return {
        "BASE_DOMAIN": DOMAIN,
        "PUBLIC_PORT": f":{port}",
        "DEBUG": "False",
        "DATABASE_URL": server.application_url,
        "DATABASE_OWNER_URL": server.owner_url,
        "SECRET_KEY": secrets.token_urlsafe(48),
        "ENCRYPTION_KEYS": f"bench:{key()}",
        "INDEX_KEY": key(),
        "FILES_ROOT": str(HOME / "files"),
        "BLUEPRINT_DIR": str(HOME / "blueprints"),
        "EMAIL_FILE_PATH": str(HOME / "mail"),
        "BENCH_PASSWORD": secrets.token_urlsafe(16),
        "BENCH_IMPORTS": str(HOME / "imports"),
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
