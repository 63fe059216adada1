"""The statements that make a commune's schema and its first rows, ready to be sent as one message.

Every round trip and every query put together through the models is multiplied by thousands of
communes. So the statements of the blueprint are prepared once, the rest is written into them as
text, and all goes to the server at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.db.models.expressions import DatabaseDefault
from psycopg2 import sql

from tenants.fleet.blueprint import Blueprint
from tenants.fleet.grants import schema_grants
from tenants.fleet.sharding import ENABLE_SHARDING


def schema_statements(schema_name: str, blueprint: Blueprint) -> list[str]:
    """Return what makes an empty schema, opens it to the application, and stays in it.

    The search path is changed until the end of the transaction: whoever sends them calls
    `forget_search_path` afterwards, as `send_as_one` does.
    """
    schema = sql.Identifier(schema_name)
    return [
        *([ENABLE_SHARDING] if settings.CITUS else []),
        *_texts(sql.SQL("CREATE SCHEMA {}").format(schema)),
        *_texts(sql.SQL("SET LOCAL search_path TO {}").format(schema)),
        *_filling(blueprint),
        *_texts(*schema_grants(schema_name, blueprint.append_only_tables)),
        # Only now: a table that the schema lacks was not to be found among the shared ones.
        *_texts(sql.SQL("SET LOCAL search_path TO {}, public").format(schema)),
    ]


def insert_statement(
    row: models.Model,
    *,
    schema: str = "",
    expressions: Mapping[str, str] | None = None,
    source: str = "",
) -> str:
    """Return the INSERT of a row, as saving it anew would send it.

    `expressions` are values by column that the server works out itself, as SQL, from the row
    that `source` (SQL from FROM on) finds. Without `schema` the table is looked up by the search
    path.
    """
    cursor = _driver_cursor()
    given = expressions or {}
    values = [
        given.get(str(field.column)) or _literal(field, row, cursor)
        for field in row._meta.concrete_fields
    ]
    if source:
        return f"{_insert_into(type(row), schema)} SELECT {', '.join(values)} {source}"
    return f"{_insert_into(type(row), schema)} VALUES ({', '.join(values)})"


def literal(value: Any) -> str:
    """Return a value as SQL, for an expression of `insert_statement`."""
    return str(_driver_cursor().mogrify("%s", [value]).decode())


def send_as_one(statements: list[str]) -> None:
    """Send statements as one message; at the first that fails the rest is not done.

    They name the schema of each table, or set the search path themselves. Citus takes one at a
    time: call it in a transaction.
    """
    here: Any = connection
    messages = statements if settings.CITUS else [";\n".join(statements)]
    try:
        with here.at_any_search_path(), here.cursor() as cursor:
            for message in messages:
                cursor.execute(message)
    finally:
        here.forget_search_path()


@lru_cache(maxsize=2)
def _filling(blueprint: Blueprint) -> tuple[str, ...]:
    """The statements that are the same for every commune."""
    done = sql.SQL(", ").join(
        sql.SQL("({}, {}, STATEMENT_TIMESTAMP())").format(sql.Literal(app), sql.Literal(name))
        for app, name in blueprint.migrations
    )
    history = sql.SQL("INSERT INTO django_migrations (app, name, applied) VALUES {}").format(done)
    return (*(text.rstrip().rstrip(";") for text in blueprint.statements), *_texts(history))


@lru_cache(maxsize=32)
def _insert_into(model: type[models.Model], schema: str) -> str:
    names = [schema, model._meta.db_table] if schema else [model._meta.db_table]
    columns = sql.SQL(", ").join(
        sql.Identifier(str(field.column)) for field in model._meta.concrete_fields
    )
    (text,) = _texts(sql.SQL("INSERT INTO {} ({})").format(sql.Identifier(*names), columns))
    return text


def _literal(field: Any, row: models.Model, cursor: Any) -> str:
    value = field.pre_save(row, True)
    if isinstance(value, DatabaseDefault) or (value is None and field.primary_key):
        return "DEFAULT"
    return str(cursor.mogrify("%s", [field.get_db_prep_save(value, connection)]).decode())


def _texts(*composed: sql.Composable) -> list[str]:
    cursor = _driver_cursor()
    return [one.as_string(cursor) for one in composed]


def _driver_cursor() -> Any:
    # Django's own cursors cost more than what is asked of this one.
    connection.ensure_connection()
    return connection.connection.cursor()
