"""Heads of the communes' chains, kept elsewhere: who owns the database cannot rewrite those.

A chain proves that no event was changed as long as its head is right. Somebody who can change
every table can make a whole new chain; they cannot make it end in, or pass through, a head that
was written down before in a place that is not theirs.
"""

from __future__ import annotations

import csv
import fcntl
import io
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO

from django.db import connection, transaction
from django.utils.translation import gettext as _

from tenants.communes.current import current_commune, in_commune
from tenants.history.events import ChainBroken, verify_chain
from tenants.history.models import ChainHead, Event

_COLUMNS = ("commune_code", "sequence", "hash")


class HeadsUnreadable(Exception):
    """The file is not one of heads; the sentence says where."""

    def __init__(self, line: int) -> None:
        super().__init__(f"Tệp đầu chuỗi sai ở dòng {line}: mỗi dòng gồm mã đơn vị, số, mã băm.")


@dataclass(frozen=True)
class Head:
    """The last event of a commune's chain at a moment; `sequence` is also how many it had."""

    commune_code: str
    sequence: int
    hash: str


def verify_history(code: str, *, kept: Sequence[Head] = ()) -> Head:
    """Check a commune's whole chain, and that it passes through all heads kept from before.

    Raises ChainBroken, which names the first event that is wrong. Read at one moment, so it may
    run while people work.
    """
    with in_commune(code):
        # Before the transaction, whose first statement must choose what it sees.
        connection.apply_search_path()  # type: ignore[attr-defined]
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            verify_chain()
            _check_passes_through(kept)
            return head_now()


def _check_passes_through(kept: Sequence[Head]) -> None:
    sequences = {head.sequence for head in kept}
    found = dict(Event.objects.filter(sequence__in=sequences).values_list("sequence", "hash"))
    for head in sorted(kept, key=lambda head: head.sequence):
        if head.sequence and found.get(head.sequence) != head.hash:
            raise ChainBroken(
                sequence=head.sequence, reason=_("không khớp đầu chuỗi đã lưu ở nơi khác.")
            )


def head_now() -> Head:
    """Return the last link of the chain of the commune we are in."""
    head = ChainHead.objects.filter(pk=1).first()
    code = current_commune().code
    return Head(code, head.sequence if head else 0, head.hash if head else "")


def write_heads(file: IO[str], heads: Iterable[Head]) -> None:
    """Write heads as CSV."""
    writer = csv.writer(file)
    writer.writerow(_COLUMNS)
    writer.writerows((head.commune_code, head.sequence, head.hash) for head in heads)


def keep_head(head: Head, *, folder: Path, day: date) -> None:
    """Add a head to the day's file of a folder, and wait until the disk has it.

    The file is only ever added to, so it may lie where nothing can be changed or removed. Raises
    OSError: a folder that is not there is not made, it may be another machine's that is away.
    """
    descriptor = os.open(
        folder / f"{day.isoformat()}.csv", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640
    )
    with os.fdopen(descriptor, "a", encoding="utf-8", newline="") as file:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        lines = io.StringIO()
        write_heads(lines, [head])
        # Whoever writes first also writes what the columns are.
        is_first = os.fstat(descriptor).st_size == 0
        file.write(lines.getvalue() if is_first else lines.getvalue().partition("\n")[2])
        file.flush()
        os.fsync(descriptor)


def kept_heads(path: Path) -> dict[str, list[Head]]:
    """Read a file of heads, or every one of a folder, by commune.

    Raises HeadsUnreadable, OSError.
    """
    kept: dict[str, list[Head]] = {}
    for one in sorted(path.glob("*.csv")) if path.is_dir() else [path]:
        with one.open(encoding="utf-8", newline="") as file:
            for head in read_heads(file):
                kept.setdefault(head.commune_code, []).append(head)
    return kept


def read_heads(file: IO[str]) -> list[Head]:
    """Read what `write_heads` wrote; raises HeadsUnreadable."""
    rows = csv.reader(file)
    if tuple(next(rows, ())) != _COLUMNS:
        raise HeadsUnreadable(1)
    heads = []
    for line, row in enumerate(rows, 2):
        if len(row) != len(_COLUMNS) or not row[1].isdecimal():
            raise HeadsUnreadable(line)
        heads.append(Head(row[0], int(row[1]), row[2]))
    return heads
