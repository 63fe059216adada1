"""Settings of a PostgreSQL server that holds thousands of communes, each with its reason.

Nothing here needs Django: the embedded server of one machine is started with the same ones.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass

MB = 1024**2
_UNITS = {"MB": MB, "GB": 1024 * MB}
_LEAST = 2 * 1024 * MB
# Job runners, the owner's commands and a look by hand, besides one connection a web worker.
_OTHER_CONNECTIONS = 20
_LEAST_CONNECTIONS = 50


class BadMemory(ValueError):
    """An amount of memory that is not written as 24GB, or too little to serve with."""


@dataclass(frozen=True)
class Setting:
    """One line of postgresql.conf; `why` is a comment above it."""

    name: str
    value: str
    why: str


MANY_SCHEMAS = (
    Setting(
        "max_locks_per_transaction",
        "512",
        "Onboarding, upgrading or dropping a commune locks each of its relations at once.",
    ),
    Setting(
        "checkpoint_timeout",
        "15min",
        "A checkpoint writes every file that changed, and every commune has dozens.",
    ),
    Setting(
        "autovacuum_naptime",
        "60s",
        "Each round reads the list of all tables: some percent of a core at a million.",
    ),
)
# Linux alone has the call: one for each file system in the place of one for each file.
QUICK_RECOVERY = Setting(
    "recovery_init_sync_method",
    "syncfs",
    "After a crash every file is made safe first: a minute and more for a million, else 3 s.",
)
NOTHING_LOST = Setting(
    "synchronous_commit", "on", "A filing that was acknowledged survives a loss of power."
)
NOTHING_TOLD = (
    Setting(
        "log_min_error_statement",
        "panic",
        "Statements carry what people wrote; errors are logged without them.",
    ),
    Setting("log_error_verbosity", "terse", "The same for the rows that an error's detail shows."),
)


def settings_for(memory: int, workers: int) -> list[Setting]:
    """Return the settings of a machine with so many bytes of memory and so many web workers."""
    return [
        Setting(
            "max_connections",
            str(max(_LEAST_CONNECTIONS, workers + _OTHER_CONNECTIONS)),
            "One for each web worker and job runner, kept open, and some for commands; no pooler.",
        ),
        Setting(
            "shared_buffers",
            f"{memory // 4 // MB}MB",
            "A quarter of the memory; backends need the rest, 0.3 MB a commune each has met.",
        ),
        Setting(
            "effective_cache_size",
            f"{memory // 2 // MB}MB",
            "What the system keeps of files, which is most of what the backends leave.",
        ),
        Setting("maintenance_work_mem", "256MB", "Tables are small; an index is built at once."),
        *MANY_SCHEMAS,
        Setting(
            "max_wal_size",
            "8GB",
            "Onboarding a province must not force a checkpoint at every commune.",
        ),
        QUICK_RECOVERY,
        NOTHING_LOST,
        *NOTHING_TOLD,
        Setting("timezone", "UTC", "Pages show local time; the database keeps the one clock."),
    ]


def of_any_size() -> dict[str, str]:
    """Return what thousands of communes need of a server, however little memory there is."""
    alike = [*MANY_SCHEMAS, NOTHING_LOST]
    if sys.platform == "linux":
        alike.append(QUICK_RECOVERY)
    # Room for onboarding the whole country at once, on a disk that may be small.
    return {one.name: one.value for one in alike} | {"max_wal_size": "4GB"}


def parse_memory(text: str) -> int:
    """Return the bytes of "24GB" or "4096MB"; raise BadMemory."""
    found = re.fullmatch(r"(?P<number>[0-9]{1,7}) ?(?P<unit>MB|GB)", text.strip().upper())
    if found is None:
        raise BadMemory(f"“{text}” không phải một lượng bộ nhớ; viết như 24GB hoặc 4096MB.")
    memory = int(found["number"]) * _UNITS[found["unit"]]
    if memory < _LEAST:
        raise BadMemory(f"{text} không đủ để phục vụ; cần ít nhất 2GB.")
    return memory


def configuration(memory: int, workers: int) -> str:
    """Return the file for conf.d, one comment and one line a setting."""
    parts = ["# Written by: manage.py postgresql_settings. Restart the server after a change."]
    parts += [f"\n# {one.why}\n{one.name} = '{one.value}'" for one in settings_for(memory, workers)]
    return "\n".join(parts) + "\n"
