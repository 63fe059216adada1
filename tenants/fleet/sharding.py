"""A Citus cluster's part in making tables and schemas; without one nothing here is sent.

Schemas are made while `citus.enable_schema_based_sharding` is on and then lie on one node each;
shared tables are declared by the lists of config/shared_tables.py. Written to Citus 14, whose
functions are those since 12.1.
"""

from __future__ import annotations

from django.conf import settings
from django.db import connection
from psycopg2 import sql

# Sent before CREATE SCHEMA, in its transaction: the schema then belongs to a node.
ENABLE_SHARDING = "SET LOCAL citus.enable_schema_based_sharding TO on"

_DECLARED = """
SELECT c.relname, p.repmodel = 't'
FROM pg_dist_partition p JOIN pg_class c ON c.oid = p.logicalrelid
WHERE c.relnamespace = 'public'::regnamespace AND p.partmethod = 'n' AND NOT p.autoconverted
"""
_REFERENCE = "SELECT create_reference_table(%s)"
# With the tables that its foreign keys lead to and come from: Citus wants them together.
_MANAGED_LOCAL = "SELECT citus_add_local_table_to_metadata(%s, cascade_via_foreign_keys => true)"

_IDENTITIES = """
SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = %s::regnamespace AND c.relkind = 'r'
    AND a.attidentity <> '' AND NOT a.attisdropped
ORDER BY c.relname
"""


class DeclaredOtherwise(Exception):
    """A shared table is on the cluster what it is not by the lists; the sentence says which."""

    def __init__(self, table: str) -> None:
        super().__init__(
            f"Bảng dùng chung {table} đang được khai báo với Citus khác với danh sách trong "
            "config/shared_tables.py. Hãy xem docs/citus.md, mục “Bảng dùng chung”, trước khi "
            "chuyển loại bảng."
        )


def declare_shared_tables() -> list[str]:
    """Declare to Citus the shared tables that it does not know yet; return their names.

    Does nothing without a cluster. Each is a transaction of its own, so it is called in none.
    Raises DeclaredOtherwise. Run by the owner's role, through the coordinator.
    """
    if not settings.CITUS:
        return []
    wanted = dict.fromkeys(settings.REFERENCE_TABLES, True)
    wanted |= dict.fromkeys(settings.MANAGED_LOCAL_TABLES, False)
    with connection.cursor() as cursor:
        cursor.execute(_DECLARED)
        declared = dict(cursor.fetchall())
        for table, is_reference in declared.items():
            if table in wanted and wanted[table] != is_reference:
                raise DeclaredOtherwise(table)
        missing = [table for table in wanted if table not in declared]
        for table in missing:
            cursor.execute(_REFERENCE if wanted[table] else _MANAGED_LOCAL, [f"public.{table}"])
    return missing


def set_identities_to_maximum(schema_name: str) -> None:
    """Let every identity of a schema go on after the highest number in its table.

    For what brought rows with their numbers: a restore, a conversion. Run by the owner's role;
    it reads the catalogue.
    """
    with connection.cursor() as cursor:
        cursor.execute(_IDENTITIES, [schema_name])
        for table, column in cursor.fetchall():
            place, name = sql.Identifier(schema_name, table), sql.Identifier(column)
            cursor.execute(sql.SQL("SELECT max({}) FROM {}").format(name, place))
            (highest,) = cursor.fetchone()
            # Not one statement with the above: Citus would set the number on the table's node.
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, %s), %s, %s)",
                [f"{schema_name}.{table}", column, highest or 1, highest is not None],
            )
