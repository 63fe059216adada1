"""The statements that make a commune's schema and that bring it from version to version.

They are captured while a template schema is really migrated, step by step in the order of
`settings.COMMUNE_MIGRATIONS`, so every name in a commune is the name a migration would have
given it, and a later migration finds it. Migrating takes seconds and grows with the database;
sending the captured statements takes milliseconds. All steps together are the blueprint of a
new schema; the last ones bring an older schema up to date (tenants.fleet.upgrading).

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
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import django
import psycopg2
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations import Migration, RunPython
from django.db.migrations.recorder import MigrationRecorder
from psycopg2 import sql

from tenants.fleet.step_history import (
    StepHistory,
    StepsOutOfOrder,
    Turn,
    commune_apps,
    migration_files,
)

TEMPLATE_SCHEMA = "xa_template"
_FORMAT = 2
_SET_CONSTRAINTS = r"SET CONSTRAINTS \S+ IMMEDIATE"
# Django sends these with another statement in one string; each stands alone here.
_WITH_SET_CONSTRAINTS = re.compile(
    rf"(?:(?P<first>{_SET_CONSTRAINTS});\s*)?(?P<other>.+?)(?:;\s*(?P<last>{_SET_CONSTRAINTS}))?;?\s*",
    re.S,
)


class BlueprintUnavailable(Exception):
    """The blueprint could not be made; the sentence says why and what to do."""


@dataclass(frozen=True)
class StepScript:
    """What one step of `settings.COMMUNE_MIGRATIONS` does to a schema."""

    app: str
    name: str
    parts: tuple[str | int, ...]
    """Statements; a number is the place, among the migration's operations, of a RunPython."""
    tables: tuple[str, ...]
    """The tables that are there since this step."""


@dataclass(frozen=True)
class Blueprint:
    """The statements that fill an empty schema, and the migrations they stand for."""

    statements: tuple[str, ...]
    migrations: tuple[tuple[str, str], ...]
    append_only_tables: tuple[str, ...]


def get_blueprint(version: int | None = None) -> Blueprint:
    """Return the blueprint of a version, or of the newest; raises BlueprintUnavailable."""
    history_table, steps = _kept_or_captured()
    steps = steps[:version]
    tables = {table for step in steps for table in step.tables}
    # A new schema has no rows to change and no deferred checks to make.
    making = (
        part
        for step in steps
        for part in step.parts
        if isinstance(part, str) and not part.startswith("SET CONSTRAINTS")
    )
    return Blueprint(
        statements=(history_table, *making),
        migrations=tuple((step.app, step.name) for step in steps),
        append_only_tables=tuple(t for t in append_only_tables(commune_apps()) if t in tables),
    )


def get_steps() -> tuple[StepScript, ...]:
    """Return the scripts of all steps of a commune's schema; raises BlueprintUnavailable."""
    return _kept_or_captured()[1]


def migrations_digest() -> str:
    """Return what changes whenever a commune's schema would come out differently."""
    digest = hashlib.sha256(f"{_FORMAT} {django.get_version()}".encode())
    for step in settings.COMMUNE_MIGRATIONS:
        digest.update(f"\0{step.app}.{step.name}".encode())
    for label, path in migration_files():
        digest.update(f"\0{label}/{path.name}\0".encode() + path.read_bytes())
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


def append_only_tables(configs: Any) -> tuple[str, ...]:
    """Return the tables of apps in which the application may add rows and change none."""
    models = (model for config in configs for model in config.get_models())
    return tuple(sorted(m._meta.db_table for m in models if getattr(m, "append_only", False)))


# ── Keeping ──────────────────────────────────────────────────────────────
def _kept_or_captured() -> tuple[str, tuple[StepScript, ...]]:
    path = Path(settings.BLUEPRINT_DIR) / f"{migrations_digest()}.json"
    if not path.exists():
        captured = _capture()
        kept = {"history_table": captured[0], "steps": [asdict(step) for step in captured[1]]}
        _store(path, json.dumps(kept, ensure_ascii=False, indent=1))
    history_table, steps = _read(path)
    listed = [(step.app, step.name) for step in settings.COMMUNE_MIGRATIONS]
    if [(step.app, step.name) for step in steps] != listed:
        raise BlueprintUnavailable(
            f"Tệp khung {path} không chứa đúng các bước của danh sách COMMUNE_MIGRATIONS. "
            "Hãy xóa tệp ấy rồi chạy lại."
        )
    return history_table, steps


@lru_cache(maxsize=4)
def _read(path: Path) -> tuple[str, tuple[StepScript, ...]]:
    kept = json.loads(path.read_text(encoding="utf-8"))
    steps = (
        StepScript(step["app"], step["name"], tuple(step["parts"]), tuple(step["tables"]))
        for step in kept["steps"]
    )
    return kept["history_table"], tuple(steps)


def _store(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{os.getpid()}")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)


# ── Capturing ────────────────────────────────────────────────────────────
def _capture() -> tuple[str, tuple[StepScript, ...]]:
    try:
        history = StepHistory()
    except StepsOutOfOrder as error:
        raise BlueprintUnavailable(str(error)) from error
    with temporary_database() as connection:
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE SCHEMA {TEMPLATE_SCHEMA}")
        with connection.without_marker():
            connection.set_schema(TEMPLATE_SCHEMA, include_public=False)
            history_table = _make_table_of_migrations(connection)
            steps = []
            tables = _tables(connection)
            for step, migration in history.steps():
                parts = _run(connection, migration, history.turns(migration))
                before, tables = tables, _tables(connection)
                steps.append(StepScript(step.app, step.name, parts, tuple(sorted(tables - before))))
    return history_table, tuple(steps)


def _run(connection: Any, migration: Migration, turns: Iterable[Turn]) -> tuple[str | int, ...]:
    """Migrate the template by one step; return what that did."""
    parts: list[str | int] = []

    class RecordingEditor(connection.SchemaEditorClass):  # type: ignore[misc]
        def execute(self, query: Any, params: Any = ()) -> None:
            # What Django asks the catalogue goes another way and is not part of the script.
            text = str(query)
            whole = text if params is None else self.connection.ops.compose_sql(text, params)
            super().execute(whole, None)
            parts.extend(_single_statements(whole))

    with RecordingEditor(connection, atomic=True) as editor:
        for turn in turns:
            arguments = (migration.app_label, editor, turn.before, turn.after)
            if isinstance(turn.operation, RunPython):
                rows, before = _rows(connection), len(parts)
                turn.operation.database_forwards(*arguments)
                if _rows(connection) != rows:
                    raise BlueprintUnavailable(
                        f"Bước {migration} thêm dòng vào lược đồ còn trống bằng RunPython, nên "
                        "đơn vị mới sẽ khác đơn vị cũ. Hãy thêm dòng ấy khi đưa đơn vị vào hệ "
                        "thống (tenants/fleet/onboarding.py) hoặc viết bằng RunSQL."
                    )
                parts[before:] = [turn.place]
            else:
                turn.operation.database_forwards(*arguments)
    return tuple(parts)


def _single_statements(query: str) -> list[str]:
    match = _WITH_SET_CONSTRAINTS.fullmatch(query)
    statements = match.group("first", "other", "last") if match else (query,)
    return [statement for statement in statements if statement]


def _make_table_of_migrations(connection: Any) -> str:
    with connection.schema_editor(collect_sql=True) as editor:
        editor.create_model(MigrationRecorder.Migration)
    statement = "\n".join(editor.collected_sql)
    with connection.cursor() as cursor:
        cursor.execute(statement)
    return statement


def _tables(connection: Any) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [TEMPLATE_SCHEMA])
        return {name for (name,) in cursor.fetchall()}


def _rows(connection: Any) -> dict[str, int]:
    counts = {}
    for table in _tables(connection):
        count = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
        with connection.cursor() as cursor:
            cursor.execute(count)
            (counts[table],) = cursor.fetchone()
    return counts


def _administer(connection: Any, statement: sql.Composed) -> None:
    # A connection of its own: CREATE DATABASE runs in no transaction.
    with (
        connection.beside(dbname="postgres") as administration,
        administration.cursor() as cursor,
    ):
        cursor.execute(statement)
