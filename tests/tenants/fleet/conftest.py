"""What tests of upgrades stand on: a fleet that may be changed, and code of a later day."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from documents.rendering.pdf import RenderedPdf
from tests.database import TestServer
from tests.factories import PDF
from tests.tenants.fleet.later_code import ADD_FIELD, LaterCode, a_fleet_of_its_own

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker


@pytest.fixture(scope="session")
def captured_steps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where what was captured in one test is found by the next."""
    return tmp_path_factory.mktemp("blueprints")


@pytest.fixture
def fleet(
    django_db_setup: TestServer,
    django_db_blocker: DjangoDbBlocker,
    settings: Any,
    captured_steps: Path,
) -> Iterator[TestServer]:
    """Two communes in a database of their own, entered as the owner's role."""
    settings.BLUEPRINT_DIR = captured_steps
    with django_db_blocker.unblock(), a_fleet_of_its_own(django_db_setup):
        yield django_db_setup


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LaterCode:
    """Code with the product's migrations, to which a test adds its own."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    return LaterCode(tmp_path)


@pytest.fixture
def committing_owner(
    transactional_db: None,
    django_db_setup: TestServer,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> TestServer:
    """Work as the owner's role in this process's copy, which is made anew after the test."""
    # What a result looks like is asked elsewhere.
    monkeypatch.setattr("documents.registers.tasks.render_pdf", lambda html: RenderedPdf(PDF, 1))
    settings.FILES_ROOT = tmp_path_factory.mktemp("files")
    django_db_setup.work_in(django_db_setup.copy, django_db_setup.owner)
    return django_db_setup


@pytest.fixture
def one_field_later(fleet: TestServer, later: LaterCode, settings: Any) -> LaterCode:
    """Code that has one migration more, in a fleet that has not had it."""
    later.add("organisation", "0002_shelf", ADD_FIELD)
    later.use(settings)
    return later
