"""Rows as they are in an archive, and their way out of and into tables by COPY.

A row is one line: a JSON list with the text PostgreSQL gives for each column, null where there
is none. Sealed columns are opened, and a keyed index is replaced by what it indexes, so the lines
and their hash are the same wherever a commune lies, whatever the keys there. The first line names
the columns.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import Any, cast

import psycopg2
from django.db import connection
from psycopg2 import sql

from tenants.fleet.archive.errors import ArchiveDamaged, ValueUnreadable
from tenants.fleet.archive.tables import Column, Table
from tenants.kit.crypto import SealBroken, blind_index, seal, unseal

Values = list[str | None]

# The text of times, numbers and bytes must not hang on how a server is set up.
_ONE_MANNER = """
SET LOCAL TimeZone TO 'UTC'; SET LOCAL DateStyle TO 'ISO, YMD';
SET LOCAL IntervalStyle TO 'postgres'; SET LOCAL bytea_output TO 'hex';
SET LOCAL extra_float_digits TO 1
"""
# A table's rows of an ordinary commune; more go to a file of the system's temporary folder.
_HELD_BYTES = 16 * 1024 * 1024
_ESCAPED = re.compile(r"\\(.)", re.S)
_SIGNS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_TO_ESCAPE = re.compile(r"[\\\n\r\t]")
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


@dataclass(frozen=True)
class Digest:
    """How many rows, how many bytes of lines, and their SHA-256."""

    rows: int
    size: int
    sha256: str


class LineDigest:
    """Computes the digest of lines as they pass."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._lines = self._size = 0

    def add(self, line: bytes) -> None:
        """Take one line with its line feed."""
        self._hash.update(line)
        self._lines += 1
        self._size += len(line)

    def done(self) -> Digest:
        """Return the digest; the first line names columns and is no row."""
        return Digest(max(self._lines - 1, 0), self._size, self._hash.hexdigest())


class Opener:
    """Opens the rows of one commune, and remembers what of one table another one needs."""

    def __init__(self) -> None:
        self.accounts: set[str] = set()
        """Keys of the accounts that the rows seen so far refer to."""
        self.stale_indexes = 0
        """Indexes that were not made of the value with this deployment's key."""
        self._indexed: dict[tuple[str, str], str] = {}

    def open_row(self, table: Table, values: Values) -> Values:
        """Return a row of the database as it stands in an archive."""
        opened = list(values)
        key = values[table.key_at]
        for at, (column, value) in enumerate(zip(table.columns, values, strict=True)):
            if value is None:
                continue
            if column.kind == "sealed":
                sealed = bytes.fromhex(value.removeprefix("\\x"))
                try:
                    opened[at] = unseal(sealed, context=f"{column.detail}:{key}").decode()
                except SealBroken as error:
                    raise ValueUnreadable(table.name, key) from error
            elif column.account or column.mention:
                self.accounts.add(value)
        for at, column in enumerate(table.columns):
            if column.kind == "index" and values[at]:
                opened[at] = self._clear_value(table, column, opened, str(values[at]))
        return opened

    def _clear_value(self, table: Table, column: Column, opened: Values, index: str) -> str:
        purpose = column.detail
        if attribute := table.clear.get(column.name):
            clear = str(getattr(_instance(table, opened), attribute))
        else:
            clear = self._indexed.get((purpose, index), "")
        rightly = blind_index(clear, purpose=purpose) if clear else ""
        if rightly != index:
            self.stale_indexes += 1
        # Other tables may carry either.
        self._indexed |= {(purpose, index): clear, (purpose, rightly): clear}
        return clear


def _instance(table: Table, opened: Values) -> Any:
    values: dict[str, Any] = {}
    for column, one, text in zip(table.columns, table.fields, opened, strict=True):
        if one is None or text is None or column.kind == "index":
            continue
        sealed = column.kind == "sealed"
        values[one.attname] = json.loads(text) if sealed else one.to_python(text)
    return table.model(**values)


def use_one_manner() -> None:
    """Have the transaction give and take values in the same text everywhere."""
    with driver_cursor() as cursor:
        cursor.execute(_ONE_MANNER)


def read_rows(
    table: Table,
    commune_code: str,
    opener: Opener,
    *,
    condition: sql.Composable | None = None,
    write: Callable[[bytes], Any] | None = None,
) -> Digest:
    """Read a commune's rows of a table in the order of their keys; return their digest.

    Each line goes to `write`. The caller has used `use_one_manner`.
    """
    digest = LineDigest()

    def take(line: bytes) -> None:
        digest.add(line)
        if write is not None:
            write(line)

    def take_row(copied: str) -> None:
        take(line_of(opener.open_row(table, _from_copy(copied))))

    take(line_of([column.name for column in table.columns]))
    statement = sql.SQL("COPY (SELECT {} FROM {} WHERE {} ORDER BY {}) TO STDOUT").format(
        _names(table.columns),
        table.place(commune_code),
        condition or table.condition(commune_code),
        table.order,
    )
    # Taken whole before the first row is opened: opening one may ask the database, which cannot
    # answer in the middle of a COPY. What is set aside is as sealed as it was.
    with SpooledTemporaryFile(max_size=_HELD_BYTES) as copied:
        with driver_cursor() as cursor:
            cursor.copy_expert(statement, copied)
        copied.seek(0)
        for copied_line in copied:
            take_row(copied_line.decode().removesuffix("\n"))
    return digest.done()


def write_rows(
    table: Table,
    commune_code: str,
    lines: Iterable[bytes],
    *,
    accounts: Mapping[str, str],
) -> Digest:
    """Put an archive's lines into a table, sealed with this deployment's keys.

    `accounts` says which account stands for another one here. The digest is the one that
    `read_rows` must find afterwards.
    """
    digest = LineDigest()
    iterator = iter(lines)
    first = next(iterator, b"")
    if values_of(first) != [column.name for column in table.columns]:
        raise ArchiveDamaged(f"phần {table.member} có cột khác bản kê")
    digest.add(first)

    def rows() -> Iterator[str]:
        for line in iterator:
            values = values_of(line)
            if len(values) != len(table.columns):
                raise ArchiveDamaged(f"phần {table.member} có dòng thiếu cột")
            values = [
                accounts.get(value, value) if column.account and value else value
                for column, value in zip(table.columns, values, strict=True)
            ]
            digest.add(line_of(values))
            yield _to_copy(_close_row(table, values))

    given = {name: text for name, text in table.given.items() if text is not None}
    names = sql.SQL(", ").join([_names(table.columns), *(sql.Identifier(name) for name in given)])
    ending = "".join(f"\t{text}" for text in given.values()) + "\n"
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(table.place(commune_code), names)
    with driver_cursor() as cursor:
        source = _Source(row + ending for row in rows())
        try:
            cursor.copy_expert(statement, source)
        except psycopg2.Error as error:
            # The driver only says that reading failed.
            raise source.error or error from error
    return digest.done()


def delete_rows(table: Table, commune_code: str) -> None:
    """Delete a commune's rows of a shared table, those too that are not exported."""
    statement = sql.SQL("DELETE FROM {} WHERE {}").format(
        table.place(commune_code), table.own_rows(commune_code)
    )
    with driver_cursor() as cursor:
        cursor.execute(statement)


def line_of(values: Iterable[str | None]) -> bytes:
    """Return values as a line of an archive."""
    text = json.dumps(list(values), ensure_ascii=False, separators=(",", ":"))
    return text.encode() + b"\n"


def values_of(line: bytes) -> Values:
    """Return the values of a line, or raise ArchiveDamaged."""
    try:
        values = json.loads(line)
    except ValueError as error:
        raise ArchiveDamaged("có dòng không đọc được") from error
    if not isinstance(values, list) or not all(v is None or isinstance(v, str) for v in values):
        raise ArchiveDamaged("có dòng không đọc được")
    return values


def lines_of(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Give the lines of a member, each with its line feed."""
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole:
            yield line + b"\n"
    if rest:
        raise ArchiveDamaged("có dòng bị cắt cụt")


def _close_row(table: Table, values: Values) -> Values:
    closed = list(values)
    key = values[table.key_at]
    for at, (column, value) in enumerate(zip(table.columns, values, strict=True)):
        if value is None:
            continue
        if column.kind == "sealed":
            closed[at] = "\\x" + seal(value.encode(), context=f"{column.detail}:{key}").hex()
        elif column.kind == "index" and value:
            closed[at] = blind_index(value, purpose=column.detail)
    return closed


def _from_copy(line: str) -> Values:
    return [_value(part) for part in line.split("\t")]


def _value(part: str) -> str | None:
    if "\\" not in part:
        return part
    return None if part == "\\N" else _ESCAPED.sub(lambda m: _SIGNS.get(m[1], m[1]), part)


def _to_copy(values: Values) -> str:
    return "\t".join(
        "\\N" if value is None else _TO_ESCAPE.sub(lambda m: _ESCAPES[m[0]], value)
        for value in values
    )


def _names(columns: Iterable[Column]) -> sql.Composable:
    return sql.SQL(", ").join(sql.Identifier(column.name) for column in columns)


class _Source:
    """A file for COPY FROM: reads from rows as they are made."""

    def __init__(self, rows: Iterator[str]) -> None:
        self._rows = rows
        self._waiting = b""
        self.error: Exception | None = None

    def read(self, size: int = -1) -> bytes:
        parts, got = [self._waiting], len(self._waiting)
        while size < 0 or got < size:
            try:
                row = next(self._rows, None)
            except Exception as error:
                self.error = error
                raise
            if row is None:
                break
            parts.append(row.encode())
            got += len(parts[-1])
        data = b"".join(parts)
        if size < 0:
            size = len(data)
        self._waiting = data[size:]
        return data[:size]


@contextmanager
def driver_cursor() -> Iterator[Any]:
    """Give a cursor of the driver, which alone knows COPY; its errors are Django's all the same."""
    connection.ensure_connection()
    errors = cast(Any, connection).wrap_database_errors
    with errors, closing(cast(Any, connection.connection).cursor()) as cursor:
        yield cursor
