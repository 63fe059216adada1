"""When a scheduled task runs: what `settings.SCHEDULED_TASKS` says of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Timing:
    """A time that comes again; all three in whole seconds."""

    period: int
    phase: int
    """After local midnight (of some day) for the first commune."""
    spread: int
    """The window over which the communes are spread, each at its own second; at least 1."""


def daily(at: str, *, over: timedelta = timedelta(seconds=1)) -> Timing:
    """Once a day from a local time ("01:30") on, the communes spread `over` a window."""
    begin = time.fromisoformat(at)
    phase = timedelta(hours=begin.hour, minutes=begin.minute)
    return _timing(_DAY, phase, over)


def every(period: timedelta, *, over: timedelta = timedelta(seconds=1)) -> Timing:
    """Again and again after a period that divides the day, spread `over` a window."""
    return _timing(period, timedelta(), over)


def _timing(period: timedelta, phase: timedelta, over: timedelta) -> Timing:
    if _DAY % period:
        raise ValueError(f"{period} does not divide the day: the times would move every day")
    if not timedelta(seconds=1) <= over <= period:
        raise ValueError(f"communes are spread over 1 second to {period}, not {over}")
    seconds = (int(one.total_seconds()) for one in (period, phase, over))
    return Timing(*seconds)
