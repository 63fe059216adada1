"""Debian's nginx with the configuration that the command prints, before real workers."""

from __future__ import annotations

import contextlib
import datetime
import gzip
import json
import os
import pwd
import re
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.core.management import CommandError, call_command

from services.catalogue.registry import current_procedures
from tenants.communes.official_list import host_label, official_communes
from tests.database import TestServer
from tests.serving import (
    BA_DINH,
    CENTRE,
    NGOC_HA,
    TOKEN,
    Worker,
    ask,
    free_port,
    free_ports,
    workers,
)

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
WORKERS = 2
needs_nginx = pytest.mark.skipif(NGINX is None, reason="nginx is not installed (nginx-light)")


def printed(**options: Any) -> str:
    """What the command prints."""
    out = StringIO()
    call_command("nginx_configuration", stdout=out, **options)
    return out.getvalue()


@dataclass
class Proxy:
    """nginx before some workers."""

    port: int
    folder: Path
    workers: list[Worker]

    def served_by(self, host: str) -> int:
        """Ask for a page of a host; return the port of the worker that answered."""
        mark = f"/{host}-{time.monotonic_ns()}"
        ask(self.port, mark, host=host)
        return self.upstreams(mark)[-1]

    def upstreams(self, path: str) -> list[int]:
        """The workers that were asked for a path, as the log has them."""
        log = self.folder / "access.log"
        for _ in range(100):
            lines = [line for line in log.read_text().splitlines() if f' {path}"' in line]
            if lines:
                return [int(port) for port in re.findall(r"127\.0\.0\.1:(\d+)", lines[-1])]
            time.sleep(0.02)
        raise AssertionError(f"{path} is not in the log")

    def worker(self, port: int) -> Worker:
        return next(worker for worker in self.workers if worker.port == port)


@pytest.fixture(scope="module")
def proxy(django_db_setup: TestServer, release_folder: Path) -> Iterator[Proxy]:
    """nginx, run by an ordinary user, before workers on a copy of the database."""
    run_dir = release_folder / "nginx"
    run_dir.mkdir()
    with django_db_setup.another_copy("proxy") as database, contextlib.ExitStack() as stack:
        url = re.sub(r"/[^/]*$", f"/{database}", os.environ["DATABASE_URL"])
        running = stack.enter_context(workers(WORKERS, release_folder, DATABASE_URL=url))
        port = free_port()
        of_workers = f"{running[0].port}-{running[-1].port}"
        stack.enter_context(_nginx(run_dir, listen=f"127.0.0.1:{port}", ports=of_workers))
        yield Proxy(port, run_dir, running)


@contextlib.contextmanager
def _nginx(folder: Path, **options: Any) -> Iterator[None]:
    """nginx as an ordinary user runs it, with everything it writes in a folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "STATIC_ROOT", folder.parent / "static")
        (folder / "nginx.conf").write_text(printed(run_dir=str(folder), **options))
    account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    if account:
        os.chown(folder, account.pw_uid, account.pw_gid)
    with (folder / "start.log").open("wb") as log:
        process = subprocess.Popen(
            [str(NGINX), "-p", folder, "-c", folder / "nginx.conf", "-g", "daemon off;"],
            stderr=log,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )
    try:
        for _ in range(200):
            assert process.poll() is None, (folder / "start.log").read_text()
            if (folder / "nginx.pid").exists():
                break
            time.sleep(0.02)
        yield
    finally:
        process.terminate()
        process.wait(15)


@needs_nginx
class TestServing:
    def test_a_commune_is_always_with_the_same_worker_and_all_have_some(self, proxy: Proxy):
        hosts = [f"{host_label(code)}.{CENTRE}" for code in list(official_communes())[:60]]
        first = {host: proxy.served_by(host) for host in hosts}
        # In another order: taking turns would give each host another worker.
        again = {host: proxy.served_by(host.upper()) for host in reversed(hosts)}
        assert again == first
        shares = [list(first.values()).count(worker.port) for worker in proxy.workers]
        assert min(shares) >= len(hosts) / WORKERS / 3, shares

    def test_pages_come_with_their_host_and_a_strange_one_gets_the_programs_answer(
        self, proxy: Proxy
    ):
        assert "Phường Ba Đình" in ask(proxy.port, host=f"{BA_DINH}:{proxy.port}").text
        assert "Phường Ngọc Hà" in ask(proxy.port, host=NGOC_HA).text
        for host in (f"la.{CENTRE}", "evil.example"):
            answer = ask(proxy.port, host=host)
            assert answer.status == HTTPStatus.NOT_FOUND
            assert "Không có xã, phường nào ở địa chỉ này" in answer.text

    def test_health_is_asked_for_by_any_name(self, proxy: Proxy):
        assert ask(proxy.port, "/healthz", host="10.0.0.5").text == "ok"

    def test_pages_and_styles_are_compressed(self, proxy: Proxy):
        for path in ("/", "/static/css/app.css", "/static/img/icons.svg"):
            answer = ask(proxy.port, path, headers={"Accept-Encoding": "gzip"})
            assert answer.headers["Content-Encoding"] == "gzip", path
            assert "Accept-Encoding" in answer.headers["Vary"]
            assert len(gzip.decompress(answer.body)) > len(answer.body)

    def test_a_file_whose_name_has_its_hash_is_kept_for_ever_without_a_worker(self, proxy: Proxy):
        page = ask(proxy.port).text
        (style,) = set(re.findall(r'href="(/static/css/app\.[0-9a-f]{12}\.css)"', page))
        for path, kept in ((style, "immutable"), ("/static/css/plain.css", "max-age=3600")):
            answer = ask(proxy.port, path)
            assert answer.status == HTTPStatus.OK
            assert kept in answer.headers["Cache-Control"]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Content-Type"].startswith("text/css")
        assert ask(proxy.port, "/static/../config/settings.py").status != HTTPStatus.OK

    def test_a_body_that_the_program_would_refuse_is_refused_before_it_is_sent(self, proxy: Proxy):
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as client:
            head = (
                f"POST /tra-cuu/ HTTP/1.1\r\nHost: {BA_DINH}\r\nContent-Length: 600000000\r\n\r\n"
            )
            client.sendall(head.encode())
            answer = client.recv(100_000).decode()
        assert answer.startswith("HTTP/1.1 413 ")
        assert "Các tệp gửi cùng lúc quá lớn" in answer
        assert 'lang="en"' in answer

    def test_the_log_holds_no_query_and_no_address(self, proxy: Proxy):
        ask(proxy.port, "/thu-tuc/?q=001090012345", headers={"User-Agent": "phone-of-somebody"})
        assert proxy.upstreams("/thu-tuc/")
        for name in ("access.log", "error.log"):
            text = (proxy.folder / name).read_text()
            assert "001090012345" not in text and "phone-of-somebody" not in text
        # The only addresses are the workers'.
        addresses = re.findall(
            r"\d+\.\d+\.\d+\.\d+:?\d*", (proxy.folder / "access.log").read_text()
        )
        assert set(addresses) <= {f"127.0.0.1:{worker.port}" for worker in proxy.workers}


class _Echo(BaseHTTPRequestHandler):
    """A worker that answers with what it was sent."""

    def do_GET(self) -> None:
        body = json.dumps({name.lower(): value for name, value in self.headers.items()}).encode()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of a worker that answers with what it was sent."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Echo) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@needs_nginx
class TestWhatWorkersAreTold:
    CLAIMED = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}

    def test_it_is_what_the_proxy_saw_not_what_the_client_claims(
        self, release_folder: Path, echo: int
    ):
        folder, port = release_folder / "plain", free_port()
        folder.mkdir()
        with _nginx(folder, listen=f"127.0.0.1:{port}", ports=f"{echo}-{echo}"):
            told = json.loads(ask(port, host=f"{BA_DINH}:81", headers=self.CLAIMED).body)
        assert told["host"] == f"{BA_DINH}:81"
        assert told["x-forwarded-proto"] == "http"
        assert told["x-forwarded-for"] == "127.0.0.1"

    def test_with_a_certificate_pages_are_safe_and_plain_addresses_lead_there(
        self, release_folder: Path, echo: int
    ):
        folder, (port, plain) = release_folder / "safe", free_ports(2)
        folder.mkdir()
        certificate, key = _self_signed(folder)
        with _nginx(
            folder,
            listen=f"127.0.0.1:{port}",
            redirect_listen=f"127.0.0.1:{plain}",
            ports=f"{echo}-{echo}",
            certificate=str(certificate),
            key=str(key),
        ):
            answer = ask(plain, "/thu-tuc/?q=1")
            assert answer.status == HTTPStatus.MOVED_PERMANENTLY
            assert answer.headers["Location"] == f"https://{BA_DINH}/thu-tuc/?q=1"
            context = ssl.create_default_context(cafile=certificate)
            with (
                socket.create_connection(("127.0.0.1", port), timeout=10) as tcp,
                context.wrap_socket(tcp, server_hostname=BA_DINH) as client,
            ):
                client.sendall(f"GET / HTTP/1.0\r\nHost: {BA_DINH}\r\n\r\n".encode())
                said = b"".join(iter(lambda: client.recv(10_000), b""))
        assert b'"x-forwarded-proto": "https"' in said


def _self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate for every commune's site, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, CENTRE)])
    now = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName(CENTRE), x509.DNSName(f"*.{CENTRE}")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "certificate.pem").write_bytes(made.public_bytes(pem))
    (folder / "key.pem").write_bytes(key.private_bytes(pem, *private))
    return folder / "certificate.pem", folder / "key.pem"


@pytest.fixture(scope="module")
def homes(proxy: Proxy) -> dict[str, int]:
    """The worker of each of some hosts while all workers are well; every worker has one."""
    hosts = [f"{host_label(code)}.{CENTRE}" for code in list(official_communes())[:20]]
    return {host: proxy.served_by(host) for host in (BA_DINH, NGOC_HA, *hosts)}


@pytest.fixture
def at_home(proxy: Proxy, homes: dict[str, int]) -> None:
    """The proxy has noticed that all workers are back from what another test did to them."""
    assert set(homes.values()) == {worker.port for worker in proxy.workers}
    for host, home in homes.items():
        _until(lambda host=host, home=home: proxy.served_by(host) == home)


@needs_nginx
@pytest.mark.usefixtures("at_home")
class TestFaults:
    def test_slow_clients_hold_no_worker(self, proxy: Proxy):
        # With the cookie a worker reads the form to find the token: it would wait for the rest.
        head = (
            f"POST /tra-cuu/ HTTP/1.1\r\nHost: {BA_DINH}\r\nCookie: csrftoken={TOKEN}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000\r\n\r\ncode="
        )
        slow = [socket.create_connection(("127.0.0.1", proxy.port)) for _ in range(30)]
        try:
            for client in slow:
                client.sendall(head.encode())
            assert ask(proxy.port).seconds < 5
            # Without the proxy one of them is enough to keep everybody waiting.
        finally:
            for client in slow:
                client.close()

    def test_a_worker_that_is_away_is_stood_in_for_and_gets_its_communes_back(self, proxy: Proxy):
        home = proxy.served_by(BA_DINH)
        neighbours = proxy.served_by(NGOC_HA)
        proxy.worker(home).stop()
        try:
            answer = ask(proxy.port)
            assert answer.status == HTTPStatus.OK and "Phường Ba Đình" in answer.text
            assert proxy.served_by(BA_DINH) != home
            if neighbours != home:
                assert proxy.served_by(NGOC_HA) == neighbours
        finally:
            proxy.worker(home).start()
            proxy.worker(home).wait()
        _until(lambda: proxy.served_by(BA_DINH) == home)

    def test_what_was_sent_to_a_worker_that_dies_is_not_sent_to_another(self, proxy: Proxy):
        home = proxy.worker(proxy.served_by(BA_DINH))
        assert home.process
        child = int(subprocess.check_output(["pgrep", "-P", str(home.process.pid)]))
        os.kill(child, signal.SIGSTOP)
        try:
            with socket.create_connection(("127.0.0.1", proxy.port), timeout=20) as client:
                mark = f"/sent-{time.monotonic_ns()}"
                head = f"POST {mark} HTTP/1.1\r\nHost: {BA_DINH}\r\nContent-Length: 0\r\n\r\n"
                client.sendall(head.encode())
                time.sleep(0.5)
                home.process.kill()
                os.kill(child, signal.SIGKILL)
                answer = client.recv(100_000).decode()
        finally:
            home.process.wait(15)
            home.start()
            home.wait()
        assert answer.startswith("HTTP/1.1 503 ")
        assert "Retry-After: 30" in answer
        assert "Hệ thống đang bận" in answer
        assert proxy.upstreams(mark) == [home.port]

    def test_when_no_worker_answers_a_page_says_so_and_all_recover(self, proxy: Proxy):
        for worker in proxy.workers:
            worker.stop()
        try:
            answer = ask(proxy.port, "/thu-tuc/?q=001090054321")
            assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE
            assert answer.headers["Retry-After"]
            assert "Hệ thống đang bận, xin thử lại sau ít phút" in answer.text
            assert ask(proxy.port, "/static/css/plain.css").status == HTTPStatus.OK
            assert "001090054321" not in (proxy.folder / "error.log").read_text()
        finally:
            for worker in proxy.workers:
                worker.start()
            for worker in proxy.workers:
                worker.wait()
        _until(lambda: ask(proxy.port).status == HTTPStatus.OK)


def _until(holds: Any) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.2)


class TestPrinting:
    def test_no_procedure_takes_larger_files_than_the_proxy(self, db: None):
        largest = max(paper.max_mb for one in current_procedures() for paper in one.papers)
        assert f"files of {largest} MB" in printed()

    def test_a_body_may_have_what_the_program_takes(self):
        assert "client_max_body_size 403m;" in printed()
        assert "client_max_body_size 103m;" in printed(largest_file_mb=5)

    def test_each_pool_has_its_workers(self, tmp_path: Path):
        file = tmp_path / "pools"
        file.write_text("# made by a command\nphuong-ba-dinh-ha-noi.xaso.localhost north;\n")
        text = printed(pools=file, workers=2)
        assert f"include {file};" in text
        assert "unix:/run/xaso/north-2.sock" in text and "unix:/run/xaso/main-2.sock" in text
        if NGINX:
            _check(text, tmp_path)

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            ({"certificate": "/c.pem"}, "--key"),
            ({"workers": 0}, "ít nhất một"),
            ({"ports": "8104-8101"}, "8101-8104"),
            ({"ports": "nhiều"}, "8101-8104"),
            ({"pools": Path("/there/is/none")}, "/there/is/none"),
        ],
    )
    def test_a_wrong_option_is_explained(self, options: dict[str, Any], words: str):
        with pytest.raises(CommandError, match=re.escape(words)):
            printed(**options)

    def test_a_line_that_is_no_pool_is_not_passed_on(self, tmp_path: Path):
        file = tmp_path / "pools"
        file.write_text("a.example north; } server { listen 1;\n")
        with pytest.raises(CommandError, match="dòng 1"):
            printed(pools=file)


def _check(configuration: str, folder: Path) -> None:
    """Let nginx read a configuration that is meant for the system's folders."""
    text = re.sub(r"(?m)^(user|pid) .*\n", "", configuration)
    text = text.replace("/var/log/nginx", str(folder)).replace("listen 80 ", "listen 18080 ")
    (folder / "nginx.conf").write_text(text)
    command = [str(NGINX), "-t", "-p", folder, "-c", folder / "nginx.conf"]
    done = subprocess.run([*command, "-g", f"pid {folder}/pid;"], capture_output=True, text=True)
    assert "syntax is ok" in done.stderr, done.stderr
