"""Handing messages to a gateway by HTTP: a real server answers well, badly, slowly or nonsense."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from tenants.kit.sms import SmsFailed, SmsRefused, send_sms

PHONE, TEXT = "0912345678", "Hồ sơ đã có kết quả"


class Gateway(ThreadingHTTPServer):
    """Answers with `status` and `body`; keeps what it was sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.status, self.body = 202, b"{}"
        self.requests: list[tuple[str, dict[str, str], dict[str, Any]]] = []


class _Answers(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        sent = json.loads(self.rfile.read(length))
        self.server.requests.append((self.path, dict(self.headers), sent))
        self.send_response(self.server.status)
        if self.server.status == 302:
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/elsewhere")
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_args: Any) -> None:
        pass


@pytest.fixture
def gateway(settings: Settings) -> Iterator[Gateway]:
    server = Gateway()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    settings.SMS_BACKEND = "tenants.kit.sms.HttpSender"
    settings.SMS_HTTP_URL = f"http://127.0.0.1:{server.server_port}/v1/messages?from=xaso"
    settings.SMS_HTTP_TOKEN = "a token"
    settings.SMS_HTTP_TIMEOUT = 1
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def listening(settings: Settings) -> Iterator[Callable[[Callable[[socket.socket], None]], None]]:
    """A bare socket that does something of its own with who connects."""
    server = socket.create_server(("127.0.0.1", 0))
    settings.SMS_BACKEND = "tenants.kit.sms.HttpSender"
    settings.SMS_HTTP_URL = f"http://127.0.0.1:{server.getsockname()[1]}/"
    settings.SMS_HTTP_TIMEOUT = 1
    threads: list[threading.Thread] = []

    def answer(how: Callable[[socket.socket], None]) -> None:
        def serve() -> None:
            connected, _ = server.accept()
            with connected:
                how(connected)

        threads.append(threading.Thread(target=serve))
        threads[-1].start()

    yield answer
    for thread in threads:
        thread.join()
    server.close()


def test_a_message_goes_as_json_with_its_key_and_our_token(gateway: Gateway):
    send_sms(PHONE, TEXT, key="khoa-1")
    [(path, headers, sent)] = gateway.requests
    assert path == "/v1/messages?from=xaso"
    assert sent == {"to": "+84912345678", "text": TEXT}
    assert headers["Idempotency-Key"] == "khoa-1"
    assert headers["Authorization"] == "Bearer a token"
    assert headers["Content-Type"] == "application/json"


def test_a_message_without_a_key_is_one_of_its_own(gateway: Gateway):
    send_sms(PHONE, TEXT)
    send_sms(PHONE, TEXT)
    keys = [headers["Idempotency-Key"] for _, headers, _ in gateway.requests]
    assert len(set(keys)) == 2


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff\xfe\x00", b'{"error": 1}'])
def test_whatever_stands_in_a_good_answer_the_message_was_taken(gateway: Gateway, body: bytes):
    gateway.body = body
    send_sms(PHONE, TEXT)


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 503])
def test_what_may_change_is_asked_again_later(gateway: Gateway, status: int):
    gateway.status = status
    with pytest.raises(SmsFailed) as caught:
        send_sms(PHONE, TEXT)
    assert caught.value.status == status
    assert not isinstance(caught.value, SmsRefused)


@pytest.mark.parametrize("status", [400, 401, 404, 422])
def test_what_will_not_change_is_refused(gateway: Gateway, status: int):
    gateway.status = status
    with pytest.raises(SmsRefused):
        send_sms(PHONE, TEXT)


def test_our_token_follows_no_one_elsewhere(gateway: Gateway):
    gateway.status = 302
    with pytest.raises(SmsFailed):
        send_sms(PHONE, TEXT)
    assert len(gateway.requests) == 1


def test_the_token_travels_over_https_alone(settings: Settings):
    settings.SMS_BACKEND = "tenants.kit.sms.HttpSender"
    settings.SMS_HTTP_URL = "http://sms.example.vn/"
    with pytest.raises(SmsFailed, match="https"):
        send_sms(PHONE, TEXT)


def test_nobody_there_is_a_failure_that_names_nobody(settings: Settings, gateway: Gateway):
    settings.SMS_HTTP_URL = "http://127.0.0.1:1/"
    with pytest.raises(SmsFailed) as caught:
        send_sms(PHONE, TEXT)
    assert str(caught.value) == "ConnectionRefusedError"


def test_nonsense_is_a_failure(listening: Any):
    listening(lambda connected: connected.sendall(b"\x00\x01 no http\r\n\r\n"))
    with pytest.raises(SmsFailed):
        send_sms(PHONE, TEXT)


def test_who_says_nothing_is_left_after_the_time_that_was_set(listening: Any):
    listening(lambda connected: _wait_for_end(connected))
    began = time.monotonic()
    with pytest.raises(SmsFailed):
        send_sms(PHONE, TEXT)
    assert time.monotonic() - began < 3


def test_who_sends_a_byte_now_and_then_is_left_as_well(listening: Any):
    def drip(connected: socket.socket) -> None:
        try:
            for _ in range(40):
                connected.sendall(b"H")
                time.sleep(0.2)
        except OSError:
            return

    listening(drip)
    began = time.monotonic()
    with pytest.raises(SmsFailed):
        send_sms(PHONE, TEXT)
    assert time.monotonic() - began < 3


def test_on_this_machine_a_key_is_one_file(settings: Settings, tmp_path: Path):
    settings.SMS_FILE_PATH = str(tmp_path)
    for _ in range(2):
        send_sms(PHONE, TEXT, key="khoa-2")
    assert [file.read_text() for file in tmp_path.iterdir()] == [f"{PHONE}\n{TEXT}\n"]


def _wait_for_end(connected: socket.socket) -> None:
    while connected.recv(1000):
        pass
