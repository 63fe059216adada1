"""What every test stands on: a database with two communes, and clients of their sites."""

from __future__ import annotations

import base64
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.test import Client, TransactionTestCase

from tests.citus_database import CitusTestServer
from tests.database import TestServer

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker

    from tenants.communes.current import CommuneInfo

_KEYS = {
    "SECRET_KEY": "a key for tests only, never for a deployment",
    "ENCRYPTION_KEYS": "test:" + base64.b64encode(b"e" * 32).decode(),
    "INDEX_KEY": base64.b64encode(b"i" * 32).decode(),
}

# A busy machine is slow, not wrong.
hypothesis.settings.register_profile("xaso", deadline=None)
hypothesis.settings.load_profile("xaso")


def pytest_configure(config: pytest.Config) -> None:
    """Settings of tests: keys, quick password hashes, files in a folder that goes away."""
    for name, value in _KEYS.items():
        # Programs that a test starts read them from the environment.
        os.environ[name] = value
        setattr(settings, name, value)
    folder = tempfile.TemporaryDirectory(prefix="xaso-test-")
    config.add_cleanup(folder.cleanup)
    for name in ("files", "static"):
        (Path(folder.name) / name).mkdir()
    settings.FILES_ROOT = Path(folder.name) / "files"
    os.environ["FILES_ROOT"] = str(settings.FILES_ROOT)
    settings.STATIC_ROOT = Path(folder.name) / "static"
    settings.SMS_FILE_PATH = str(Path(folder.name) / "sms")
    plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": plain}}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.PUBLIC_PORT = ""


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[TestServer]:
    """Give this process its copy of the template database."""
    with django_db_blocker.unblock():
        server = CitusTestServer() if "CITUS_URL" in os.environ else TestServer()
        server.set_up()
    original = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]
    # Django would empty every table, which the application's role may not and which would
    # take the communes away: after a test that commits, the copy is made anew.
    TransactionTestCase._fixture_teardown = lambda self: server.renew()  # type: ignore[attr-defined]
    yield server
    TransactionTestCase._fixture_teardown = original  # type: ignore[attr-defined]
    with django_db_blocker.unblock():
        server.tear_down()


@pytest.fixture(scope="session")
def release_folder() -> Iterator[Path]:
    """A folder that everybody may read, with the static files of a release."""
    from tests.serving import collect_static

    with tempfile.TemporaryDirectory(prefix="xaso-release-") as folder:
        Path(folder).chmod(0o755)
        collect_static(Path(folder))
        yield Path(folder)


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """Start in no commune and with empty caches."""
    from tenants.kit.expiring_cache import clear_all_caches

    def forget() -> None:
        clear_all_caches()
        for cache in caches.all(initialized_only=True):
            cache.clear()
        connections[DEFAULT_DB_ALIAS].set_schema_to_public()  # type: ignore[attr-defined]

    forget()
    yield
    forget()


@pytest.fixture
def ba_dinh(db: None) -> CommuneInfo:
    """Phường Ba Đình, Thành phố Hà Nội."""
    from tenants.communes.current import commune_info

    return commune_info("00004")


@pytest.fixture
def ngoc_ha(db: None) -> CommuneInfo:
    """Phường Ngọc Hà, Thành phố Hà Nội: the neighbour that must see nothing."""
    from tenants.communes.current import commune_info

    return commune_info("00008")


@pytest.fixture
def in_ba_dinh(ba_dinh: CommuneInfo) -> Iterator[CommuneInfo]:
    """Work in Ba Đình."""
    from tenants.communes.current import in_commune

    with in_commune(ba_dinh.code) as commune:
        yield commune


@pytest.fixture
def central_client(db: None) -> Client:
    """A browser on the central site."""
    return Client(SERVER_NAME=settings.BASE_DOMAIN)


@pytest.fixture
def commune_client(db: None) -> Callable[[CommuneInfo], Client]:
    """A browser on a commune's site: `commune_client(ba_dinh)`."""
    return lambda commune: Client(SERVER_NAME=commune.host)


@pytest.fixture
def as_owner(db: None, django_db_setup: TestServer) -> Iterator[None]:
    """Connect as the owner's role, which may create tables; undone like any test."""
    application = connections[DEFAULT_DB_ALIAS]
    owner = connections.create_connection(DEFAULT_DB_ALIAS)
    owner.settings_dict = {**application.settings_dict, **django_db_setup.owner}
    connections[DEFAULT_DB_ALIAS] = owner
    try:
        around = transaction.atomic()
        around._from_testcase = True  # type: ignore[attr-defined]  # as Django's own do
        with around:
            yield
            transaction.set_rollback(True)
    finally:
        connections[DEFAULT_DB_ALIAS] = application
        owner.close()
