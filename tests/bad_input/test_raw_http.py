"""Bytes that are no HTTP, and HTTP that two servers could read in two ways, at a real worker."""

from __future__ import annotations

import os
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.database import TestServer
from tests.serving import BA_DINH, CENTRE, Worker, ask, workers

HOST = f"Host: {BA_DINH}\r\n".encode()
GET = b"GET /thu-tuc/ HTTP/1.1\r\n" + HOST
POST = (
    b"POST /tra-cuu/ HTTP/1.1\r\n" + HOST + b"Content-Type: application/x-www-form-urlencoded\r\n"
)
HIDDEN = b"GET /desk/ HTTP/1.1\r\nHost: x\r\n\r\n"
SECONDS = 5.0
MOST_GROWTH_MB = 64

REQUESTS: dict[str, bytes] = {
    "nothing": b"",
    "line end": b"\r\n\r\n",
    "zeros": b"\x00" * 100,
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64,
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/0.9": b"GET /\r\n\r\n",
    "HTTP/9.9": b"GET / HTTP/9.9\r\n" + HOST + b"\r\n",
    "no version": b"GET / HTTP/\r\n\r\n",
    "proxy": b"GET http://example.vn/ HTTP/1.1\r\nHost: example.vn\r\n\r\n",
    "tunnel": b"CONNECT example.vn:443 HTTP/1.1\r\nHost: example.vn\r\n\r\n",
    "trace": b"TRACE / HTTP/1.1\r\n" + HOST + b"\r\n",
    "made-up method": b"NOP / HTTP/1.1\r\n" + HOST + b"\r\n",
    "method in small letters": b"get / HTTP/1.1\r\n" + HOST + b"\r\n",
    "method of many letters": b"G" * 9000 + b" / HTTP/1.1\r\n" + HOST + b"\r\n",
    "method with a byte": b"GE\xffT / HTTP/1.1\r\n" + HOST + b"\r\n",
    "star": b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": GET + b"Host: evil.example\r\n\r\n",
    "empty host": b"GET / HTTP/1.1\r\nHost:\r\n\r\n",
    "host with a path": b"GET / HTTP/1.1\r\nHost: a/b?c@d\r\n\r\n",
    "host with a line": b"GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n",
    "host of another": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "port that is none": b"GET / HTTP/1.1\r\nHost: " + BA_DINH.encode() + b":99999x\r\n\r\n",
    "long address": b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "long question": b"GET /thu-tuc/?q=" + b"%C6%A0" * 600 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "long header": GET + b"X: " + b"a" * 70_000 + b"\r\n\r\n",
    "many headers": GET + b"".join(b"X-%d: 1\r\n" % number for number in range(500)) + b"\r\n",
    "header without colon": GET + b"Nothing\r\n\r\n",
    "header with a space": GET + b"Content-Length : 5\r\n\r\nabcde",
    "header that goes on": GET + b"X: a\r\n b\r\n\r\n",
    "header with a zero": GET + b"X: a\x00b\r\n\r\n",
    "header with a bare line end": GET + b"X: a\rSet-Cookie: x=1\r\n\r\n",
    "header of bytes": GET + b"X-\xc3\xa2: \xff\xfe\r\n\r\n",
    "underscores": GET + b"X_Forwarded_Proto: https\r\n\r\n",
    "path up": b"GET /../../../../etc/passwd HTTP/1.1\r\n" + HOST + b"\r\n",
    "path up in percent": b"GET /static/%2e%2e/%2e%2e/manage.py HTTP/1.1\r\n" + HOST + b"\r\n",
    "path up in static files": b"GET /static/../config/settings.py HTTP/1.1\r\n" + HOST + b"\r\n",
    "path with two slashes": b"GET //evil.example/%2f.. HTTP/1.1\r\n" + HOST + b"\r\n",
    "path with a zero": b"GET /%00 HTTP/1.1\r\n" + HOST + b"\r\n",
    "path that is no UTF-8": b"GET /%ff%fe/ HTTP/1.1\r\n" + HOST + b"\r\n",
    "path of raw bytes": b"GET /\xff\xfe/ HTTP/1.1\r\n" + HOST + b"\r\n",
    "path with a line end": b"GET /%0d%0aSet-Cookie:x=1 HTTP/1.1\r\n" + HOST + b"\r\n",
    "broken percent": b"GET /%zz%/?q=%u0041%c3 HTTP/1.1\r\n" + HOST + b"\r\n",
    "two lengths": POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
    "length below zero": POST + b"Content-Length: -1\r\n\r\n",
    "length with a sign": POST + b"Content-Length: +5\r\n\r\nabcde",
    "length in words": POST + b"Content-Length: five\r\n\r\n",
    "length of arabic digits": POST + "Content-Length: ٥\r\n\r\n".encode(),
    "length beyond all": POST + b"Content-Length: 99999999999999999999999\r\n\r\n",
    "length and chunks": POST
    + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    + HIDDEN,
    "chunks twice": POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n",
    "chunks by another name": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "chunks with a tab": POST + b"Transfer-Encoding:\tchunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "chunks in an old version": b"POST /tra-cuu/ HTTP/1.0\r\n"
    + HOST
    + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    + HIDDEN,
    "chunk of no number": POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
    "chunk below zero": POST + b"Transfer-Encoding: chunked\r\n\r\n-1\r\nabc\r\n0\r\n\r\n",
    "chunk beyond all": POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 40 + b"\r\nabc",
    "chunk that is longer": POST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n",
    "body that never comes": POST + b"Content-Length: 500\r\n\r\nabc",
    "body after a GET": GET + b"Content-Length: 40\r\n\r\n" + HIDDEN[:40],
    "expectation": POST + b"Content-Length: 3\r\nExpect: 200-maybe\r\n\r\nabc",
}
_STATUS = re.compile(rb"^HTTP/1\.[01] (\d{3}) ", re.MULTILINE)


@pytest.fixture(scope="module")
def worker(django_db_setup: TestServer, release_folder: Path) -> Iterator[Worker]:
    """One worker with production's configuration, on a copy of the database."""
    with django_db_setup.another_copy("raw") as database:
        url = re.sub(r"/[^/]*$", f"/{database}", os.environ["DATABASE_URL"])
        with workers(1, release_folder, DATABASE_URL=url) as (one,):
            yield one


def _answers(port: int, request: bytes) -> tuple[bytes, float]:
    """All that comes back until the server closes or nothing more comes."""
    began, said = time.monotonic(), b""
    with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as line:
        line.settimeout(0.4)
        try:
            line.sendall(request)
            line.shutdown(socket.SHUT_WR)
            while part := line.recv(65_536):
                said += part
        except OSError:
            pass  # It closed while we were still sending, or keeps the line open.
    return said, time.monotonic() - began


def _memory_mb(worker: Worker) -> float:
    assert worker.process is not None
    pages = int(Path(f"/proc/{worker.process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def test_raw_requests_get_one_refusal_and_the_worker_goes_on(worker: Worker) -> None:
    assert len(REQUESTS) >= 60
    before = _memory_mb(worker)
    for name, request in REQUESTS.items():
        said, seconds = _answers(worker.port, request)
        statuses = [int(one) for one in _STATUS.findall(said)]
        assert seconds < SECONDS, f"{name}: {seconds:.1f} s"
        # 501 and 505 are gunicorn's own words for what it does not know of HTTP.
        assert all(status < 500 or status in (501, 505) for status in statuses), (name, said[:300])
        # A second request that hides in the first one's body must not be answered.
        assert len(statuses) <= 1, f"{name}: {statuses}"
        assert b"Traceback" not in said and b"/root:" not in said, name
        assert b"evil.example" not in said, name
        assert b"\r\nSet-Cookie: x" not in said.replace(b"set-cookie", b"Set-Cookie"), name
    assert ask(worker.port).status == 200 and "Phường Ba Đình" in ask(worker.port).text
    assert _memory_mb(worker) - before < MOST_GROWTH_MB
    assert "Traceback" not in worker.log.read_text()


def test_a_host_that_is_no_site_gets_404(worker: Worker) -> None:
    for host in ("127.0.0.1", "evil.example", f"la.{CENTRE}", f"{CENTRE}.evil.example"):
        answer = ask(worker.port, host=host)
        assert answer.status == 404 and "Không có xã, phường nào" in answer.text
