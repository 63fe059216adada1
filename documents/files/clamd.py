"""Asking ClamAV's daemon about a file, over its socket, where the settings name one.

Only INSTREAM is spoken (ClamAV's manual, clamd(8)): the daemon needs no access to the store.
"""

from __future__ import annotations

import re
import socket
import struct
from typing import BinaryIO

from django.conf import settings

# A scan of the largest file takes a second or two; a job may be idle in its transaction for ten.
_SECONDS = 8.0
_PIECE = 64 * 1024
_MOST_ANSWER = 4096
_LENGTH = struct.Struct(">I")
_FOUND = re.compile(rb"stream: (.+) FOUND\Z")


class ScannerAway(Exception):
    """The daemon did not answer, or not with a verdict; the file stays unchecked."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"ClamAV không trả lời: {reason}.")


def is_configured() -> bool:
    """Whether files are to be scanned: CLAMD_SOCKET (a path) or CLAMD_ADDRESS (host:port)."""
    return bool(settings.CLAMD_SOCKET or settings.CLAMD_ADDRESS)


def is_infected(file: BinaryIO) -> bool:
    """Whether the daemon knows what is in this file. Raises ScannerAway."""
    try:
        with _connection() as connection:
            connection.sendall(b"zINSTREAM\0")
            while piece := file.read(_PIECE):
                connection.sendall(_LENGTH.pack(len(piece)) + piece)
            connection.sendall(_LENGTH.pack(0))
            answer = _answer(connection)
    except OSError as error:
        raise ScannerAway(type(error).__name__) from error
    if _FOUND.match(answer):
        return True
    if answer != b"stream: OK":
        # Too large for its StreamMaxLength, no signatures …: nothing is known of the file.
        raise ScannerAway(answer[:80].decode(errors="replace") or "không có nội dung")
    return False


def _connection() -> socket.socket:
    if settings.CLAMD_SOCKET:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(_SECONDS)
        try:
            connection.connect(str(settings.CLAMD_SOCKET))
        except OSError:
            connection.close()
            raise
        return connection
    host, _, port = str(settings.CLAMD_ADDRESS).rpartition(":")
    return socket.create_connection((host, int(port)), timeout=_SECONDS)


def _answer(connection: socket.socket) -> bytes:
    answer = b""
    while b"\0" not in answer and len(answer) < _MOST_ANSWER:
        piece = connection.recv(_MOST_ANSWER)
        if not piece:
            break
        answer += piece
    return answer.partition(b"\0")[0].strip()
