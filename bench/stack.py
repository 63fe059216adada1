"""The stack that is measured: a PostgreSQL that can log, gunicorn and the job runner."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.processes import family
from bench.server import DOMAIN, BenchFailed, MeasuredServer, free_port, product_settings
from tenants.communes.official_list import host_label

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".local" / "bench"
DATA = Path(__file__).parent / "data"
# Filing is measured in one commune; the desk of another holds the cases of the list.
FILING, DESK = "00004", "00008"
COMMUNES = (FILING, DESK, "16681", "26740")
CONTENT = ("bench.content", FILING, DESK)
HOSTS = tuple(f"{host_label(code)}.{DOMAIN}" for code in COMMUNES)
START_SECONDS = 60.0
JOB_SECONDS = 120.0


class Stack(MeasuredServer):
    """Everything that runs during a measurement; begun empty and ended with `stop`.

    `content` is the module, with its arguments, that fills the communes and prints as JSON what
    the measurement needs to know.
    """

    def __init__(self, home: Path = HOME, content: tuple[str, ...] = CONTENT) -> None:
        super().__init__(home)
        self.content = content
        self.port = free_port()
        self.environment = os.environ | product_settings(home, self.server, f":{self.port}")
        self.environment["BENCH_PASSWORD"] = secrets.token_urlsafe(16)
        self.environment["BENCH_IMPORTS"] = str(home / "imports")
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    # ── Starting and stopping ────────────────────────────────────────────
    def start(self) -> dict[str, Any]:
        """Make the database, the cases and the processes; return who can sign in and the like."""
        self._command("prepare_database")
        self._command("load_procedures", role="owner")
        self._command("load_procedures", str(DATA), role="owner")
        self._command("onboard", *COMMUNES)
        self._command("collectstatic", "--noinput")
        self._run("content", [sys.executable, "-m", *self.content])
        made: dict[str, Any] = json.loads((self.home / "log" / "content.log").read_text())
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
        self.destroy()

    def papers(self) -> dict[str, float]:
        """What `bench.papers` measures."""
        self._run("papers", [sys.executable, "-m", "bench.papers"])
        figures: dict[str, float] = json.loads((self.home / "log" / "papers.log").read_text())
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

    @contextlib.contextmanager
    def without_jobs(self) -> Iterator[None]:
        """Let no job runner work for a while but those that the caller starts."""
        jobs = self._processes.pop("jobs")
        jobs.terminate()
        jobs.wait()
        try:
            yield
        finally:
            self._serve("jobs", [sys.executable, "manage.py", "run_jobs"])

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

    def wait_for_jobs(self) -> None:
        """Wait until no job is queued or runs; one that failed for good ends the measurement."""
        deadline = time.monotonic() + JOB_SECONDS
        while True:
            left, error = self.row(
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

    # ── Processes ────────────────────────────────────────────────────────
    def _command(self, *arguments: str, role: str | None = None) -> None:
        self._run(arguments[0], [sys.executable, "manage.py", *arguments], role=role)

    def _run(self, name: str, command: list[str], role: str | None = None) -> None:
        environment = self.environment | ({"DATABASE_ROLE": role} if role else {})
        log, faults = self.home / "log" / f"{name}.log", self.home / "log" / f"{name}.err"
        with log.open("wb") as output, faults.open("wb") as errors:
            done = subprocess.run(
                command, cwd=ROOT, env=environment, stdout=output, stderr=errors, check=False
            )
        if done.returncode:
            end = faults.read_text(errors="replace")[-2000:]
            raise BenchFailed(f"{name} failed:\n{end}")

    def _serve(self, name: str, command: list[str]) -> None:
        with (self.home / "log" / f"{name}.log").open("wb") as log:
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
                    log = (self.home / "log" / "web.log").read_text(errors="replace")[-2000:]
                    raise BenchFailed(f"the first page answers {status}:\n{log}")
                return
            if time.monotonic() > deadline:
                raise BenchFailed("the web server does not answer")
            time.sleep(0.1)


def _gunicorn(port: int) -> list[str]:
    """The production command (see config/gunicorn.py) without the recycling of workers."""
    options = (
        f"--bind 127.0.0.1:{port} --worker-class sync --workers 1 --no-control-socket "
        "--access-logfile - --config python:bench.gunicorn_hooks"
    )
    return [sys.executable, "-m", "gunicorn", "config.wsgi", *options.split()]
