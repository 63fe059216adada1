"""What is sent to bring one commune's schema from its version to the newest.

All of it is one transaction: the row of the registry, the schema's own changes, its history of
migrations and a line of the ledger come together or not at all. The search path holds the
commune's schema alone, so that a statement finds nothing of the centre's or of a neighbour's;
shared tables are named in full.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

import uuid6
from django.conf import settings
from psycopg2 import sql

from tenants.communes.database.base import MARKER_COLUMN, MARKER_TABLE
from tenants.communes.versions import code_version, oldest_code_of
from tenants.fleet.blueprint import StepScript, append_only_tables, get_steps
from tenants.fleet.grants import take_changes_away
from tenants.fleet.models import Upgrade
from tenants.fleet.sharding import ENABLE_SHARDING
from tenants.fleet.step_history import DataStep, commune_apps, data_steps

# Prepared once a connection, because the shared tables are the same for every commune. A registry
# row that is not at the version gives no code, which the ledger refuses, and all is rolled back.
_CLOSING = sql.SQL("""
PREPARE close_upgrade (uuid, uuid, varchar, varchar, smallint, smallint, smallint) AS
WITH moved AS (
  UPDATE public.communes_commune SET schema_version = $6, oldest_code = GREATEST(oldest_code, $7)
  WHERE code = $3 AND schema_name = $4 AND schema_version = $5 RETURNING code
)
INSERT INTO public.fleet_upgrade
(id, run_id, commune_code, from_version, to_version, result, seconds)
VALUES ($1, $2, (SELECT code FROM moved), $5, $6, {done},
        extract(epoch FROM clock_timestamp() - transaction_timestamp()))""")
_CLOSE = (
    "EXECUTE close_upgrade "
    "('{id}', '{run_id}', '{code}', '{schema}', {version}, {to}, {oldest_code})"
)
# The same for a Citus cluster, which takes no query among an INSERT's values.
_THIS_ROW = "code = '{code}' AND schema_name = '{schema}' AND schema_version = {version}"
_CLOSE_ONE_BY_ONE = (
    f"SELECT 1 / count(*) FROM public.communes_commune WHERE {_THIS_ROW}",  # noqa: S608
    "UPDATE public.communes_commune SET schema_version = {to}, "  # noqa: S608
    f"oldest_code = GREATEST(oldest_code, {{oldest_code}}) WHERE {_THIS_ROW}",
    "INSERT INTO public.fleet_upgrade "  # noqa: S608
    "(id, run_id, commune_code, from_version, to_version, result, seconds) "
    f"VALUES ('{{id}}', '{{run_id}}', '{{code}}', {{version}}, {{to}}, '{Upgrade.Result.DONE}', "
    "extract(epoch FROM clock_timestamp() - transaction_timestamp()))",
)
_SEARCH_PATH = "SET LOCAL search_path TO {schema}"
_MARKER = f"count(*) FROM {{schema}}.{MARKER_TABLE} WHERE {MARKER_COLUMN} = '{{code}}'"
# Dividing by nothing is an error: what is missing or another commune's is not touched.
_MARKED = f"SELECT 1 / {_MARKER}"
_HISTORY = sql.SQL("INSERT INTO django_migrations (app, name, applied) VALUES {}")
# A commit would check the deferred constraints between two migrations; here it is one.
_BETWEEN_STEPS = ("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL DEFERRED")


@dataclass(frozen=True)
class CommuneSchema:
    """A commune and the version of its schema."""

    code: str
    schema_name: str
    version: int
    state: str

    def __post_init__(self) -> None:
        # Both are written into SQL as they are, thousands of times; only what is safe gets here.
        if not re.fullmatch("[0-9]{5}", self.code) or self.schema_name != f"xa_{self.code}":
            raise ValueError(f"{self.schema_name} is not the schema of a commune.")


@dataclass(frozen=True)
class Limits:
    """How long one commune may keep the run waiting, in milliseconds."""

    lock_ms: int = 2_000
    statement_ms: int = 30_000


@dataclass(frozen=True)
class Script:
    """What brings any commune from one version to the newest of this code."""

    version: int
    steps: tuple[StepScript, ...]
    changes: tuple[str | DataStep, ...]

    @property
    def to(self) -> int:
        """The version that communes are at afterwards."""
        return self.version + len(self.steps)

    @cached_property
    def is_text(self) -> bool:
        """Whether it is statements alone, which can be sent as one message."""
        return all(isinstance(change, str) for change in self.changes)

    def parts(self, commune: CommuneSchema, run_id: UUID) -> list[str | DataStep]:
        """Return everything that one commune's transaction does, in order."""
        values = {
            "id": uuid6.uuid7(),
            "run_id": run_id,
            "code": commune.code,
            "schema": commune.schema_name,
            "version": commune.version,
            "to": self.to,
            "oldest_code": self._oldest_code,
        }
        opening = [text.format_map(values) for text in (_SEARCH_PATH, _MARKED)]
        if settings.CITUS:
            closing = [text.format_map(values) for text in _CLOSE_ONE_BY_ONE]
            return [ENABLE_SHARDING, *opening, *self.changes, *closing]
        return [*opening, *self.changes, _CLOSE.format_map(values)]

    @cached_property
    def _oldest_code(self) -> int:
        return oldest_code_of(self.to)


def marker_query(commune: CommuneSchema) -> str:
    """Return the question whether a schema carries its commune's marker: 1 or 0."""
    return "SELECT " + _MARKER.format(schema=commune.schema_name, code=commune.code)


def prepare_connection(limits: Limits, cursor: Any) -> None:
    """Make a connection ready to send scripts; its session is then for nothing else.

    A commit does not wait for the disk: after a crash a commune is as it was or done, registry,
    ledger and schema alike, and `make_durable` waits once for all.
    """
    cursor.execute("SET lock_timeout TO %s", [limits.lock_ms])
    cursor.execute("SET statement_timeout TO %s", [limits.statement_ms])
    cursor.execute("SET synchronous_commit TO off")
    cursor.execute("SET plan_cache_mode TO force_generic_plan")
    cursor.execute(_CLOSING.format(done=sql.Literal(Upgrade.Result.DONE.value)))


def make_durable(cursor: Any) -> None:
    """Wait until everything committed so far is on disk."""
    cursor.execute("SET synchronous_commit TO on")
    # A transaction that writes nothing would not wait.
    cursor.execute("SELECT pg_logical_emit_message(true, 'xaso', 'upgraded')")


def script_from(version: int, cursor: Any) -> Script:
    """Return the script that brings communes up from a version; raises BlueprintUnavailable."""
    steps = get_steps()[version : code_version()]
    python = data_steps() if any(isinstance(p, int) for s in steps for p in s.parts) else {}
    changes: list[str | DataStep] = []
    for place, step in enumerate(steps):
        if place:
            changes += _BETWEEN_STEPS
        changes += [
            part.rstrip().rstrip(";")
            if isinstance(part, str)
            else python[step.app, step.name, part]
            for part in step.parts
        ]
    made = {table for step in steps for table in step.tables}
    closed = sorted(made & set(append_only_tables(commune_apps())))
    changes += [s.as_string(cursor) for s in take_changes_away(map(sql.Identifier, closed))]
    rows = sql.SQL(", ").join(
        sql.SQL("({}, {}, STATEMENT_TIMESTAMP())").format(sql.Literal(s.app), sql.Literal(s.name))
        for s in steps
    )
    return Script(version, steps, (*changes, _HISTORY.format(rows).as_string(cursor)))
