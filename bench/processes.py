"""Processor time and memory of processes, as Linux accounts for them in /proc."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable
from pathlib import Path

_TICK = 1 / os.sysconf("SC_CLK_TCK")
_MAPPED_LIBRARIES = {"pikepdf": "/pikepdf/", "PIL": "/PIL/", "weasyprint": "libpango"}


def _stat(pid: int) -> list[str]:
    """The fields of a process after its name, which may itself hold spaces and brackets."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents.setdefault(int(_stat(int(entry.name))[1]), []).append(int(entry.name))
            except (FileNotFoundError, ProcessLookupError):
                continue
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += parents.get(one, [])
    return found


def cpu_seconds(pids: Iterable[int]) -> float:
    """Processor seconds, user and system, of processes with their descendants, ended ones too."""
    total = 0
    for pid in pids:
        for member in family(pid):
            # One that has ended meanwhile is counted with its parent from now on.
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                # utime, stime, and cutime, cstime of children that have ended.
                total += sum(int(field) for field in _stat(member)[11:15])
    return total * _TICK


def resident_mb(pid: int) -> float:
    """Resident memory of one process in megabytes (10^6 bytes), shared pages included."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def mapped_libraries(pid: int) -> list[str]:
    """Which of the libraries a web worker must not load are mapped into a process."""
    maps = Path(f"/proc/{pid}/maps").read_text()
    return [name for name, mark in _MAPPED_LIBRARIES.items() if mark in maps]


def machine() -> str:
    """What the figures were measured on: cores, how busy they are, how fast Python runs now."""
    began, total = time.process_time(), 0
    for number in range(10_000_000):
        total += number
    took = time.process_time() - began
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores, load {load:.1f}; ten million additions take {took:.2f} s"
