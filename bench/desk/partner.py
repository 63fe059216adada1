"""A gateway of messages that counts: what it was asked under each key, and what it did.

It keeps to what the product asks of a gateway: a key that it has seen does nothing again. So what
is done twice for one phone came under two keys, and that would be the product's fault.
"""

from __future__ import annotations

import json
import os
import signal
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class CountingPartner(ThreadingHTTPServer):
    """Listens on a port of its own until it is closed."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.asked: Counter[str] = Counter()
        self.done: Counter[str] = Counter()
        """How often it rang at each phone."""
        # The next request's sender is killed after all was done and before it hears so.
        self.kills: int | None = None
        # How many of the next requests are refused for now.
        self.refuses = 0
        self.lock = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where messages are posted to."""
        return f"http://127.0.0.1:{self.server_port}/messages"

    def close(self) -> None:
        """Listen no more."""
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Answers(BaseHTTPRequestHandler):
    server: CountingPartner

    def do_POST(self) -> None:
        """Take one message."""
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        key, partner = self.headers["Idempotency-Key"], self.server
        with partner.lock:
            if partner.refuses:
                partner.refuses -= 1
                self._answer(503)
                return
            partner.asked[key] += 1
            if partner.asked[key] == 1:
                partner.done[message["to"]] += 1
            victim, partner.kills = partner.kills, None
        if victim is not None:
            os.kill(victim, signal.SIGKILL)
            return
        self._answer(202)

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""
