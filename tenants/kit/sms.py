"""Messages to phones. Which gateway takes them is a setting; none is known by name here.

Each message has a key. A gateway that is given a key it has seen before sends nothing and answers
as it did then, so that a runner which died between the gateway's answer and its own note of it
may ask again.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import threading
from pathlib import Path
from typing import Protocol, cast
from urllib.parse import urlsplit

import uuid6
from django.conf import settings
from django.utils.module_loading import import_string

_TAKEN = range(200, 300)
# Asked again later, these may be answered otherwise: too slow, a conflict with the same key that
# is still on its way, too early, too many.
_LATER = frozenset({408, 409, 425, 429})
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


class SmsFailed(Exception):
    """The gateway did not take the message; sending it again later may help."""

    status: int = 0
    """What the gateway answered (HTTP), 0 for nothing."""


class SmsRefused(SmsFailed):
    """The gateway will not take this message, however often it is asked."""


class Sender(Protocol):
    """What takes a message to a phone."""

    def send(self, phone: str, text: str, key: str) -> None:
        """Hand over one message; a key that was taken before is not sent again.

        Raises SmsFailed when it was not taken.
        """


class FileSender:
    """Writes each message into a file of its own, for development: no phone rings."""

    def send(self, phone: str, text: str, key: str) -> None:
        """Write the message where its reader on this machine finds it, readable by nobody else."""
        folder = Path(settings.SMS_FILE_PATH)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Keys begin with their time, so the names stand in the order of the messages.
        try:
            descriptor = os.open(folder / f"{key}.txt", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(f"{phone}\n{text}\n")


class HttpSender:
    """Hands messages to a gateway by HTTP: a POST of JSON, the key in its own header.

    The body is `{"to": "+84…", "text": "…"}`; any answer from 200 to 299 says that it was taken,
    whatever else the gateway writes. Where a gateway wants another form, a small class of this
    kind stands in its place (`SMS_BACKEND`).
    """

    def send(self, phone: str, text: str, key: str) -> None:
        """Post one message. Raises SmsFailed, or SmsRefused for an answer that will not change."""
        body = json.dumps({"to": _international(phone), "text": text}, ensure_ascii=False)
        try:
            status = self._post(body.encode(), key)
        except (OSError, http.client.HTTPException) as error:
            # Not the error itself: it may repeat what was sent.
            raise SmsFailed(type(error).__name__) from None
        if status not in _TAKEN:
            will_change = status >= 500 or status in _LATER
            refusal = SmsFailed(str(status)) if will_change else SmsRefused(str(status))
            refusal.status = status
            raise refusal

    def _post(self, body: bytes, key: str) -> int:
        url = urlsplit(settings.SMS_HTTP_URL)
        connection = _connection_to(url.scheme, url.hostname or "", url.port)
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {settings.SMS_HTTP_TOKEN}",
            "Idempotency-Key": key,
        }
        path = (url.path or "/") + (f"?{url.query}" if url.query else "")
        connection.connect()
        # A gateway that sends a byte now and then would keep us for ever: the timeout of sockets
        # begins anew with each.
        watch = threading.Timer(settings.SMS_HTTP_TIMEOUT, _hang_up, [connection.sock])
        watch.daemon = True
        watch.start()
        try:
            connection.request("POST", path, body, headers)
            return connection.getresponse().status
        finally:
            watch.cancel()
            connection.close()


def send_sms(phone: str, text: str, *, key: str = "") -> None:
    """Send a message to a number in its stored form (`0xxxxxxxxx`); raises SmsFailed.

    `key` names the message for the gateway; without one it is a message of its own.
    """
    sender = cast(Sender, import_string(settings.SMS_BACKEND)())
    sender.send(phone, text, key or str(uuid6.uuid7()))


def _connection_to(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    """Open no connection yet. Raises SmsFailed where the token would travel in the clear."""
    timeout = settings.SMS_HTTP_TIMEOUT
    if scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=timeout)
    if scheme == "http" and host in _LOCAL:
        return http.client.HTTPConnection(host, port, timeout=timeout)
    raise SmsFailed("SMS_HTTP_URL must begin with https://")


def _hang_up(connected: socket.socket) -> None:
    try:
        connected.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it was closed in that very moment


def _international(phone: str) -> str:
    return f"+84{phone[1:]}" if phone.startswith("0") else phone
