"""Upgrading the schemas of communes: what one run does, seen in the database."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from tenants.communes.models import Commune
from tenants.fleet.models import Upgrade
from tenants.fleet.upgrading import migrate_communes, plan_upgrade
from tests.tenants.fleet.later_code import LaterCode

ADD_FIELD = (
    'migrations.AddField("department", "shelf", models.CharField(max_length=9, db_default="A"))'
)


def ask(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def columns(schema: str, table: str) -> set[str]:
    rows = ask(
        "SELECT column_name FROM information_schema.columns "
        "WHERE table_schema = %s AND table_name = %s",
        schema,
        table,
    )
    return {name for (name,) in rows}


@pytest.fixture
def one_field_later(fleet: object, later: LaterCode, settings: Any) -> LaterCode:
    later.add("organisation", "0002_shelf", ADD_FIELD)
    later.use(settings)
    return later


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
    ) == [("00004", 5, 6, "done"), ("00008", 5, 6, "done")]
    assert all(0 < seconds < 30 for (seconds,) in Upgrade.objects.values_list("seconds"))
    assert plan_upgrade().behind == ()
