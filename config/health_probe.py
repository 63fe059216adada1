"""`python -m config.health_probe`: the container's health check; ends with 0 when pages answer."""

from __future__ import annotations

import http.client
import os
import sys


def main() -> int:
    """Ask this machine's own web server whether it is alive."""
    host = os.environ.get("BASE_DOMAIN", "xaso.localhost")
    connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=4)
    try:
        # The name of the central site: the server refuses hosts that are not its own.
        connection.request("GET", "/healthz", headers={"Host": host})
        return 0 if connection.getresponse().status == http.HTTPStatus.OK else 1
    except OSError:
        return 1


if __name__ == "__main__":
    sys.exit(main())
