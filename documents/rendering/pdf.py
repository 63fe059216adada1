"""PDFs for the job runner: hands a page to the typesetting child and takes the PDF back."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from documents.rendering.worker import DONE, LENGTH, read_frame, write_frame

# The job's transaction is idle meanwhile, and the server ends one that idles for ten seconds.
SECONDS = 9.0
# Outside a job nothing waits for a starting child but the runner itself.
START_SECONDS = 60.0
# A page that somebody waits for; a web worker is given up after thirty.
ONCE_SECONDS = 20.0
MAX_HTML_BYTES = 4 * 1024**2
# A fresh child now and then bounds whatever its libraries do not give back.
PAGES_PER_CHILD = 500
# Draws a line of text once, so that fonts are found and loaded before the first real page.
READY_PAGE = "<!doctype html><html lang=vi><title>.</title><p>Sẵn sàng".encode()
_ROOT = Path(__file__).resolve().parents[2]
_KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "XDG_CACHE_HOME", "FONTCONFIG_FILE")


class RenderingFailed(Exception):
    """A page did not become a PDF; the job tries again and then shows this to the operator."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Không tạo được tệp PDF của văn bản: {reason}.")


@dataclass(frozen=True)
class RenderedPdf:
    """A finished PDF and how many pages it has."""

    data: bytes
    pages: int


class Typesetter:
    """One child process, started when first needed and again after it was stopped."""

    def __init__(self, *, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._folder = ""
        self._owner = 0
        self._made = 0

    def render(self, html: str) -> RenderedPdf:
        """The PDF/A of a page. Raises RenderingFailed."""
        body = html.encode()
        if len(body) > MAX_HTML_BYTES:
            raise RenderingFailed(f"trang in dài {len(body)} byte, hơn mức {MAX_HTML_BYTES}")
        with self._lock:
            try:
                answer = self._exchange(self._ready_child(), body, self._seconds)
            finally:
                # A child that was killed or has made its share is replaced at once: the next
                # one loads its libraries while the runner does other things.
                self._running_child()
        if answer[:1] != DONE:
            raise RenderingFailed(answer[1:].decode(errors="replace")[:400])
        (pages,) = LENGTH.unpack(answer[1 : 1 + LENGTH.size])
        return RenderedPdf(data=answer[1 + LENGTH.size :], pages=pages)

    def warm_up(self) -> None:
        """Start the child and wait until it has loaded its libraries. Raises RenderingFailed."""
        with self._lock:
            self._ready_child()

    def stop(self) -> None:
        """End the child; the next page starts another."""
        child, self._child = self._child, None
        if child is not None and self._owner == os.getpid():
            child.kill()
            child.communicate()
            shutil.rmtree(self._folder, ignore_errors=True)

    def _ready_child(self) -> subprocess.Popen[bytes]:
        """A child that has loaded its libraries: a page's own time is not for waiting on that."""
        child = self._running_child()
        if self._made == 0:
            self._exchange(child, READY_PAGE, START_SECONDS)
        return child

    def _running_child(self) -> subprocess.Popen[bytes]:
        child = self._child
        usable = child is not None and self._owner == os.getpid() and child.poll() is None
        if child is None or not usable or self._made >= PAGES_PER_CHILD:
            self.stop()
            # A child that is killed cannot tidy up behind its libraries.
            self._folder = tempfile.mkdtemp(prefix="xaso-typesetting-")
            child = self._child = _start_child(self._folder)
            self._owner, self._made = os.getpid(), 0
        return child

    def _exchange(self, child: subprocess.Popen[bytes], body: bytes, seconds: float) -> bytes:
        self._made += 1
        # Killing the child ends a blocked read as well as a blocked write.
        watch = threading.Timer(seconds, child.kill)
        watch.start()
        try:
            write_frame(cast(BinaryIO, child.stdin), body)
            answer = read_frame(cast(BinaryIO, child.stdout))
        except BrokenPipeError:
            answer = None
        finally:
            watch.cancel()
        if answer is None:
            self.stop()
            raise RenderingFailed(f"quá {seconds:g} giây hoặc quá mức bộ nhớ")
        return answer


def _start_child(folder: str) -> subprocess.Popen[bytes]:
    # The child gets neither the database's address nor the keys.
    variables = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    variables["TMPDIR"] = folder
    return subprocess.Popen(
        [sys.executable, "-m", "documents.rendering.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=_ROOT,
        env=variables,
    )


_typesetter = Typesetter()
atexit.register(_typesetter.stop)


def render_pdf(html: str) -> RenderedPdf:
    """The PDF/A-2u of a page made by ``render_html``. Raises RenderingFailed."""
    return _typesetter.render(html)


def render_once(html: str) -> RenderedPdf:
    """The same for a page that somebody waits for, where no job runner is: by a child of its own.

    Takes a second or two, most of it the child's start; the child ends with it. Raises
    RenderingFailed.
    """
    typesetter = Typesetter(seconds=ONCE_SECONDS)
    try:
        return typesetter.render(html)
    finally:
        typesetter.stop()


def warm_up() -> None:
    """Have the typesetting child ready; for the start of a job runner. Raises RenderingFailed."""
    _typesetter.warm_up()
