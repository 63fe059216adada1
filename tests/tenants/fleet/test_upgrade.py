"""Upgrading the schemas of communes: what one run does, seen in the database."""

from __future__ import annotations

from typing import Any

import pytest
import sqlparse
from django.db import connection

from tenants.communes.current import in_commune
from tenants.communes.models import Commune
from tenants.communes.versions import SchemaStep
from tenants.fleet.blueprint import BlueprintUnavailable, get_blueprint
from tenants.fleet.models import Upgrade
from tenants.fleet.onboarding import onboard_commune
from tenants.fleet.one_upgrade import Upgrader
from tenants.fleet.upgrading import migrate_communes, plan_upgrade
from tenants.organisation.models import Department
from tests.tenants.fleet.later_code import ADD_FIELD, OURS, LaterCode, ask, columns


def test_every_commune_gets_the_new_steps_with_registry_history_and_ledger(
    one_field_later: LaterCode,
) -> None:
    tally = migrate_communes(plan_upgrade())

    assert (tally.done, tally.locked, tally.failed, tally.stopped) == (2, {}, {}, "")
    for commune in Commune.objects.all():
        assert commune.schema_version == len(one_field_later.steps)
        assert "shelf" in columns(commune.schema_name, "organisation_department")
        history = ask(
            f"SELECT app, name FROM {commune.schema_name}.django_migrations "
            "WHERE name = '0002_shelf'"
        )
        assert history == [("organisation", "0002_shelf")]
    assert sorted(
        Upgrade.objects.values_list("commune_code", "from_version", "to_version", "result")
    ) == [(code, OURS, OURS + 1, "done") for code in ("00004", "00008")]
    assert all(0 < seconds < 30 for (seconds,) in Upgrade.objects.values_list("seconds"))
    assert plan_upgrade().behind == ()


def relations(schema: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every object of a schema by name and definition, rights included."""
    questions = {
        "columns": "SELECT table_name, column_name, ordinal_position, data_type, is_nullable, "
        "character_maximum_length, column_default, collation_name, is_identity "
        "FROM information_schema.columns WHERE table_schema = %(schema)s",
        "constraints": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), "
        "condeferrable, condeferred FROM pg_constraint "
        "WHERE connamespace = %(schema)s::regnamespace",
        "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes "
        "WHERE schemaname = %(schema)s",
        "rights": "SELECT relname, relkind, array(SELECT unnest(relacl)::text ORDER BY 1) "
        "FROM pg_class WHERE relnamespace = %(schema)s::regnamespace AND relkind IN ('r', 'S')",
        "migrations": f"SELECT app, name FROM {schema}.django_migrations",
    }
    with connection.cursor() as cursor:
        found = {}
        for what, question in questions.items():
            cursor.execute(question, {"schema": schema})
            found[what] = sorted(
                (str(row).replace(f"{schema}.", "") for row in cursor.fetchall()), key=str
            )
    return found


def test_an_upgraded_schema_is_what_a_new_one_is_object_by_object(
    fleet: object, later: LaterCode, settings: Any
) -> None:
    later.add(
        "organisation",
        "0002_shelf",
        ADD_FIELD
        + """,
        migrations.CreateModel("Shelf", [
            ("id", models.UUIDField(primary_key=True)),
            ("department", models.ForeignKey("organisation.Department", models.CASCADE)),
            ("label", models.CharField(max_length=20, unique=True)),
        ]),
        migrations.AlterField("official", "department", models.ForeignKey(
            "organisation.Department", models.SET_NULL, null=True, related_name="officials")),""",
    )
    later.add(
        "files", "0002_place", 'migrations.RunSQL("CREATE VIEW files_one AS SELECT 1 AS one")'
    )
    later.add(
        "organisation",
        "0003_rename",
        """migrations.RenameField("shelf", "label", "name"),
        migrations.RemoveField("department", "position"),
        migrations.AlterField("department", "shelf", models.TextField(null=True)),
        migrations.AddConstraint("shelf", models.UniqueConstraint(
            fields=["name", "department"], name="shelf_once", deferrable=models.Deferrable.DEFERRED
        )),""",
        ends_older_code=True,
    )
    later.use(settings)

    assert migrate_communes(plan_upgrade()).done == 2

    onboard_commune("00070")
    assert relations("xa_00004") == relations("xa_00070")
    assert ask("SELECT count(*) FROM xa_00004.files_one") == [(1,)]


def test_a_new_table_that_is_only_added_to_is_closed_to_the_application(
    fleet: object, later: LaterCode, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    later.add(
        "history",
        "0002_second_log",
        'migrations.CreateModel("SecondLog", [("id", models.UUIDField(primary_key=True))])',
    )
    later.use(settings)
    closed = ("history_event", "history_secondlog")
    monkeypatch.setattr("tenants.fleet.upgrade_script.append_only_tables", lambda apps: closed)

    migrate_communes(plan_upgrade())

    rights = ask(
        "SELECT privilege_type FROM information_schema.table_privileges WHERE grantee = %s "
        "AND table_schema = 'xa_00004' AND table_name = 'history_secondlog'",
        settings.DATABASES["default"]["APPLICATION_ROLE"],
    )
    assert sorted(right for (right,) in rights) == ["INSERT", "SELECT"]


def test_communes_of_different_versions_each_get_what_they_lack(
    fleet: object, later: LaterCode, settings: Any
) -> None:
    later.add("organisation", "0002_shelf", ADD_FIELD)
    later.use(settings)
    migrate_communes(plan_upgrade({"00004"}))
    later.add(
        "organisation",
        "0003_more",
        "migrations.RunSQL(\"UPDATE organisation_letterhead SET phone = phone || '1'\")",
        ends_older_code=True,
    )
    later.use(settings)

    plan = plan_upgrade()
    assert [(c.code, c.version) for c in plan.behind] == [("00004", OURS + 1), ("00008", OURS)]
    assert migrate_communes(plan).done == 2

    assert (
        ask("SELECT schema_version, oldest_code FROM communes_commune")
        == [(OURS + 2, OURS + 2)] * 2
    )
    for code in ("00004", "00008"):
        assert ask(f"SELECT phone FROM xa_{code}.organisation_letterhead") == [("1",)]
        assert "shelf" in columns(f"xa_{code}", "organisation_department")


def test_rows_of_one_step_do_not_stand_in_the_way_of_the_next(
    fleet: object, later: LaterCode, settings: Any
) -> None:
    # Their foreign key is checked at the end of a transaction, which both steps share.
    later.add(
        "organisation",
        "0002_rows",
        """migrations.RunSQL("INSERT INTO organisation_department (id, name, position) "
            "VALUES ('01920000-0000-7000-8000-000000000000', 'A', 0)"),
        migrations.RunSQL("UPDATE organisation_official "
            "SET department_id = '01920000-0000-7000-8000-000000000000'"),""",
    )
    later.add(
        "organisation",
        "0003_column",
        'migrations.AddField("official", "shelf", models.CharField(max_length=9, db_default="A"))',
    )
    later.use(settings)

    tally = migrate_communes(plan_upgrade())

    assert (tally.done, tally.failed) == (2, {})


DATA_STEP = """
def number_departments(apps, editor):
    Department = apps.get_model("organisation", "Department")
    for number, department in enumerate(Department.objects.order_by("name"), 1):
        Department.objects.filter(pk=department.pk).update(shelf=f"K{number}")
"""


def test_a_python_step_runs_in_each_commune_between_the_statements_around_it(
    fleet: object, later: LaterCode, settings: Any
) -> None:
    for code, names in (("00004", ["B", "A"]), ("00008", ["C"])):
        with in_commune(code):
            for name in names:
                Department.objects.create(name=name)
    later.add(
        "organisation",
        "0002_shelf",
        'migrations.AddField("department", "shelf", models.CharField(max_length=9, null=True)),'
        "migrations.RunPython(number_departments),"
        "migrations.RunSQL(\"UPDATE organisation_department SET shelf = shelf || '.'\"),",
        preamble=DATA_STEP,
    )
    later.use(settings)

    assert migrate_communes(plan_upgrade()).done == 2

    assert ask("SELECT name, shelf FROM xa_00004.organisation_department ORDER BY 1") == [
        ("A", "K1."),
        ("B", "K2."),
    ]
    assert ask("SELECT name, shelf FROM xa_00008.organisation_department") == [("C", "K1.")]
    onboard_commune("00070")
    assert relations("xa_00070") == relations("xa_00004")


def test_a_python_step_that_fails_leaves_nothing_of_its_commune_and_tells_no_data(
    fleet: object, later: LaterCode, settings: Any
) -> None:
    with in_commune("00004"):
        Department.objects.create(name="Nguyễn Văn A")
    later.add(
        "organisation",
        "0002_shelf",
        ADD_FIELD + ", migrations.RunPython(refuse)",
        preamble="def refuse(apps, editor):\n"
        '    for one in apps.get_model("organisation", "Department").objects.all():\n'
        "        raise ValueError(one.name)\n",
    )
    later.use(settings)

    tally = migrate_communes(plan_upgrade(canaries=["00008"]))

    assert (tally.done, set(tally.failed)) == (1, {"00004"})
    assert "shelf" not in columns("xa_00004", "organisation_department")
    assert Upgrade.objects.get(result="failed").error == tally.failed["00004"]
    assert tally.failed["00004"] == "ValueError, 0002_shelf.py dòng 4"


def test_a_python_step_may_not_fill_new_communes(
    fleet: object, later: LaterCode, settings: Any
) -> None:
    later.add(
        "organisation",
        "0002_fill",
        "migrations.RunPython(fill)",
        preamble="import uuid6\ndef fill(apps, editor):\n"
        '    apps.get_model("organisation", "Department").objects.create('
        'id=uuid6.uuid7(), name="A")\n',
    )
    later.use(settings)

    with pytest.raises(BlueprintUnavailable, match="thêm dòng vào lược đồ còn trống"):
        migrate_communes(plan_upgrade())


def test_citus_gets_one_statement_at_a_time(
    one_field_later: LaterCode, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CITUS = True
    monkeypatch.setattr(Upgrader, "_send", only_one_by_one(Upgrader._send))

    assert migrate_communes(plan_upgrade()).done == 2

    assert "shelf" in columns("xa_00008", "organisation_department")


def only_one_by_one(send: Any) -> Any:
    def checked(upgrader: Any, commune: Any, parts: list[Any], *, as_one: bool) -> None:
        assert not as_one
        assert parts[0] == "SET LOCAL citus.enable_schema_based_sharding TO on"
        assert all(sqlparse.split(part) == [part] for part in parts)
        send(upgrader, commune, parts, as_one=as_one)

    return checked


def test_the_list_of_steps_must_be_the_files_in_an_order_that_works(
    fleet: object, later: LaterCode, settings: Any
) -> None:
    later.add("organisation", "0002_shelf", ADD_FIELD)
    later.use(settings)
    *first, last = later.steps
    for steps, said in (
        (first, "còn thiếu: organisation.0002_shelf"),
        ([*first, last, SchemaStep("organisation", "0003_x")], "không có tệp: organisation.0003_x"),
        ([last, *first], "đứng trước bước nó cần"),
    ):
        settings.COMMUNE_MIGRATIONS = tuple(steps)
        with pytest.raises(BlueprintUnavailable, match=said):
            get_blueprint()
