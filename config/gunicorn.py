"""How gunicorn serves pages: `gunicorn --config config/gunicorn.py`, once for each worker.

A worker is one process with one connection, and its PostgreSQL backend keeps in memory what it
learnt of each commune it has worked in, for as long as the connection lasts. So there are few
workers, the proxy sends a commune always to the same one, and each ends after some thousand
requests. Its successor is a copy of a process that knows the pages already and serves at once.

From the environment: WEB_BIND (unix:/run/xaso/main-1.sock, or ADDRESS:PORT), WEB_MAX_REQUESTS
(0: never ends), WEB_ACCESS_LOG (a file, or - for the standard output; none without it, as the
proxy writes one).
"""

from __future__ import annotations

import os
from typing import Any

wsgi_app = "config.wsgi"
bind = os.environ.get("WEB_BIND", "127.0.0.1:8000")

worker_class = "sync"
workers = 1
preload_app = True
max_requests = int(os.environ.get("WEB_MAX_REQUESTS", "2000"))
max_requests_jitter = max_requests // 5

# Waiting connections; at 20 ms a page about two seconds. The proxy tries another worker, then
# says that the site is busy, which is better than an answer nobody waits for any more.
backlog = 128
# Seconds. A statement ends after five by itself (STATEMENT_TIMEOUT_MS).
timeout = 30
graceful_timeout = 30

control_socket_disable = True
# No query string, no address, no browser: a log may be read by more people than the data.
accesslog = os.environ.get("WEB_ACCESS_LOG") or None
access_log_format = '%(t)s %({host}i)s "%(m)s %(U)s" %(s)s %(B)s %(M)sms'


def on_starting(server: Any) -> None:
    """Mask gunicorn's own lines as the product's: an error names the address with its query."""
    from tenants.kit.masking import MaskingFormatter

    for log in (server.log.error_log, server.log.access_log):
        for handler in log.handlers:
            kept = handler.formatter
            handler.setFormatter(MaskingFormatter(kept._fmt, kept.datefmt) if kept else None)


def when_ready(server: Any) -> None:
    """Load what pages need before the first worker is copied from this process."""
    from config.warm_up import warm_up

    if not warm_up(server.app.wsgi()):
        server.log.warning("The database does not answer yet: the first pages will be slow.")
