"""What a migration must keep to where thousands of schemas and serving code meet it.

Checked over every migration of the product by a test, so that a bad one never reaches a fleet.
Shared tables are migrated while people write to them; commune schemas one by one, while code of
the day before still serves some of them.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlparse
from django.apps import apps
from django.conf import settings
from django.contrib.postgres import operations as postgres
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models.functions import Now

from tenants.communes.versions import SchemaStep
from tenants.kit.operations import AddIndexConcurrently

LARGE_SHARED_MODELS = frozenset(
    {
        "accounts.account",
        "accounts.desksession",
        "communes.figures",
        "fleet.upgrade",
        "jobs.job",
        "tracking.trackedcase",
    }
)
"""Shared tables that grow with people, cases or communes and are written to all the time."""
LASTING_MODULES = (
    "__future__",
    "datetime",
    "django",
    "django_tenants.postgresql_backend.base",
    "functools",
    "tenants.kit.fields",
    "tenants.kit.operations",
    "typing",
    "uuid6",
)
"""What a migration may import: it runs thousands of times, years later."""
TODAYS_CODE = ("django.apps", "django.conf", "django.contrib.auth.get_user_model")
"""What of Django leads to the code of the day instead of the models of the migration's time."""

_OURS = ("citizens", "config", "documents", "services", "tenants")
_ENDS_OLDER_CODE = (
    migrations.RemoveField,
    migrations.DeleteModel,
    migrations.RenameField,
    migrations.RenameModel,
    migrations.AlterModelTable,
)
_CONCURRENT = (postgres.AddIndexConcurrently, postgres.RemoveIndexConcurrently)
_REPEATABLE = (AddIndexConcurrently, postgres.RemoveIndexConcurrently, postgres.ValidateConstraint)
_REPEATABLE_SQL = re.compile(
    r"\bIF\s+(NOT\s+)?EXISTS\b|\bOR\s+REPLACE\b|\bON\s+CONFLICT\b|\bVALIDATE\s+CONSTRAINT\b", re.I
)
_CONTRACT_SQL = re.compile(r"\bDROP\s+(TABLE|COLUMN)\b|\bRENAME\b", re.I)
_INDEX_SQL = re.compile(r"\bCREATE\s+(UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY)", re.I)
_INDEX_ON = re.compile(r"\bON\s+(?:ONLY\s+)?(?:public\.)?\"?(\w+)", re.I)
_CONCURRENT_INDEX = re.compile(
    r"\bCREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY\b.*?(\w+)\"?\s+ON\b", re.I
)
_CONSTRAINT = re.compile(r"\b(?:ADD|RENAME)\s+CONSTRAINT\s+\"?(\w+)\"?(?:\s+TO\s+\"?(\w+))?", re.I)
_VOLATILE_SQL = re.compile(
    r"\bADD\b.*\bDEFAULT\s+\(?(random|clock_timestamp|gen_random_uuid|uuidv7|nextval)\s*\(",
    re.I | re.S,
)
_PLAIN_DEFAULTS = (dict, list, str, int, bool, float)


@dataclass(frozen=True)
class Finding:
    """A migration that must not be, and what to do instead."""

    migration: str
    message: str

    def __str__(self) -> str:
        return f"{self.migration}: {self.message}"


@dataclass(frozen=True)
class _Subject:
    """A migration, the models before it, and the step it is if it is a commune's."""

    migration: migrations.Migration
    before: ProjectState
    step: SchemaStep | None
    in_communes: bool


def lint_migrations() -> list[Finding]:
    """Return what is wrong with the product's migrations; empty if nothing is."""
    loader = MigrationLoader(None)
    ours = {
        config.label: config for config in apps.get_app_configs() if config.name.startswith(_OURS)
    }
    steps = {(step.app, step.name): step for step in settings.COMMUNE_MIGRATIONS}
    found = []
    for node in sorted(loader.disk_migrations):
        if node[0] not in ours:
            continue
        subject = _Subject(
            migration=loader.disk_migrations[node],
            before=loader.project_state(node, at_end=False),
            step=steps.get(node),
            in_communes=ours[node[0]].name in settings.TENANT_APPS,
        )
        found += [Finding(".".join(node), message) for message in _messages(subject)]
    return found


def _messages(subject: _Subject) -> Iterator[str]:
    source = Path(str(sys.modules[type(subject.migration).__module__].__file__))
    yield from _bad_imports(ast.parse(source.read_text(encoding="utf-8")))
    state = subject.before.clone()
    made: set[str] = set()
    if subject.in_communes:
        yield from _unfit_for_communes(subject.migration)
    for operation in subject.migration.operations:
        for part in _flat(operation):
            yield from _messages_of(part, subject, state, made)
            if isinstance(part, migrations.CreateModel):
                made.add(f"{subject.migration.app_label}.{part.name_lower}")
        operation.state_forwards(subject.migration.app_label, state)


def _messages_of(
    operation: Operation, subject: _Subject, state: ProjectState, made: set[str]
) -> Iterator[str]:
    app = subject.migration.app_label
    if subject.in_communes:
        yield from _concurrent(operation)
        yield from _contract(operation, subject.step)
        yield from _volatile(operation)
        return
    if not subject.migration.atomic:
        yield from _not_repeatable(operation, app, state)
    label = f"{app}.{getattr(operation, 'model_name', '')}".lower()
    if label in LARGE_SHARED_MODELS - made:
        yield from _blocks_writing(operation, app, state)
    yield from _blocks_writing_by_sql(operation)


# ── Imports ──────────────────────────────────────────────────────────────
def _bad_imports(tree: ast.Module) -> Iterator[str]:
    for name in _imported(tree):
        if not _is_in(name, LASTING_MODULES) or _is_in(name, TODAYS_CODE):
            yield (
                f"imports {name}, which will have changed when a late commune gets this step; "
                "use apps.get_model(...), plain SQL, or write the few lines out here"
            )


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (f"{node.module}." if node.module else "")
            yield from (f"{module}{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "__import__":
            yield "__import__(...)"


def _is_in(name: str, modules: tuple[str, ...]) -> bool:
    return any(name == module or name.startswith(f"{module}.") for module in modules)


# ── Communes ─────────────────────────────────────────────────────────────
def _unfit_for_communes(migration: migrations.Migration) -> Iterator[str]:
    if not migration.atomic:
        yield "is not atomic; a commune is done in one transaction or not at all"
    if migration.replaces:
        yield "replaces others; the steps of communes are a list that only grows"
    for operation in migration.operations:
        if isinstance(operation, migrations.SeparateDatabaseAndState) and any(
            isinstance(part, migrations.RunPython) for part in _flat(operation)
        ):
            yield "has RunPython inside SeparateDatabaseAndState; put it into the migration itself"


def _concurrent(operation: Operation) -> Iterator[str]:
    by_sql = any("CONCURRENTLY" in statement.upper() for statement in _statements(operation))
    if isinstance(operation, _CONCURRENT) or by_sql:
        yield "works CONCURRENTLY, outside of a transaction; a commune's table is small, do without"
    if isinstance(operation, migrations.RunPython) and operation.atomic is False:
        yield "has RunPython(atomic=False); a commune is done in one transaction or not at all"


def _contract(operation: Operation, step: SchemaStep | None) -> Iterator[str]:
    if step is not None and step.ends_older_code:
        return
    takes_away = isinstance(operation, _ENDS_OLDER_CODE) or any(
        _CONTRACT_SQL.search(statement) for statement in _statements(operation)
    )
    if takes_away:
        yield (
            "takes away what older code uses; release code that does without it first, then mark "
            "this step ends_older_code=True in config/commune_migrations.py"
        )
    if isinstance(operation, migrations.AddField) and _breaks_older_inserts(operation.field):
        yield (
            f"adds {operation.name} that older code leaves out of its rows; give it null=True or "
            "a db_default, or mark the step ends_older_code=True"
        )


def _breaks_older_inserts(field: Any) -> bool:
    if field.many_to_many:
        return False
    return not field.null and field.db_default is models.NOT_PROVIDED


def _volatile(operation: Operation) -> Iterator[str]:
    if any(_VOLATILE_SQL.search(statement) for statement in _statements(operation)):
        yield "adds a default that differs by row and so rewrites the table; fill it by UPDATE"
    if not isinstance(operation, migrations.AddField | migrations.AlterField):
        return
    default: Any = operation.field.db_default
    if isinstance(default, models.Expression) and not isinstance(default, models.Value | Now):
        yield (
            f"gives {operation.name} a db_default that may differ by row and so rewrites the "
            "table; add it with null=True, fill it in a data step, then set the default"
        )
    if isinstance(operation, migrations.AddField) and callable(operation.field.default):
        yield from _one_for_all(operation)


def _one_for_all(operation: migrations.AddField) -> Iterator[str]:
    field: Any = operation.field
    if (
        field.null
        or field.db_default is not models.NOT_PROVIDED
        or field.default in _PLAIN_DEFAULTS
    ):
        return
    yield (
        f"fills {operation.name} with one value of {field.default.__name__}() for all rows of all "
        "communes; add it with null=True and fill it in a data step"
    )


# ── Shared tables ────────────────────────────────────────────────────────
def _can_be_run_twice(statement: str, dropped: set[str]) -> bool:
    """Whether a statement may come again, after those before it dropped what has these names."""
    constraint = _CONSTRAINT.search(statement)
    if constraint and all(name in dropped for name in constraint.groups() if name):
        return True
    return bool(_REPEATABLE_SQL.search(statement))


def _not_repeatable(operation: Operation, app: str, state: ProjectState) -> Iterator[str]:
    if isinstance(operation, _REPEATABLE) or _changes_nothing(operation, app, state):
        return
    if isinstance(operation, postgres.AddIndexConcurrently):
        yield "may leave half an index; use AddIndexConcurrently of tenants.kit.operations"
        return
    if isinstance(operation, migrations.RunSQL):
        dropped: set[str] = set()
        for statement in _statements(operation):
            concurrent = _CONCURRENT_INDEX.search(statement)
            if concurrent and concurrent[1] not in dropped:
                yield (
                    f"may leave half an index {concurrent[1]}; put DROP INDEX CONCURRENTLY IF "
                    "EXISTS with its name before it"
                )
            elif not concurrent and not _can_be_run_twice(statement, dropped):
                yield (
                    f"cannot be run twice after it was cut off: {statement[:60]}; use IF [NOT] "
                    "EXISTS, OR REPLACE or ON CONFLICT, or an atomic migration of its own"
                )
            dropped |= set(re.findall(r"\w+", statement)) if "DROP" in statement.upper() else set()
        return
    yield (
        f"is not atomic and has {type(operation).__name__}, which cannot be run twice after it was "
        "cut off; put it into an atomic migration of its own"
    )


def _changes_nothing(operation: Operation, app: str, state: ProjectState) -> bool:
    """Whether an AlterField changes only what Django knows, such as the choices."""
    if not isinstance(operation, migrations.AlterField):
        return False
    before: Any = state.models[app, operation.model_name_lower].fields[operation.name]
    after: Any = operation.field
    old, new = (
        {name: value for name, value in field.deconstruct()[3].items() if name not in ignored}
        for field, ignored in ((before, before.non_db_attrs), (after, after.non_db_attrs))
    )
    return type(before) is type(after) and old == new


def _blocks_writing(operation: Operation, app: str, state: ProjectState) -> Iterator[str]:
    if isinstance(operation, migrations.AddIndex) and not isinstance(operation, _CONCURRENT):
        yield (
            f"builds {operation.index.name} while nobody can write to a large table; use "
            "AddIndexConcurrently of tenants.kit.operations in a migration with atomic = False"
        )
    elif isinstance(operation, migrations.AddConstraint):
        if isinstance(operation.constraint, models.UniqueConstraint):
            yield _make_unique_concurrently(operation.constraint.name)
        elif not isinstance(operation, postgres.AddConstraintNotValid):
            yield (
                f"checks a large table for {operation.constraint.name} while nobody can use it; "
                "use AddConstraintNotValid, and ValidateConstraint in the next migration"
            )
    elif isinstance(operation, migrations.AddField | migrations.AlterField):
        field: Any = operation.field
        if _is_indexed(field) and not _was_indexed(operation, app, state):
            yield _make_unique_concurrently(operation.name)
    elif isinstance(operation, migrations.AlterUniqueTogether):
        yield _make_unique_concurrently("unique_together")


def _make_unique_concurrently(name: str) -> str:
    return (
        f"builds an index for {name} while nobody can write to a large table; build it by RunSQL "
        "CREATE [UNIQUE] INDEX CONCURRENTLY (atomic = False, DROP INDEX CONCURRENTLY IF EXISTS "
        "before it) and tell Django with SeparateDatabaseAndState"
    )


def _is_indexed(field: Any) -> bool:
    return bool(field.db_index or field.unique)


def _was_indexed(operation: Any, app: str, state: ProjectState) -> bool:
    if isinstance(operation, migrations.AddField):
        return False
    before = state.models[app, operation.model_name_lower].fields.get(operation.name)
    return before is not None and _is_indexed(before)


def _blocks_writing_by_sql(operation: Operation) -> Iterator[str]:
    tables = {label.replace(".", "_") for label in LARGE_SHARED_MODELS}
    for statement in _statements(operation):
        if _INDEX_SQL.search(statement):
            on = _INDEX_ON.search(statement)
            if on and on[1].lower() in tables:
                yield _make_unique_concurrently(on[1])


# ── Reading operations ───────────────────────────────────────────────────
def _flat(operation: Operation) -> Iterator[Operation]:
    """Give what an operation does to the database, one by one."""
    if isinstance(operation, migrations.SeparateDatabaseAndState):
        for part in operation.database_operations:
            yield from _flat(part)
    else:
        yield operation


def _statements(operation: Operation) -> list[str]:
    if not isinstance(operation, migrations.RunSQL):
        return []
    given: Any = operation.sql
    texts = [given] if isinstance(given, str) else given
    plain = (text if isinstance(text, str) else text[0] for text in texts)
    return [
        bare
        for text in plain
        for statement in sqlparse.split(text)
        if (bare := sqlparse.format(statement, strip_comments=True).strip().rstrip(";"))
    ]
