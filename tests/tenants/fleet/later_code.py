"""Code of a later day: the same product with more migrations, written where a test says."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings as product
from django.db import DEFAULT_DB_ALIAS, connection, connections

from tenants.communes.current import forget_communes
from tenants.communes.versions import SchemaStep
from tests.database import ROOT, TestServer

# How many steps a commune has had by today's code, before any that a test adds.
OURS = len(product.COMMUNE_MIGRATIONS)
_numbers = itertools.count()

_MIGRATION = """\
from django.db import migrations, models
{preamble}

class Migration(migrations.Migration):
    dependencies = [("{app}", "{previous}")]
    {attributes}
    operations = [
        {operations}
    ]
"""


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


@dataclass
class LaterCode:
    """Migrations added to the product's own, in a folder that a test owns."""

    folder: Path
    steps: list[SchemaStep] = field(default_factory=lambda: list(product.COMMUNE_MIGRATIONS))
    modules: dict[str, str] = field(default_factory=dict)

    def add(
        self,
        app: str,
        name: str,
        operations: str,
        *,
        preamble: str = "",
        attributes: str = "",
        **marks: Any,
    ) -> None:
        """Write a migration of an app, after its newest, and put it at the end of the list."""
        package = self._package(app)
        previous = max(path.stem for path in package.glob("0*.py"))
        text = _MIGRATION.format(
            app=app,
            previous=previous,
            operations=operations,
            preamble=preamble,
            attributes=attributes,
        )
        (package / f"{name}.py").write_text(text, encoding="utf-8")
        if apps.get_app_config(app).name in product.TENANT_APPS:
            self.steps.append(SchemaStep(app, name, **marks))

    def use(self, settings: Any) -> None:
        """Make this process the later code."""
        settings.MIGRATION_MODULES = self.modules
        settings.COMMUNE_MIGRATIONS = tuple(self.steps)
        forget_communes()

    def environment(self) -> dict[str, str]:
        """Write settings for programs that a test starts, and return their environment."""
        (self.folder / "later_settings.py").write_text(
            "from config.settings import *\n"
            "from tenants.communes.versions import SchemaStep\n"
            f"MIGRATION_MODULES = {self.modules!r}\n"
            f"COMMUNE_MIGRATIONS = {tuple(self.steps)!r}\n",
            encoding="utf-8",
        )
        path = os.pathsep.join([str(self.folder), str(ROOT)])
        return os.environ | {
            "DJANGO_SETTINGS_MODULE": "later_settings",
            "PYTHONPATH": path,
            "BLUEPRINT_DIR": str(product.BLUEPRINT_DIR),
            "DATABASE_ROLE": "owner",
        }

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a management command of the later code."""
        return subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            env=self.environment(),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def _package(self, app: str) -> Path:
        if app not in self.modules:
            name = f"later_{app}_{next(_numbers)}"
            package = self.folder / name
            package.mkdir()
            (package / "__init__.py").touch()
            original = f"{apps.get_app_config(app).name}.migrations"
            for path in Path(import_module(original).__path__[0]).glob("0*.py"):
                (package / path.name).write_text(
                    "from importlib import import_module\n"
                    f'Migration = import_module("{original}.{path.stem}").Migration\n'
                )
            self.modules[app] = name
        return self.folder / self.modules[app]


@contextmanager
def a_fleet_of_its_own(server: TestServer) -> Iterator[None]:
    """Work as the owner in a copy of the database where what is done is committed."""
    with server.another_copy("fleet") as database:
        server.work_in(database, server.owner)
        forget_communes()
        try:
            yield
        finally:
            connections[DEFAULT_DB_ALIAS].close()
            server.work_in(server.copy, server.application)
            forget_communes()
