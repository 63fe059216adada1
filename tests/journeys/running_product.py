"""The whole product running beside a test: gunicorn and the job runner on a database of its own.

Both connect as the application's role. The test's own process works in the same database while
it prepares people and cases.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.test.utils import override_settings

from tenants.communes.current import CommuneInfo, commune_info
from tests.database import TestServer

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60
STOP_SECONDS = 15
# Pages must recognise what the test hashes.
HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]


@dataclass(frozen=True)
class Product:
    """Where the running product is reached."""

    port: int
    log: Path

    def central(self, path: str = "/") -> str:
        """An address on the central site."""
        return f"http://{settings.BASE_DOMAIN}:{self.port}{path}"

    def commune(self, commune: CommuneInfo, path: str = "/") -> str:
        """An address on a commune's site."""
        return f"http://{commune.host}:{self.port}{path}"


@contextlib.contextmanager
def running_product(server: TestServer, folder: Path) -> Iterator[Product]:
    """Start everything, wait until pages answer, and stop what was started."""
    port = _free_port()
    with server.another_copy("browser") as database:
        server.work_in(database, server.application)
        environment = {
            **os.environ,
            "BASE_DOMAIN": settings.BASE_DOMAIN,
            "PUBLIC_PORT": f":{port}",
            "EMAIL_FILE_PATH": str(folder),
            "DATABASE_ROLE": "application",
        }
        product = Product(port, folder / "log")
        started: list[subprocess.Popen[bytes]] = []
        try:
            _run(environment, "collectstatic", "--noinput", "--verbosity", "0")
            with product.log.open("wb") as log, override_settings(PASSWORD_HASHERS=HASHERS):
                for command in (_web(port), [sys.executable, "manage.py", "run_jobs"]):
                    started.append(
                        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
                    )
                _wait_for_pages(product, started)
                yield product
        finally:
            for process in reversed(started):
                process.terminate()
            for process in started:
                process.wait(STOP_SECONDS)
            server.work_in(server.copy, server.application)


def communes() -> tuple[CommuneInfo, CommuneInfo]:
    """The two communes of every test: Ba Đình, and Ngọc Hà that must see nothing."""
    return commune_info("00004"), commune_info("00008")


def _web(port: int) -> list[str]:
    options = f"--bind 127.0.0.1:{port} --worker-class gthread --workers 1 --threads 4"
    return [
        *(sys.executable, "-m", "gunicorn", "config.wsgi", "--no-control-socket"),
        *options.split(),
    ]


def _run(environment: dict[str, str], *command: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=environment, capture_output=True
    )
    assert done.returncode == 0, done.stderr.decode()


def _wait_for_pages(product: Product, started: list[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        for process in started:
            assert process.poll() is None, product.log.read_text()
        connection = http.client.HTTPConnection("127.0.0.1", product.port, timeout=30)
        with contextlib.suppress(ConnectionError), contextlib.closing(connection):
            connection.request("GET", "/", headers={"Host": f"{settings.BASE_DOMAIN}:80"})
            status = connection.getresponse().status
            assert status == 200, f"The first page answers {status}: {product.log.read_text()}"
            return
        assert time.monotonic() < deadline, product.log.read_text()
        time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
