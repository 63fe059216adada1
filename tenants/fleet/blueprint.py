"""The blueprint: the statements that make a commune's schema.

They are captured while a template schema is really migrated, so every name in a commune is the
name a migration would have given it, and a later migration finds it. Migrating takes seconds
and grows with the database; sending the captured statements takes milliseconds.

The template is migrated in a temporary database, which needs a role that may create databases.
The statements are kept as a file in `BLUEPRINT_DIR`, named by a digest of the migrations. Where
the owner's role may not create databases, make the file elsewhere (`manage.py
prepare_database` does) and ship it in that folder.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import django
import psycopg2
from django.apps import apps
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from psycopg2 import sql

TEMPLATE_SCHEMA = "xa_template"
_FORMAT = 1
# What asks or only steers the transaction makes nothing. Deferred constraints have no rows to
# check in a new schema.
_NOT_MAKING = re.compile(
    r"\s*(SELECT|SHOW|SET|SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT|CREATE\s+SCHEMA)\b", re.I
)


class BlueprintUnavailable(Exception):
    """The blueprint could not be made; the sentence says why and what to do."""


@dataclass(frozen=True)
class Blueprint:
    """The statements that fill an empty schema, and the migrations they stand for."""

    statements: tuple[str, ...]
    migrations: tuple[tuple[str, str], ...]
    append_only_tables: tuple[str, ...]


def get_blueprint() -> Blueprint:
    """Return the blueprint of the present migrations, made once and kept as a file."""
    path = Path(settings.BLUEPRINT_DIR) / f"{migrations_digest()}.json"
    if path.exists():
        kept = json.loads(path.read_text(encoding="utf-8"))
        return Blueprint(
            statements=tuple(kept["statements"]),
            migrations=tuple((app, name) for app, name in kept["migrations"]),
            append_only_tables=tuple(kept["append_only_tables"]),
        )
    blueprint = _capture()
    _store(path, json.dumps(asdict(blueprint), ensure_ascii=False, indent=1))
    return blueprint


def migrations_digest() -> str:
    """Return what changes whenever a commune's schema would come out differently."""
    digest = hashlib.sha256(f"{_FORMAT} {django.get_version()}".encode())
    for config in _commune_apps():
        for path in sorted((Path(config.path) / "migrations").glob("*.py")):
            digest.update(f"\0{config.label}/{path.name}\0".encode() + path.read_bytes())
        for model in config.get_models():
            digest.update(f"\0{model._meta.db_table} {_is_append_only(model)}".encode())
    return digest.hexdigest()[:20]


@contextmanager
def temporary_database() -> Iterator[Any]:
    """Give a connection, as the default one of this thread, to a new and empty database."""
    present = connections[DEFAULT_DB_ALIAS]
    name = f"xaso_blueprint_{os.getpid()}_{secrets.token_hex(4)}"
    try:
        _administer(present, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    except psycopg2.Error as error:
        raise BlueprintUnavailable(
            "Không tạo được cơ sở dữ liệu tạm để chuẩn bị khung dữ liệu của một đơn vị "
            f"({str(error).strip()}). Hãy cho vai trò chủ sở hữu quyền CREATEDB, hoặc chép tệp "
            f"khung {migrations_digest()}.json đã có sẵn vào {settings.BLUEPRINT_DIR}."
        ) from error
    try:
        fresh: Any = connections.create_connection(DEFAULT_DB_ALIAS)
        fresh.settings_dict = {**present.settings_dict, "NAME": name}
        # The router and the migrations know one alias only, so it points there meanwhile.
        connections[DEFAULT_DB_ALIAS] = fresh
        try:
            yield fresh
        finally:
            connections[DEFAULT_DB_ALIAS] = present
            fresh.close()
    finally:
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        _administer(present, statement.format(sql.Identifier(name)))


def _capture() -> Blueprint:
    statements: list[str] = []

    def remember(
        execute: Callable[..., Any], query: Any, params: Any, many: bool, context: Any
    ) -> Any:
        if not _NOT_MAKING.match(str(query)):
            statements.append(context["cursor"].mogrify(query, params).decode())
        return execute(query, params, many, context)

    with temporary_database() as connection:
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE SCHEMA {TEMPLATE_SCHEMA}")
        with connection.without_marker():
            connection.set_schema(TEMPLATE_SCHEMA, include_public=False)
            executor = MigrationExecutor(connection)
            targets = commune_targets(executor.loader)
            executor.recorder.ensure_schema()
            with connection.execute_wrapper(remember):
                executor.migrate(targets)
            migrations = tuple(executor.recorder.applied_migrations())
            history_table = _table_of_migrations(executor)
    making = [s for s in statements if not s.startswith('INSERT INTO "django_migrations"')]
    return Blueprint(
        statements=(history_table, *making),
        migrations=tuple(sorted(migrations)),
        append_only_tables=append_only_tables(_commune_apps()),
    )


def _table_of_migrations(executor: MigrationExecutor) -> str:
    with executor.connection.schema_editor(collect_sql=True) as editor:
        editor.create_model(executor.recorder.Migration)
    return "\n".join(editor.collected_sql)


def commune_targets(loader: MigrationLoader) -> list[tuple[str, str]]:
    """Return the newest migrations of the apps that live in a commune's schema."""
    labels = {config.label for config in _commune_apps()}
    return [node for node in loader.graph.leaf_nodes() if node[0] in labels]


def append_only_tables(configs: Any) -> tuple[str, ...]:
    """Return the tables of apps in which the application may add rows and change none."""
    models = (model for config in configs for model in config.get_models())
    return tuple(sorted(m._meta.db_table for m in models if _is_append_only(m)))


def _is_append_only(model: Any) -> bool:
    return bool(getattr(model, "append_only", False))


def _commune_apps() -> list[Any]:
    return [c for c in apps.get_app_configs() if c.name in settings.TENANT_APPS]


def _administer(connection: Any, statement: sql.Composed) -> None:
    # A connection of its own: CREATE DATABASE runs in no transaction.
    parameters = connection.get_connection_params() | {"dbname": "postgres"}
    parameters.pop("cursor_factory", None)
    with closing(psycopg2.connect(**parameters)) as administration:
        administration.autocommit = True
        with administration.cursor() as cursor:
            cursor.execute(statement)


def _store(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{os.getpid()}")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)
