"""The shape of the house, held where import-linter cannot see: relations, tables, names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import ForeignKey, ManyToManyField, Model

ROOT = Path(settings.BASE_DIR)
ORDER = ["tenants", "documents", "services", "citizens", "config"]
FLOORS = [
    "kit", "communes", "calendar", "jobs", "history", "accounts", "notices", "organisation",
    "fleet", "console",
]  # fmt: skip
OURS = ("tenants", "documents", "services", "citizens", "config")


def our_models() -> list[type[Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith(OURS)]


def height(model: type[Model]) -> tuple[int, int]:
    """How high a model's app stands: the house's storey, then the floor inside tenants."""
    house, _, rest = model.__module__.partition(".")
    app = rest.split(".")[0]
    return ORDER.index(house), FLOORS.index(app) if house == "tenants" else 0


def references(model: type[Model]) -> Iterator[type[Model]]:
    for field in model._meta.get_fields():
        if isinstance(field, ForeignKey | ManyToManyField):
            assert isinstance(field.related_model, type)
            yield field.related_model


def is_shared(model: type[Model]) -> bool:
    config = apps.get_app_config(model._meta.app_label)
    return config.name in settings.SHARED_APPS


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_a_model_refers_only_down_the_house_and_inside_its_own_schema(model: type[Model]) -> None:
    for other in references(model):
        if other.__module__.startswith(OURS):
            assert height(other) <= height(model), f"{model._meta.label} → {other._meta.label}"
        assert is_shared(other) == is_shared(model), f"{model._meta.label} → {other._meta.label}"


def test_the_driver_is_psycopg2() -> None:
    from django.db.backends.postgresql.psycopg_any import is_psycopg3

    assert not is_psycopg3
    assert connection.vendor == "postgresql"


@pytest.mark.parametrize("model", [m for m in our_models() if not is_shared(m)], ids=str)
def test_a_communes_tables_have_keys_that_never_collide(model: type[Model]) -> None:
    key = model._meta.pk
    assert key.get_internal_type() in ("UUIDField", "PositiveSmallIntegerField")


def test_no_file_is_named_services() -> None:
    assert not list(ROOT.glob("*/**/services.py"))


def test_modules_stay_short_enough_to_hold_one_concept() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for house in OURS
        for path in (ROOT / house).rglob("*.py")
        if "migrations" not in path.parts and (lines := len(path.read_text().splitlines())) > 400
    }

    assert not long
