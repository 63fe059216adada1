"""Asking the limited process what a file is and how it looks: for the job runner alone.

The process is started with the first file, or with the runner (`warm_up`), and again after it
was stopped. Only descriptors of the file and of a place to write to go over, never a path.
"""

from __future__ import annotations

import atexit
import json
import os
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from documents.files.checker import GOOD, MESSAGE_BYTES, NOT_CHECKED, WALL_SECONDS

_ROOT = Path(__file__).resolve().parents[2]
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL")
# Starting may happen while the machine is busy; nothing but the runner waits for it.
_START_SECONDS = 60.0
_GRACE_SECONDS = 1.0


class NotChecked(Exception):
    """The file could not be looked into; the job tries again."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Chưa kiểm tra được tệp: {reason}.")


@dataclass(frozen=True)
class Finding:
    """What a file is: its pages, or the name of the reason why it is refused."""

    pages: int = 0
    refusal: str = ""
    # Of a page that was drawn: how many bytes its two pictures have.
    sizes: tuple[int, ...] = ()


class Checker:
    """One process that forks a child for every file."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._owner = 0

    def check(self, source: int, kind: str, *, target: int | None = None) -> Finding:
        """Look into the file behind a descriptor; with a target write it without notes there.

        Raises NotChecked when the process is gone or the machine too slow.
        """
        request = {"kind": kind, "strip": target is not None}
        return self._ask(request, [source] if target is None else [source, target])

    def draw(self, source: int, kind: str, page: int, target: int) -> Finding:
        """Write a page's pictures to the target. Raises NotChecked as `check` does."""
        return self._ask({"kind": kind, "page": page}, [source, target])

    def _ask(self, question: dict[str, object], descriptors: list[int]) -> Finding:
        request = json.dumps(question).encode()
        with self._lock:
            running = self._running()
            try:
                socket.send_fds(running, [request], descriptors)
                answer = running.recv(MESSAGE_BYTES)
            except OSError as error:
                self.stop()
                raise NotChecked(type(error).__name__) from error
            running.settimeout(WALL_SECONDS + _GRACE_SECONDS)
            if not answer:
                self.stop()
                raise NotChecked("tiến trình kiểm tra đã dừng")
        found = json.loads(answer)
        if found["result"] == NOT_CHECKED:
            raise NotChecked(f"quá {WALL_SECONDS} giây")
        if found["result"] == GOOD:
            return Finding(pages=found["pages"], sizes=tuple(found.get("sizes", ())))
        return Finding(refusal=found["refusal"])

    def warm_up(self) -> None:
        """Start the process, which loads its libraries while other things happen."""
        with self._lock:
            self._running()

    def stop(self) -> None:
        """End the process; the next file starts another."""
        process, self._process = self._process, None
        channel, self._socket = self._socket, None
        if channel is not None:
            channel.close()
        if process is not None and self._owner == os.getpid():
            process.kill()
            process.wait()

    def _running(self) -> socket.socket:
        process, channel = self._process, self._socket
        if process and channel and self._owner == os.getpid() and process.poll() is None:
            return channel
        self.stop()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.settimeout(_START_SECONDS)
        # It gets neither the database's address nor the keys.
        variables = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "documents.files.checker", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                cwd=_ROOT,
                env=variables,
            )
        self._socket, self._owner = ours, os.getpid()
        return ours


_checker = Checker()
atexit.register(_checker.stop)


def look_into(source: int, kind: str, *, target: int | None = None) -> Finding:
    """Look into a file in the limited process. Raises NotChecked."""
    return _checker.check(source, kind, target=target)


def draw(source: int, kind: str, page: int, target: int) -> Finding:
    """Draw a page in the limited process. Raises NotChecked."""
    return _checker.draw(source, kind, page, target)


def warm_up() -> None:
    """Have the limited process ready; for the start of a job runner."""
    _checker.warm_up()
