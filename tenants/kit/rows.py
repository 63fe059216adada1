"""Rows read with one plain statement, as instances of their model.

Building a query through the models takes several times as long as running it. What nearly every
page reads (its draft, its case, the files of it, the account) is read here instead; all else is
asked of the models as usual.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar, cast

from django.db import connection, models, transaction

Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True)
class _Plan(Generic[Row]):
    """How the columns of a model are written in a statement, and read from its answer."""

    model: type[Row]
    columns: str
    names: tuple[str, ...]
    # Of a few columns only: position, and what makes the value of what the driver gave.
    converters: tuple[tuple[int, Callable[..., Any]], ...]

    def instance(self, values: Sequence[Any]) -> Row:
        """Make an instance, as the models do."""
        if self.converters:
            values = list(values)
            for at, convert in self.converters:
                values[at] = convert(values[at], None, connection)
        return self.model.from_db(connection.alias, self.names, values)


@lru_cache(maxsize=64)
def _plan(model: type[Row], table: str) -> _Plan[Row]:
    quote = connection.ops.quote_name
    fields = model._meta.concrete_fields
    return _Plan(
        model=model,
        columns=", ".join(f"{table}.{quote(str(field.column))}" for field in fields),
        names=tuple(field.attname for field in fields),
        converters=tuple(
            (at, convert)
            for at, field in enumerate(fields)
            for convert in field.get_db_converters(connection)
        ),
    )


@lru_cache(maxsize=64)
def _select(model: type[models.Model], related: str) -> str:
    quote = connection.ops.quote_name
    start = f"SELECT {_plan(model, 'a').columns}"
    tables = f" FROM {quote(model._meta.db_table)} a"
    if related:
        key = cast(Any, model._meta.get_field(related))
        other = key.related_model
        start += f", {_plan(other, 'b').columns}"
        tables += (
            f" JOIN {quote(other._meta.db_table)} b"
            f" ON b.{quote(key.target_field.column)} = a.{quote(key.column)}"
        )
    return start + tables


def read_rows(
    model: type[Row], rest: str, params: Sequence[Any], *, related: str = ""
) -> list[Row]:
    """Return the rows that `rest` asks for: SQL after the tables, in which the model's is `a`.

    `related` is a foreign key that is never empty, whose row (`b`) is read along.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"{_select(model, related)} {rest}", params)
        found = cursor.fetchall()
    plan = _plan(model, "a")
    if not related:
        return [plan.instance(values) for values in found]
    key, width = cast(Any, model._meta.get_field(related)), len(plan.names)
    other: _Plan[Any] = _plan(key.related_model, "b")
    rows = []
    for values in found:
        row = plan.instance(values[:width])
        key.set_cached_value(row, other.instance(values[width:]))
        rows.append(row)
    return rows


def read_row(
    model: type[Row], condition: str, params: Sequence[Any], *, related: str = ""
) -> Row | None:
    """Return the one row that meets a condition, or None. The condition is of a unique key."""
    rows = read_rows(model, f"WHERE {condition}", params, related=related)
    return rows[0] if rows else None


def lock_row(model: type[Row], condition: str, params: Sequence[Any]) -> Row | None:
    """Return the one row that meets a condition, locked for the rest of the transaction."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("A row is locked inside a transaction only.")
    rows = read_rows(model, f"WHERE {condition} FOR UPDATE", params)
    return rows[0] if rows else None
