"""Several people acting at the same moment, each on a connection of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection

from tenants.communes.current import in_commune

WAIT_SECONDS = 60


def at_once(commune_code: str, acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run the acts together in a commune; what each gave back or raised, in their order."""
    results: list[Any] = [None] * len(acts)
    start = threading.Barrier(len(acts))

    def run(place: int, act: Callable[[], Any]) -> None:
        try:
            with in_commune(commune_code):
                start.wait(WAIT_SECONDS)
                results[place] = act()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_SECONDS)
        assert not thread.is_alive(), "An act waits for ever."
    return results
