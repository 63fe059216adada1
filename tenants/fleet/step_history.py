"""Going through the commune migrations in their order, with the models as they were at each.

Django's executor follows the graph of dependencies. Here the order is the list's
(`settings.COMMUNE_MIGRATIONS`), the same for every commune, so that a version is a number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.db.migrations import Migration, RunPython
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from tenants.communes.versions import SchemaStep


class StepsOutOfOrder(Exception):
    """The list of commune migrations does not fit the files; the sentence says where."""


@dataclass(frozen=True)
class Turn:
    """One operation of a migration, its place there, and the models before and after it."""

    place: int
    operation: Operation
    before: ProjectState
    after: ProjectState


@dataclass(frozen=True)
class DataStep:
    """A RunPython of a commune migration with the models as they were at its place."""

    operation: Any
    apps: Any


class StepHistory:
    """One way through the list, from an empty schema to the newest.

    Raises StepsOutOfOrder if a migration is not in the list, is not there, or stands before one
    that it needs. No database is asked.
    """

    def __init__(self) -> None:
        # Without a connection: which migrations a database has had does not matter here.
        self._loader = MigrationLoader(None)
        self._state = ProjectState()
        self._passed: set[tuple[str, str]] = set()
        _check_list(self._loader)

    def steps(self) -> Iterator[tuple[SchemaStep, Migration]]:
        """Give each step; its `turns` must be gone through before the next one."""
        for step in settings.COMMUNE_MIGRATIONS:
            node = (step.app, step.name)
            migration = self._loader.graph.nodes[node]
            for needed in self._loader.graph.forwards_plan(node):
                if needed != node and needed not in self._passed:
                    # A shared app's: its models may be named, its tables are elsewhere.
                    self._loader.graph.nodes[needed].mutate_state(self._state, preserve=False)
                    self._passed.add(needed)
            self._passed.add(node)
            yield step, migration

    def turns(self, migration: Migration) -> Iterator[Turn]:
        """Give each operation of a step's migration."""
        for place, operation in enumerate(migration.operations):
            before = self._state.clone()
            operation.state_forwards(migration.app_label, self._state)
            yield Turn(place, operation, before, self._state)


def data_steps() -> dict[tuple[str, str, int], DataStep]:
    """Return every RunPython of the commune migrations by app, name and place."""
    found = {}
    history = StepHistory()
    for step, migration in history.steps():
        for turn in history.turns(migration):
            if isinstance(turn.operation, RunPython):
                # Rendered now, once: threads that come later only read it.
                found[step.app, step.name, turn.place] = DataStep(turn.operation, turn.before.apps)
    return found


def commune_apps() -> list[AppConfig]:
    """Return the apps whose tables lie in every commune's schema."""
    return [config for config in apps.get_app_configs() if config.name in settings.TENANT_APPS]


def migration_files() -> list[tuple[str, Path]]:
    """Return the label and path of every migration file of those apps, in a fixed order."""
    found = []
    for config in commune_apps():
        module, _ = MigrationLoader.migrations_module(config.label)
        for folder in import_module(str(module)).__path__:
            found += [(config.label, path) for path in sorted(Path(folder).glob("*.py"))]
    return found


def _check_list(loader: MigrationLoader) -> None:
    labels = {config.label for config in commune_apps()}
    there = {node for node in loader.graph.nodes if node[0] in labels}
    listed = [(step.app, step.name) for step in settings.COMMUNE_MIGRATIONS]
    if missing := there - set(listed):
        raise StepsOutOfOrder(
            "Danh sách COMMUNE_MIGRATIONS (config/commune_migrations.py) còn thiếu: "
            f"{_names(missing)}. Hãy ghi thêm vào cuối danh sách."
        )
    if unknown := set(listed) - there:
        raise StepsOutOfOrder(
            f"Danh sách COMMUNE_MIGRATIONS nêu bước không có tệp: {_names(unknown)}."
        )
    for place, node in enumerate(listed):
        if later := set(listed[place:]) & (set(loader.graph.forwards_plan(node)) - {node}):
            raise StepsOutOfOrder(
                f"Trong danh sách COMMUNE_MIGRATIONS, {_names({node})} đứng trước bước nó cần: "
                f"{_names(later)}."
            )


def _names(nodes: set[tuple[str, str]]) -> str:
    return ", ".join(".".join(node) for node in sorted(nodes))
