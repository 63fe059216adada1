"""The lint of migrations: what it lets through, and each thing that it refuses."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.db import connection, connections
from django.db.migrations.state import ModelState, ProjectState
from django.db.models import Index

from tenants.fleet.migration_lint import LARGE_SHARED_MODELS, lint_migrations
from tenants.jobs.models import Job
from tenants.kit.operations import AddIndexConcurrently
from tests.database import TestServer
from tests.tenants.fleet.later_code import ADD_FIELD, LaterCode, ask


def findings(later: LaterCode, settings: Any) -> list[str]:
    later.use(settings)
    return [str(finding) for finding in lint_migrations()]


def test_every_migration_of_the_product_is_good() -> None:
    assert [str(finding) for finding in lint_migrations()] == []


@pytest.mark.parametrize("label", sorted(LARGE_SHARED_MODELS))
def test_the_large_tables_are_shared_models(label: str) -> None:
    assert apps.get_model(label)._meta.app_config.name in django_settings.SHARED_APPS


COMMUNE = {
    "app code": (
        ADD_FIELD,
        "from tenants.organisation.models import Role",
        "imports tenants.organisation.models.Role",
    ),
    "app code inside a function": (
        "migrations.RunPython(fill)",
        "def fill(apps, editor):\n    from tenants.communes.current import current_commune\n",
        "imports tenants.communes.current.current_commune",
    ),
    "a neighbour": (
        "migrations.RunPython(fill)",
        "def fill(apps, editor):\n    from . import helper\n",
        "imports .helper",
    ),
    "the models of the day": (
        ADD_FIELD,
        "from django.apps import apps",
        "imports django.apps.apps",
    ),
    "an import by name": (
        "migrations.RunPython(fill)",
        "def fill(apps, editor):\n    __import__('tenants.organisation.models')\n",
        "imports __import__",
    ),
    "an index without a transaction": (
        'operations.AddIndexConcurrently("department", models.Index(fields=["name"], name="n"))',
        "from django.contrib.postgres import operations",
        "works CONCURRENTLY",
    ),
    "SQL without a transaction": (
        'migrations.RunSQL("CREATE INDEX CONCURRENTLY n ON organisation_department (name)")',
        "",
        "works CONCURRENTLY",
    ),
    "Python without a transaction": (
        "migrations.RunPython(lambda apps, editor: None, atomic=False)",
        "",
        "RunPython(atomic=False)",
    ),
    "hidden Python": (
        "migrations.SeparateDatabaseAndState([migrations.RunPython(lambda apps, editor: None)])",
        "",
        "RunPython inside SeparateDatabaseAndState",
    ),
    "a field less": ('migrations.RemoveField("official", "may_sign")', "", "ends_older_code=True"),
    "a model less": ('migrations.DeleteModel("Department")', "", "takes away"),
    "another name": ('migrations.RenameField("official", "title", "rank")', "", "takes away"),
    "another table": ('migrations.AlterModelTable("department", "x")', "", "takes away"),
    "a column less by SQL": (
        'migrations.RunSQL("ALTER TABLE organisation_official DROP COLUMN title")',
        "",
        "takes away",
    ),
    "a field that older code does not fill": (
        'migrations.AddField("department", "shelf", models.CharField(max_length=9, default="A"))',
        "",
        "older code leaves out",
    ),
    "a default by row": (
        'migrations.AddField("department", "shelf", '
        "models.UUIDField(db_default=models.Func(function='gen_random_uuid')))",
        "",
        "rewrites the table",
    ),
    "a default by row by SQL": (
        'migrations.RunSQL("ALTER TABLE organisation_department ADD x uuid '
        'DEFAULT gen_random_uuid()")',
        "",
        "rewrites the table",
    ),
    "one key for all rows": (
        'migrations.AddField("department", "shelf", models.UUIDField(default=uuid6.uuid7))',
        "import uuid6",
        "one value of uuid7() for all rows",
    ),
}


@pytest.mark.parametrize(("operations", "preamble", "said"), COMMUNE.values(), ids=COMMUNE)
def test_a_bad_migration_of_communes_is_refused(
    later: LaterCode, settings: Any, operations: str, preamble: str, said: str
) -> None:
    later.add("organisation", "0002_bad", operations, preamble=preamble)
    found = findings(later, settings)
    assert found
    assert all(line.startswith("organisation.0002_bad: ") for line in found)
    assert any(said in line for line in found), found


def test_a_commune_migration_that_is_not_atomic_is_refused(later: LaterCode, settings: Any) -> None:
    later.add("organisation", "0002_bad", ADD_FIELD, attributes="atomic = False")
    (found,) = findings(later, settings)
    assert "is not atomic" in found


def test_a_step_that_is_marked_may_take_away(later: LaterCode, settings: Any) -> None:
    less = 'migrations.RemoveField("official", "may_sign")'
    later.add("organisation", "0002_less", less, ends_older_code=True)
    assert findings(later, settings) == []


def test_what_is_good_for_communes_passes(later: LaterCode, settings: Any) -> None:
    later.add(
        "organisation",
        "0002_good",
        f"""{ADD_FIELD},
        migrations.AddField("department", "at", models.DateTimeField(db_default=Now())),
        migrations.AddField("department", "notes", models.JSONField(null=True, default=dict)),
        migrations.AddIndex("department", models.Index(fields=["name"], name="by_name")),
        migrations.RunPython(fill),""",
        preamble="from django.db.models.functions import Now\n"
        'def fill(apps, editor):\n    apps.get_model("organisation", "Department")\n',
    )
    assert findings(later, settings) == []


INDEX = 'models.Index(fields=["attempts"], name="jobs_more")'
SHARED = {
    "an index on a large table": (f'migrations.AddIndex("job", {INDEX})', "builds jobs_more"),
    "a unique constraint": (
        'migrations.AddConstraint("job", models.UniqueConstraint(fields=["id"], name="u"))',
        "builds an index for u",
    ),
    "a check of all rows": (
        'migrations.AddConstraint("job", models.CheckConstraint('
        'condition=models.Q(attempts__lt=99), name="few"))',
        "use AddConstraintNotValid",
    ),
    "a field with an index": (
        'migrations.AddField("job", "kind", models.CharField(max_length=9, null=True, '
        "db_index=True))",
        "builds an index for kind",
    ),
    "an index on a field": (
        'migrations.AlterField("job", "task", models.CharField(max_length=160, unique=True))',
        "builds an index for task",
    ),
    "an index by SQL": (
        'migrations.RunSQL("CREATE INDEX jobs_more ON public.jobs_job (attempts)")',
        "builds an index for jobs_job",
    ),
}


@pytest.mark.parametrize(("operations", "said"), SHARED.values(), ids=SHARED)
def test_what_blocks_writing_to_a_large_table_is_refused(
    later: LaterCode, settings: Any, operations: str, said: str
) -> None:
    later.add("jobs", "0099_bad", operations)
    (found,) = findings(later, settings)
    assert said in found


CUT_OFF = {
    "a field": ('migrations.AddField("job", "k", models.TextField(null=True))', "has AddField"),
    "Python": ("migrations.RunPython(lambda apps, editor: None)", "has RunPython"),
    "Django's index": (
        f'operations.AddIndexConcurrently("job", {INDEX})',
        "use AddIndexConcurrently of tenants.kit",
    ),
    "a bare CREATE": ('migrations.RunSQL("CREATE TABLE x (id int)")', "cannot be run twice"),
    "a bare constraint": (
        'migrations.RunSQL("ALTER TABLE x ADD CONSTRAINT y CHECK (true) NOT VALID")',
        "cannot be run twice",
    ),
    "a constraint renamed over one that may be there": (
        'migrations.RunSQL(["ALTER TABLE x DROP CONSTRAINT IF EXISTS y_new", '
        '"ALTER TABLE x RENAME CONSTRAINT y_new TO y"])',
        "cannot be run twice",
    ),
    "a bare INSERT": ('migrations.RunSQL("INSERT INTO x VALUES (1)")', "cannot be run twice"),
    "half an index": (
        'migrations.RunSQL("CREATE INDEX CONCURRENTLY IF NOT EXISTS x ON jobs_job (id)")',
        "may leave half an index x",
    ),
}


@pytest.mark.parametrize(("operations", "said"), CUT_OFF.values(), ids=CUT_OFF)
def test_what_cannot_be_run_twice_is_refused_outside_a_transaction(
    later: LaterCode, settings: Any, operations: str, said: str
) -> None:
    preamble = "from django.contrib.postgres import operations"
    later.add("jobs", "0099_bad", operations, preamble=preamble, attributes="atomic = False")
    (found,) = findings(later, settings)
    assert said in found


def test_what_can_be_run_twice_passes(later: LaterCode, settings: Any) -> None:
    later.add(
        "jobs",
        "0099_good",
        f"""AddIndexConcurrently("job", {INDEX}),
        migrations.RunSQL([
            "DROP INDEX CONCURRENTLY IF EXISTS jobs_even_more",
            "CREATE UNIQUE INDEX CONCURRENTLY jobs_even_more ON jobs_job (id)",
            "ALTER TABLE x DROP CONSTRAINT IF EXISTS y_new",
            "ALTER TABLE x ADD CONSTRAINT y_new CHECK (true) NOT VALID",
            "ALTER TABLE x DROP CONSTRAINT IF EXISTS y",
            "ALTER TABLE x RENAME CONSTRAINT y_new TO y",
            "CREATE TABLE IF NOT EXISTS x (id int)",
            "INSERT INTO x VALUES (1) ON CONFLICT DO NOTHING",
        ]),""",
        preamble="from tenants.kit.operations import AddIndexConcurrently",
        attributes="atomic = False",
    )
    assert findings(later, settings) == []


def test_an_index_that_was_cut_off_is_built_anew(fleet: TestServer) -> None:
    # What a break leaves: an index of that name that is not valid.
    operation = AddIndexConcurrently("job", Index(fields=["attempts"], name="jobs_more"))
    before = ProjectState()
    before.add_model(ModelState.from_model(Job))
    after = before.clone()
    operation.state_forwards("jobs", after)
    valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'jobs_more'::regclass"
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX jobs_more ON jobs_job (commune_code)")

    for _ in range(2):
        with connections["default"].schema_editor(atomic=False) as editor:
            operation.database_forwards("jobs", editor, before, after)
        assert ask(valid) == [(True,)]
        ((definition,),) = ask("SELECT pg_get_indexdef('jobs_more'::regclass)")
        assert "attempts" in definition
