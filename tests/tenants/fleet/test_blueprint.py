"""A schema from the blueprint is what stock migrations make, object by object."""

import json
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections

from tenants.fleet.blueprint import (
    BlueprintUnavailable,
    _single_statements,
    get_blueprint,
    migrations_digest,
    temporary_database,
)

pytestmark = pytest.mark.django_db

OBJECTS = {
    "columns": """
        SELECT table_name, column_name, ordinal_position, data_type, character_maximum_length,
               is_nullable, column_default, collation_name, is_identity
        FROM information_schema.columns WHERE table_schema = %(schema)s""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(c.oid), condeferrable
        FROM pg_constraint c WHERE connamespace = %(schema)s::regnamespace""",
    "indexes": """
        SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = %(schema)s""",
    "migrations": "SELECT app, name FROM {schema}.django_migrations",
}


def _objects(cursor: Any, schema: str) -> dict[str, list[tuple[Any, ...]]]:
    found = {}
    for what, query in OBJECTS.items():
        cursor.execute(query.format(schema=schema), {"schema": schema})
        rows = [tuple(_bare(value, schema) for value in row) for row in cursor.fetchall()]
        found[what] = sorted(rows, key=str)
    return found


def _bare(value: Any, schema: str) -> Any:
    return value.replace(f"{schema}.", "") if isinstance(value, str) else value


def test_it_gives_the_same_schema_as_stock_migrations(as_owner: None):
    blueprint = get_blueprint()
    with temporary_database() as connection:
        with connection.cursor() as cursor:
            cursor.execute("CREATE SCHEMA xa_stock; CREATE SCHEMA xa_blueprint")
            cursor.execute("SET search_path TO xa_blueprint")
            for statement in blueprint.statements:
                cursor.execute(statement)
            for app, name in blueprint.migrations:
                cursor.execute(
                    "INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, now())",
                    [app, name],
                )
        connection.forget_search_path()
        with connection.without_marker():
            call_command("migrate_schemas", schema_name="xa_stock", interactive=False, verbosity=0)
            connection.set_schema_to_public()
            with connection.cursor() as cursor:
                cursor.execute("SET search_path TO public")
                stock, ours = _objects(cursor, "xa_stock"), _objects(cursor, "xa_blueprint")
    assert len(stock["columns"]) > 50
    # Stock writes down the shared apps too, which are not in the schema; we do not.
    labels = {app for app, _ in ours["migrations"]}
    stock["migrations"] = [row for row in stock["migrations"] if row[0] in labels]
    assert ours == stock


def test_it_is_made_once_and_kept_as_a_file(as_owner: None, settings: Any, tmp_path: Any):
    settings.BLUEPRINT_DIR = tmp_path
    made = get_blueprint()
    assert [path.name for path in tmp_path.iterdir()] == [f"{migrations_digest()}.json"]
    before = connections[DEFAULT_DB_ALIAS]
    assert get_blueprint() == made
    assert connections[DEFAULT_DB_ALIAS] is before


def test_a_file_that_holds_other_steps_is_refused(as_owner: None, settings: Any, tmp_path: Any):
    settings.BLUEPRINT_DIR = tmp_path
    get_blueprint()
    (path,) = tmp_path.iterdir()
    kept = json.loads(path.read_text())
    kept["steps"].pop()
    settings.BLUEPRINT_DIR = tmp_path / "other"
    settings.BLUEPRINT_DIR.mkdir()
    (settings.BLUEPRINT_DIR / path.name).write_text(json.dumps(kept))
    with pytest.raises(BlueprintUnavailable, match="không chứa đúng các bước"):
        get_blueprint()


@pytest.mark.parametrize(
    ("query", "statements"),
    [
        ("CREATE TABLE a (b text DEFAULT ';')", ["CREATE TABLE a (b text DEFAULT ';')"]),
        (
            'SET CONSTRAINTS "a" IMMEDIATE; ALTER TABLE "b" DROP CONSTRAINT "a"',
            ['SET CONSTRAINTS "a" IMMEDIATE', 'ALTER TABLE "b" DROP CONSTRAINT "a"'],
        ),
        (
            'UPDATE "a" SET "b" = 1 WHERE "b" IS NULL; SET CONSTRAINTS ALL IMMEDIATE',
            ['UPDATE "a" SET "b" = 1 WHERE "b" IS NULL', "SET CONSTRAINTS ALL IMMEDIATE"],
        ),
        ('SET CONSTRAINTS "a" IMMEDIATE', ['SET CONSTRAINTS "a" IMMEDIATE']),
    ],
)
def test_each_statement_stands_alone(query: str, statements: list[str]):
    assert _single_statements(query) == statements
