"""Numbers of a register: without gaps, one after another, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import uuid6
from django.db import connection, transaction


@dataclass(frozen=True)
class Numbering:
    """The number, notation and date that a document receives at the moment it is issued."""

    number: int | None
    notation: str
    issued_on: date

    @property
    def seq(self) -> str:
        """The number as printed: two digits at least (Decree 30/2020, appendix I)."""
        return "" if self.number is None else f"{self.number:02d}"


Content = dict[str, Any] | Callable[[Numbering], dict[str, Any]]


def allocate(series: str) -> int:
    """Give out the next number of a series, starting from 1.

    The row stays locked until the caller's transaction ends, and a rollback takes the number
    back with it: that is what makes a series free of gaps.

    Raises TransactionManagementError outside a transaction, where a number could be lost.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "allocate() needs the transaction of the document or case that takes the number."
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO registers_series AS series (id, name, last) VALUES (%s, %s, 1) "
            "ON CONFLICT (name) DO UPDATE SET last = series.last + 1 RETURNING last",
            [uuid6.uuid7(), series],
        )
        return int(cursor.fetchone()[0])


def number_document(*, register: str, pattern: str, issued_on: date) -> Numbering:
    """The next number of a register's year, written by its notation pattern.

    ``pattern`` knows ``{seq}`` (two digits at least) and ``{year}``, as in ``{seq}/QĐ-UBND``.
    Without a register the document carries no number.
    """
    if not register:
        return Numbering(number=None, notation="", issued_on=issued_on)
    number = allocate(f"{register}:{issued_on.year}")
    notation = pattern.replace("{seq}", f"{number:02d}").replace("{year}", str(issued_on.year))
    return Numbering(number=number, notation=notation, issued_on=issued_on)
