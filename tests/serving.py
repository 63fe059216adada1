"""Web workers as they run in production, started by a test on a database of its own."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

ROOT = Path(__file__).resolve().parents[1]
CENTRE = settings.BASE_DOMAIN
BA_DINH = f"phuong-ba-dinh-ha-noi.{CENTRE}"
NGOC_HA = f"phuong-ngoc-ha-ha-noi.{CENTRE}"
START_SECONDS = 60
STOP_SECONDS = 15
# A form's protection key, as cookie and as header: what a browser sends for itself.
TOKEN = "t" * 32


@dataclass(frozen=True)
class Answer:
    """What a server said."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    @property
    def text(self) -> str:
        return self.body.decode()


def ask(
    port: int,
    path: str = "/",
    *,
    host: str = BA_DINH,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Ask a server on this machine for a page of a host; raise OSError where nobody listens."""
    sent = {"Host": host, "Cookie": f"csrftoken={TOKEN}", "X-CSRFToken": TOKEN, **(headers or {})}
    began = time.monotonic()
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as web:
        web.request(method, path, body=body, headers=sent)
        answer = web.getresponse()
        content = answer.read()
    return Answer(answer.status, answer.headers, content, time.monotonic() - began)


def free_port() -> int:
    """A port of this machine that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def free_ports(count: int) -> list[int]:
    """Ports in a row that nobody uses."""
    while True:
        first = free_port()
        with contextlib.ExitStack() as stack, contextlib.suppress(OSError, OverflowError):
            for port in range(first, first + count):
                stack.enter_context(socket.socket()).bind(("127.0.0.1", port))
            return list(range(first, first + count))


def environment(folder: Path, **more: str) -> dict[str, str]:
    """What programs of a deployment find in their environment."""
    return {
        **os.environ,
        "BASE_DOMAIN": CENTRE,
        "STATIC_ROOT": str(folder / "static"),
        "EMAIL_FILE_PATH": str(folder / "mail"),
        "DATABASE_ROLE": "application",
        **more,
    }


def collect_static(folder: Path) -> None:
    """Write styles and scripts into the folder as a release does."""
    (folder / "static").mkdir(exist_ok=True)
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    done = subprocess.run(command, cwd=ROOT, env=environment(folder), capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


@dataclass
class Worker:
    """One web worker: gunicorn with production's configuration on a port of its own."""

    port: int
    folder: Path
    process: subprocess.Popen[bytes] | None = None
    more: dict[str, str] = field(default_factory=dict)

    @property
    def log(self) -> Path:
        return self.folder / f"worker-{self.port}.log"

    def start(self) -> None:
        """Start it; `wait` tells when it serves."""
        command = [sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.py"]
        env = environment(self.folder, WEB_BIND=f"127.0.0.1:{self.port}", **self.more)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)

    def wait(self) -> None:
        """Wait until it answers."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            assert self.process and self.process.poll() is None, self.log.read_text()
            with contextlib.suppress(OSError):
                ask(self.port, "/healthz", host=CENTRE)
                return
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop it and wait for its end; nothing to do where it does not run."""
        if self.process:
            self.process.terminate()
            self.process.wait(STOP_SECONDS)
            self.process = None


@contextlib.contextmanager
def workers(count: int, folder: Path, **more: str) -> Iterator[list[Worker]]:
    """Workers that serve, on ports in a row."""
    made = [Worker(port, folder, more=more) for port in free_ports(count)]
    try:
        for worker in made:
            worker.start()
        for worker in made:
            worker.wait()
        yield made
    finally:
        for worker in made:
            worker.stop()
