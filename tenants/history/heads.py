"""Heads of the communes' chains, kept elsewhere: who owns the database cannot rewrite those.

A chain proves that no event was changed as long as its head is right. Somebody who can change
every table can make a whole new chain; they cannot make it end in, or pass through, a head that
was written down before in a place that is not theirs.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO

from django.db import connection, transaction
from django.utils.translation import gettext as _

from tenants.communes.current import in_commune
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


def verify_history(code: str, *, kept: Head | None = None) -> Head:
    """Check a commune's whole chain, and that it passes through a head kept from before.

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
            if kept is not None:
                _check_passes_through(kept)
            head = ChainHead.objects.filter(pk=1).first()
            return Head(code, head.sequence if head else 0, head.hash if head else "")


def _check_passes_through(kept: Head) -> None:
    hashes = Event.objects.filter(sequence=kept.sequence).values_list("hash", flat=True)
    if kept.sequence and hashes.first() != kept.hash:
        raise ChainBroken(
            sequence=kept.sequence, reason=_("không khớp đầu chuỗi đã lưu ở nơi khác.")
        )


def write_heads(file: IO[str], heads: Iterable[Head]) -> None:
    """Write heads as CSV."""
    writer = csv.writer(file)
    writer.writerow(_COLUMNS)
    writer.writerows((head.commune_code, head.sequence, head.hash) for head in heads)


def read_heads(file: IO[str]) -> dict[str, Head]:
    """Read what `write_heads` wrote, by commune; raises HeadsUnreadable."""
    rows = csv.reader(file)
    if tuple(next(rows, ())) != _COLUMNS:
        raise HeadsUnreadable(1)
    heads = {}
    for line, row in enumerate(rows, 2):
        if len(row) != len(_COLUMNS) or not row[1].isdecimal():
            raise HeadsUnreadable(line)
        heads[row[0]] = Head(row[0], int(row[1]), row[2])
    return heads
