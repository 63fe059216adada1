"""Sealing everything anew with the newest key, while the platform serves.

Every sealed value begins with the id of its key, so the ones that are left are found without
opening any, and a run that was stopped goes on where it was. A row is written alone, and only as
long as it still holds the bytes that were read: whoever saves it meanwhile seals it with the
newest key anyway. Events are sealed anew as well, which only the owner's role may do; their chain
is made of what they say, not of the sealed bytes, and stays as it was.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg2
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.db import connection
from psycopg2 import sql

from tenants.accounts.second_factor.sealed import put_sealed, read_sealed, sealed_bytes
from tenants.communes.current import at_centre, in_commune
from tenants.kit.crypto import newest_header, seal, unseal
from tenants.kit.fields import EncryptedJSONField

# Read at once; each row is written by itself.
BITE = 200

_LEFT = """
SELECT {key}, {column} FROM {table}
WHERE {column} IS NOT NULL AND (%(after)s IS NULL OR {key} > %(after)s)
    AND substring({column} FROM 1 FOR %(length)s) <> %(header)s
ORDER BY {key} LIMIT %(most)s
"""
_WRITE = "UPDATE {table} SET {column} = %(new)s WHERE {key} = %(key)s AND {column} = %(old)s"
# Format, length of the id, id: see tenants.kit.crypto.
_BY_KEY = """
SELECT convert_from(substring({column} FROM 3 FOR get_byte({column}, 1)), 'UTF8'), count(*)
FROM {table} WHERE {column} IS NOT NULL GROUP BY 1
"""


@dataclass
class Pace:
    """How many rows are sealed anew in a second, at most."""

    rows_per_second: float

    def wait(self, rows: int, began: float) -> None:
        """Rest until so many rows may have been written since `began` (monotonic seconds)."""
        left = rows / self.rows_per_second - (time.monotonic() - began)
        if left > 0:
            time.sleep(left)


@dataclass
class Rotated:
    """What a run did: rows sealed anew, and rows that somebody else saved meanwhile."""

    sealed: int = 0
    left: int = 0


def rotate_shared(pace: Pace) -> Rotated:
    """Seal the shared tables' values anew. Raises SealBroken, naming no row's contents."""
    with at_centre():
        done = _rotate(_sealed_fields(shared=True), pace)
        _rotate_factors(done)
    return done


def rotate_commune(code: str, pace: Pace) -> Rotated:
    """Seal a commune's values anew; raises SealBroken, CommuneNotOnboarded."""
    with in_commune(code):
        return _rotate(_sealed_fields(shared=False), pace)


def shared_keys() -> Counter[str]:
    """How many values of the shared tables are sealed with each key; nothing is opened."""
    with at_centre():
        counted = _count(_sealed_fields(shared=True))
        for factor in Authenticator.objects.iterator():
            if sealed := sealed_bytes(factor):
                counted[sealed[2 : 2 + sealed[1]].decode()] += 1
    return counted


def keys_of_commune(code: str) -> Counter[str]:
    """How many of a commune's values are sealed with each key. Raises CommuneNotOnboarded."""
    with in_commune(code):
        return _count(_sealed_fields(shared=False))


def _sealed_fields(*, shared: bool) -> list[EncryptedJSONField]:
    """Return every sealed column of the shared apps, or of a commune's."""
    names = settings.SHARED_APPS if shared else settings.TENANT_APPS
    return [
        field
        for config in apps.get_app_configs()
        if config.name in names
        for model in config.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, EncryptedJSONField)
    ]


def _statement(text: str, field: EncryptedJSONField) -> sql.Composed:
    meta = field.model._meta
    return sql.SQL(text).format(
        table=sql.Identifier(meta.db_table),
        key=sql.Identifier(str(meta.pk.column)),
        column=sql.Identifier(str(field.column)),
    )


def _rotate(fields: list[EncryptedJSONField], pace: Pace) -> Rotated:
    done = Rotated()
    for field in fields:
        for bite in _left(field):
            began = time.monotonic()
            for key, old in bite:
                if _reseal(field, key, old):
                    done.sealed += 1
                else:
                    done.left += 1
            pace.wait(len(bite), began)
    return done


def _left(field: EncryptedJSONField) -> Iterator[list[tuple[Any, bytes]]]:
    """The rows that an older key sealed, in bites, by their keys; each row comes once.

    Nothing is taken for granted about the keys' type: the first bite begins after none.
    """
    header, after = newest_header(), None
    while True:
        with connection.cursor() as cursor:
            values: dict[str, Any] = {"after": after, "most": BITE, "length": len(header)}
            values["header"] = psycopg2.Binary(header)
            cursor.execute(_statement(_LEFT, field), values)
            bite = [(key, bytes(old)) for key, old in cursor.fetchall()]
        if not bite:
            return
        yield bite
        after = bite[-1][0]


def _reseal(field: EncryptedJSONField, key: Any, old: bytes) -> bool:
    """Seal one value anew; whether it was still the one that had been read."""
    context = field.context_of(field.model(pk=key))
    new = seal(unseal(old, context=context), context=context)
    with connection.cursor() as cursor:
        values = {"new": psycopg2.Binary(new), "old": psycopg2.Binary(old), "key": key}
        cursor.execute(_statement(_WRITE, field), values)
        return bool(cursor.rowcount)


def _rotate_factors(done: Rotated) -> None:
    """What second factors keep secret lies sealed inside a JSON value of the library's table."""
    for factor in Authenticator.objects.order_by("pk").iterator(chunk_size=BITE):
        old = dict(factor.data or {})
        sealed = sealed_bytes(factor)
        if not sealed or sealed.startswith(newest_header()):
            continue
        put_sealed(factor, read_sealed(factor))
        rows = Authenticator.objects.filter(pk=factor.pk, data=old)
        if rows.update(data=factor.data):
            done.sealed += 1
        else:
            done.left += 1


def _count(fields: list[EncryptedJSONField]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for field in fields:
        with connection.cursor() as cursor:
            cursor.execute(_statement(_BY_KEY, field))
            for key_id, number in cursor.fetchall():
                counted[key_id] += number
    return counted
