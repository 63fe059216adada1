"""Job runners killed while they send messages: what got lost, and what rang twice."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from bench.desk.dying_runner import POINTS
from bench.desk.killing import NotKilled, go_on, kill_runners, sending_through
from bench.desk.partner import CountingPartner
from bench.results import Results
from bench.server import BenchFailed
from bench.stack import FILING, ROOT, Stack

ROUNDS = 3
MESSAGES = 40
_LEFT = "SELECT count(*) FROM jobs_job WHERE queue = 'notices' AND state <> 'done'"


def measure(stack: Stack, people: dict[str, Any], results: Results) -> None:
    """Kill a runner at each point, round after round, and count at the partner."""
    partner = CountingPartner()
    environment = sending_through(partner, stack.environment)
    killed = 0
    try:
        with stack.without_jobs():
            for number in range(ROUNDS):
                arguments = (FILING, str(number * MESSAGES), str(MESSAGES))
                command = [sys.executable, "-m", "bench.desk.told", *arguments]
                subprocess.run(command, cwd=ROOT, env=environment, check=True)
                killed += kill_runners(POINTS, partner, environment)
                go_on(environment, lambda: not stack.row(_LEFT)[0])
    except (NotKilled, subprocess.CalledProcessError) as error:
        raise BenchFailed(str(error)) from None
    finally:
        partner.close()
    expected = {f"+849{number:08d}" for number in range(ROUNDS * MESSAGES)}
    doubled = sum(times - 1 for times in partner.done.values())
    note = f"{len(expected)} messages, {sum(partner.asked.values())} calls"
    results.add("jobs.killed", killed, f"at {len(POINTS)} points; {note}")
    results.add("jobs.lost", len(expected - set(partner.done)))
    results.add("jobs.doubled", doubled)
