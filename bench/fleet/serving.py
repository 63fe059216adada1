"""Serving one page: an official's work list of five cases, in 1, 300 and all communes.

Ours, the library's routing, and row-level security run side by side, each with two single-worker
servers over which the hosts are spread as the proxy spreads them.
"""

from __future__ import annotations

import contextlib
import socket
import statistics
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.fleet.stack import OURS, RLS, ROOT, STOCK, FleetStack
from bench.processes import cpu_seconds, family
from bench.server import DOMAIN, BenchFailed, free_port
from tenants.communes.official_list import host_label

WORKERS = 2
ROUNDS = 3
# The peers are asked in turns of so many, so that a slow moment of the machine meets all of them.
AT_ONCE = 50
PEERS = {"ours": OURS, "stock": STOCK, "rls": RLS}
_START_SECONDS = 30.0
_COUNTED = 10


@dataclass(frozen=True)
class Visit:
    """Some requests to one peer: seconds of each and of all, and processor seconds of all."""

    seconds: list[float]
    took: float
    web_cpu: float
    server_cpu: float


@dataclass(frozen=True)
class Figures:
    """What was seen of a number of requests; milliseconds are of one request."""

    requests_per_second: float
    p50_ms: float
    p95_ms: float
    web_cpu_ms: float
    server_cpu_ms: float


@dataclass
class Peer:
    """Two single-worker web servers of one way of tenancy."""

    name: str
    stack: FleetStack
    ports: list[int] = field(default_factory=list)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> None:
        """Start the servers, each with a connection of its own that bears the peer's name."""
        environment = self.stack.environment | {
            "DJANGO_SETTINGS_MODULE": PEERS[self.name],
            "DATABASE_ROLE": "application",
            "PGAPPNAME": self.name,
        }
        for _ in range(WORKERS):
            port = free_port()
            options = f"--bind 127.0.0.1:{port} --worker-class sync --workers 1"
            command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--no-control-socket"]
            with (self.stack.home / "log" / f"{self.name}.log").open("ab") as log:
                process = subprocess.Popen(
                    [*command, *options.split()], cwd=ROOT, env=environment, stdout=log, stderr=log
                )
            self.ports.append(port)
            self.processes.append(process)
        for port in self.ports:
            _wait_for(port)

    def stop(self) -> None:
        """Stop the servers."""
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait()
        self.ports.clear()
        self.processes.clear()

    @property
    def web_cpu(self) -> float:
        """Processor seconds of the web servers until now."""
        return cpu_seconds(process.pid for process in self.processes)

    @property
    def backends(self) -> list[int]:
        """The server's processes that answer this peer."""
        (pids,) = self.stack.row(
            "SELECT coalesce(array_agg(pid), '{}') FROM pg_stat_activity "
            f"WHERE application_name = '{self.name}'"
        )
        return list(pids)

    @property
    def backend_mb(self) -> float:
        """Private memory of those processes together, in megabytes (10^6 bytes)."""
        return sum(private_mb(pid) for pid in self.backends)

    @property
    def worker_mb(self) -> float:
        """Private memory of the web workers together, in megabytes (10^6 bytes)."""
        workers = [
            pid for process in self.processes for pid in family(process.pid) if pid != process.pid
        ]
        return sum(private_mb(pid) for pid in workers)


class Visitors:
    """Officials who open their work lists, one at a time for each worker."""

    def __init__(self, made: dict[str, Any]) -> None:
        self.requests = {
            code: (
                f"GET /desk/ HTTP/1.1\r\nHost: {host_label(code)}.{DOMAIN}\r\n"
                f"Cookie: sessionid={made['session']}; __Host-desk={desk}\r\n"
                "Accept: text/html\r\nConnection: close\r\n\r\n"
            ).encode()
            for code, desk in made["desks"].items()
        }

    def visit(self, peer: Peer, codes: list[str]) -> Figures:
        """Open the work lists of these communes, in this order."""
        return _figures([self._visit(peer, codes)])

    def in_turns(self, peers: dict[str, Peer], codes: list[str]) -> dict[str, Figures]:
        """Visit the same communes at each of the peers, a few at a time and some rounds over."""
        for peer in peers.values():
            self._visit(peer, codes)  # warm
        visits: dict[str, list[Visit]] = {name: [] for name in peers}
        for begin in [*range(0, len(codes), AT_ONCE)] * ROUNDS:
            for name, peer in peers.items():
                visits[name].append(self._visit(peer, codes[begin : begin + AT_ONCE]))
        return {name: _figures(some) for name, some in visits.items()}

    def _visit(self, peer: Peer, codes: list[str]) -> Visit:
        queues: list[list[str]] = [[] for _ in range(WORKERS)]
        for code in codes:
            queues[zlib.crc32(code.encode()) % WORKERS].append(code)
        seconds: list[float] = []
        faults: list[str] = []
        web, server = peer.web_cpu, cpu_seconds(peer.backends)
        threads = [
            threading.Thread(target=self._ask, args=(port, queue, seconds, faults))
            for port, queue in zip(peer.ports, queues, strict=True)
        ]
        began = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.perf_counter() - began
        if faults:
            raise BenchFailed(f"{peer.name}: {len(faults)} of {len(codes)}, first {faults[0]}")
        return Visit(seconds, took, peer.web_cpu - web, cpu_seconds(peer.backends) - server)

    def statements(self, peer: Peer, codes: list[str]) -> float:
        """Statements of one request when these communes are visited in turn, all known before."""
        self.visit(peer, codes)
        with peer.stack.statements_logged():
            peer.stack.take_statements()
            self.visit(peer, codes * _COUNTED)
            time.sleep(0.2)
            found = len(peer.stack.take_statements())
        return found / (_COUNTED * len(codes))

    def _ask(self, port: int, codes: list[str], seconds: list[float], faults: list[str]) -> None:
        for code in codes:
            began = time.perf_counter()
            status = _status(port, self.requests[code])
            seconds.append(time.perf_counter() - began)
            if status != 200:
                faults.append(f"{code}: {status}")


@contextlib.contextmanager
def running(stack: FleetStack) -> Iterator[dict[str, Peer]]:
    """Run all peers meanwhile."""
    peers = {name: Peer(name, stack) for name in PEERS}
    try:
        for peer in peers.values():
            peer.start()
        yield peers
    finally:
        for peer in peers.values():
            peer.stop()


def private_mb(pid: int) -> float:
    """Memory that a process shares with no other, in megabytes (10^6 bytes)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    kilobytes = (int(line.split()[1]) for line in lines if line.startswith("Private_"))
    return sum(kilobytes) * 1024 / 1e6


def _figures(visits: list[Visit]) -> Figures:
    seconds = sorted(second for visit in visits for second in visit.seconds)
    count = len(seconds)
    return Figures(
        requests_per_second=count / sum(visit.took for visit in visits),
        p50_ms=statistics.median(seconds) * 1000,
        p95_ms=seconds[int(count * 0.95)] * 1000,
        web_cpu_ms=sum(visit.web_cpu for visit in visits) / count * 1000,
        server_cpu_ms=sum(visit.server_cpu for visit in visits) / count * 1000,
    )


def _status(port: int, request: bytes) -> int:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(request)
        first = connection.recv(65_536)
        while connection.recv(65_536):
            pass
    return int(first[9:12] or 0)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    request = f"GET /healthz HTTP/1.1\r\nHost: {DOMAIN}\r\nConnection: close\r\n\r\n".encode()
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            _status(port, request)  # the library knows no central site: any answer will do
            return
        time.sleep(0.1)
    raise BenchFailed(f"no web server answers on port {port}")
