"""What is sent to bring one commune's schema from its version to the newest.

All of it is one transaction: the row of the registry, the schema's own changes, its history of
migrations and a line of the ledger come together or not at all. The search path holds the
commune's schema alone, so that a statement finds nothing of the centre's or of a neighbour's;
shared tables are named in full.
"""

from __future__ import annotations

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
from tenants.fleet.step_history import DataStep, commune_apps, data_steps

NOT_AT_VERSION = "XS001"
WRONG_MARKER = "XS002"

# The registry comes first: nothing is touched in a commune that another run has upgraded.
_GUARD = sql.SQL("""DO $guard$ BEGIN
UPDATE public.communes_commune
SET schema_version = {to}, oldest_code = GREATEST(oldest_code, {oldest_code})
WHERE code = {code} AND schema_name = {schema_name} AND schema_version = {version};
IF NOT FOUND THEN
  RAISE EXCEPTION 'not at this version' USING ERRCODE = {not_at_version};
END IF;
IF to_regclass({marker_name}) IS NULL THEN
  RAISE EXCEPTION 'no marker' USING ERRCODE = {wrong_marker};
END IF;
IF (SELECT min({column}) FROM {marker} HAVING count(*) = 1) IS DISTINCT FROM {code} THEN
  RAISE EXCEPTION 'wrong marker' USING ERRCODE = {wrong_marker};
END IF;
END $guard$""")
_LEDGER = sql.SQL("""INSERT INTO public.fleet_upgrade
(id, run_id, commune_code, from_version, to_version, result, seconds)
VALUES ({id}, {run_id}, {code}, {version}, {to}, {result},
        extract(epoch FROM clock_timestamp() - transaction_timestamp()))""")
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

    @cached_property
    def is_text(self) -> bool:
        """Whether it is statements alone, which can be sent as one message."""
        return all(isinstance(change, str) for change in self.changes)

    def parts(
        self, commune: CommuneSchema, run_id: UUID, limits: Limits, cursor: Any
    ) -> list[str | DataStep]:
        """Return everything that one commune's transaction does, in order."""
        values = {
            "id": sql.Literal(str(uuid6.uuid7())),
            "run_id": sql.Literal(str(run_id)),
            "code": sql.Literal(commune.code),
            "schema_name": sql.Literal(commune.schema_name),
            "schema": sql.Identifier(commune.schema_name),
            "version": sql.Literal(commune.version),
            "to": sql.Literal(self.version + len(self.steps)),
            "oldest_code": sql.Literal(oldest_code_of(self.version + len(self.steps))),
            "lock_ms": sql.Literal(limits.lock_ms),
            "statement_ms": sql.Literal(limits.statement_ms),
            "marker": sql.Identifier(commune.schema_name, MARKER_TABLE),
            "marker_name": sql.Literal(f"{commune.schema_name}.{MARKER_TABLE}"),
            "column": sql.Identifier(MARKER_COLUMN),
            "result": sql.Literal(Upgrade.Result.DONE.value),
            "not_at_version": sql.Literal(NOT_AT_VERSION),
            "wrong_marker": sql.Literal(WRONG_MARKER),
        }

        def text(template: sql.SQL) -> str:
            return template.format(**values).as_string(cursor)

        opening = [
            sql.SQL("SET LOCAL search_path TO {schema}"),
            sql.SQL("SET LOCAL lock_timeout TO {lock_ms}"),
            sql.SQL("SET LOCAL statement_timeout TO {statement_ms}"),
            _GUARD,
        ]
        if settings.CITUS:
            opening.insert(0, sql.SQL("SET LOCAL citus.enable_schema_based_sharding TO on"))
        return [*map(text, opening), *self.changes, text(_LEDGER)]


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
