"""The list of commune migrations is the order in which thousands of schemas change."""

from __future__ import annotations

from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from tenants.communes.versions import code_version


def test_every_migration_of_a_commune_app_stands_in_the_list_once() -> None:
    files = {
        (config.label, path.stem)
        for config in apps.get_app_configs()
        if config.name in settings.TENANT_APPS
        for path in (Path(config.path) / "migrations").glob("0*.py")
    }
    listed = [(step.app, step.name) for step in settings.COMMUNE_MIGRATIONS]

    assert len(listed) == len(set(listed)) == code_version()
    assert set(listed) == files, "write a new migration at the end of config/commune_migrations.py"


def test_no_migration_stands_before_one_that_it_needs(db: None) -> None:
    graph = MigrationLoader(connection).graph
    listed = [(step.app, step.name) for step in settings.COMMUNE_MIGRATIONS]

    for place, node in enumerate(listed):
        later = set(listed[place + 1 :])
        assert not later & set(graph.forwards_plan(node)), node
