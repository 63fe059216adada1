"""A job runner that is killed at a named point: `python -m … QUEUE POINT`.

Points: `claimed` (the job is taken), `before_commit` (its effects and its mark are sent),
`after_commit`.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import django


def die(*_args: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(queue: str, point: str) -> None:
    django.setup()
    from django.db import connection

    from tenants.jobs import runner

    commit = connection.commit
    if point == "claimed":
        runner.run_claim = die  # type: ignore[assignment]
    elif point == "before_commit":
        connection.commit = die  # type: ignore[method-assign]
    elif point == "after_commit":
        connection.commit = lambda: die(commit())  # type: ignore[func-returns-value, method-assign]
    else:
        raise ValueError(point)
    runner.run_next_job([queue])


if __name__ == "__main__":
    main(*sys.argv[1:])
