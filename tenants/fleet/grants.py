"""What the application's role may do: rows, never tables; and some rows only added."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.db import connection
from psycopg2 import sql

_ROWS = "SELECT, INSERT, UPDATE, DELETE"


def application_role() -> str:
    """Return the role that web and jobs connect as (the user of DATABASE_URL)."""
    return str(settings.DATABASES["default"]["APPLICATION_ROLE"])


def has_two_roles() -> bool:
    """Whether the application has a role of its own.

    With one role for everything there is nothing to grant, and what were taken away would be
    taken from the migrations too.
    """
    return bool(connection.settings_dict["USER"] != application_role())


def schema_grants(schema_name: str, append_only_tables: Iterable[str]) -> list[sql.Composable]:
    """Return the statements that open a schema; rows are opened by the default privileges."""
    if not has_two_roles():
        return []
    role, schema = sql.Identifier(application_role()), sql.Identifier(schema_name)
    grants: list[sql.Composable] = [
        sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, role),
        sql.SQL("REVOKE INSERT, UPDATE, DELETE ON {}.django_migrations FROM {}").format(
            schema, role
        ),
    ]
    tables = (sql.Identifier(schema_name, table) for table in append_only_tables)
    return grants + take_changes_away(tables)


def take_changes_away(tables: Iterable[sql.Identifier]) -> list[sql.Composable]:
    """Return the statements that leave the application nothing but adding rows to tables."""
    if not has_two_roles():
        return []
    role = sql.Identifier(application_role())
    return [
        sql.SQL("REVOKE UPDATE, DELETE, TRUNCATE ON {} FROM {}").format(table, role)
        for table in tables
    ]


def set_default_privileges() -> None:
    """Make every table that the owner creates from now on usable by the application."""
    if not has_two_roles():
        return
    role = sql.Identifier(application_role())
    with connection.cursor() as cursor:
        for statement in (
            f"ALTER DEFAULT PRIVILEGES GRANT {_ROWS} ON TABLES TO {{}}",
            "ALTER DEFAULT PRIVILEGES GRANT USAGE, SELECT ON SEQUENCES TO {}",
        ):
            cursor.execute(sql.SQL(statement).format(role))


def open_public_schema(append_only_tables: Iterable[str]) -> None:
    """Let the application use the shared tables that are there already."""
    if not has_two_roles():
        return
    role = sql.Identifier(application_role())
    with connection.cursor() as cursor:
        for statement in (
            f"GRANT {_ROWS} ON ALL TABLES IN SCHEMA public TO {{}}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}",
        ):
            cursor.execute(sql.SQL(statement).format(role))
        for grant in schema_grants("public", append_only_tables):
            cursor.execute(grant)
