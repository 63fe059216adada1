"""A job runner that is killed at a named point: `python -m bench.desk.dying_runner POINT`.

It serves the queues as `run_jobs` does until the first job comes that has the point. The product
knows nothing of this: the program puts its own functions in the place of the product's.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import django

DECIDES = "tenants.notices.tasks.deliver_notice"
SENDS = "tenants.notices.tasks.send_delivery"
# Point → the task in which it lies, in the order in which a queue comes to them. "in_call" and
# "refused" need a partner that plays along.
POINTS = {
    "before_deciding": DECIDES,
    "decided": DECIDES,
    "decided_and_noted": DECIDES,
    "claimed": SENDS,
    "before_call": SENDS,
    "in_call": SENDS,
    "answered": SENDS,
    "before_commit": SENDS,
    "after_commit": SENDS,
    "refused": SENDS,
}


def die(*_args: Any) -> None:
    """End as if the machine lost its current."""
    os.kill(os.getpid(), signal.SIGKILL)


def main(point: str) -> None:
    """Run until the point is reached."""
    django.setup()
    from django.conf import settings

    from tenants.jobs import runner
    from tenants.jobs.loop import Runner

    task, run_claim = POINTS[point], runner.run_claim

    def run(claim: runner.Claim) -> Exception | None:
        if claim.task == task:
            if point in ("claimed", "before_deciding"):
                die()
            _set_trap(point)
        return run_claim(claim)

    runner.run_claim = run
    Runner(settings.JOB_QUEUES).run()


def _set_trap(point: str) -> None:
    from django.db import connection

    from tenants.notices import tasks

    commit, hand_over = connection.commit, tasks.hand_to_partner
    if point == "before_call":
        tasks.hand_to_partner = die
    elif point == "answered":
        tasks.hand_to_partner = _then_die(hand_over)
    elif point in ("decided", "before_commit", "refused"):
        connection.commit = die
    elif point in ("decided_and_noted", "after_commit"):
        connection.commit = _then_die(commit)


def _then_die(act: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args: die(act(*args))


if __name__ == "__main__":
    main(sys.argv[1])
