"""Tables and functions that answer as a Citus coordinator's do, for statements to really run.

They stand in the test's own transaction. Columns and types are those of Citus 14 that the product
reads; what a cluster does besides (copying, moving, distributed transactions) they do not.
"""

from __future__ import annotations

import os

import pytest
from django.db import connection

COORDINATOR, SECOND, THIRD = "dieu-phoi:5432", "may-2.noi-bo:5432", "may-3.noi-bo:5433"

_TABLES = """
CREATE TABLE pg_dist_node (
    nodeid int, groupid int, nodename text, nodeport int, isactive bool, noderole text,
    shouldhaveshards bool
);
CREATE TABLE pg_dist_schema (schemaid oid, colocationid int);
CREATE TABLE pg_dist_shard (logicalrelid regclass, shardid bigint);
CREATE TABLE pg_dist_placement (placementid bigint, shardid bigint, groupid int);
CREATE TABLE pg_dist_partition (
    logicalrelid regclass, partmethod "char", repmodel "char", autoconverted bool
);
INSERT INTO pg_dist_node VALUES
    (1, 0, 'dieu-phoi', 5432, true, 'primary', false),
    (2, 1, 'may-2.noi-bo', 5432, true, 'primary', true),
    (3, 2, 'may-3.noi-bo', 5433, true, 'primary', true),
    (4, 2, 'du-phong-3.noi-bo', 5433, true, 'secondary', true),
    (5, 3, 'may-hong.noi-bo', 5432, false, 'primary', true);
"""
_FUNCTIONS = """
CREATE FUNCTION citus_schema_move(
    schema_id regnamespace, target_node_name text, target_node_port int, mode text DEFAULT 'auto'
) RETURNS void LANGUAGE sql AS $$
    UPDATE pg_dist_placement p SET groupid = n.groupid
    FROM pg_dist_node n, pg_dist_shard t JOIN pg_class c ON c.oid = t.logicalrelid
    WHERE n.nodename = target_node_name AND n.nodeport = target_node_port
        AND t.shardid = p.shardid AND c.relnamespace = schema_id::oid
$$;
CREATE FUNCTION create_reference_table(table_name regclass) RETURNS void LANGUAGE sql AS $$
    INSERT INTO pg_dist_partition VALUES (table_name, 'n', 't', false)
$$;
CREATE FUNCTION citus_add_local_table_to_metadata(
    table_name regclass, cascade_via_foreign_keys bool DEFAULT false
) RETURNS void LANGUAGE sql AS $$
    INSERT INTO pg_dist_partition VALUES (table_name, 'n', 's', false)
$$;
"""
_PLACE = """
INSERT INTO pg_dist_schema VALUES (%(schema)s::regnamespace, %(shard)s);
INSERT INTO pg_dist_shard
    SELECT c.oid, %(shard)s + row_number() OVER () FROM pg_class c
    WHERE c.relnamespace = %(schema)s::regnamespace AND c.relkind = 'r';
INSERT INTO pg_dist_placement
    SELECT t.shardid, t.shardid, %(group)s FROM pg_dist_shard t
    JOIN pg_class c ON c.oid = t.logicalrelid WHERE c.relnamespace = %(schema)s::regnamespace;
"""


def make_lookalike() -> None:
    """Answer as a coordinator with two more nodes, a standby and a node that is switched off."""
    if "CITUS_URL" in os.environ:
        pytest.skip("a real cluster answers here")
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        cursor.execute(_FUNCTIONS)


def place(schema_name: str, group: int) -> None:
    """Say that a schema lies on the node of this group."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_dist_schema")
        shard = 1000 * (1 + cursor.fetchone()[0])
        cursor.execute(_PLACE, {"schema": schema_name, "shard": shard, "group": group})
