"""People for every address, made once for a module: each request is taken back by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from tenants.communes.current import commune_info
from tests.database import TestServer
from tests.site_people import SitePeople, site_people

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker


@pytest.fixture(scope="module")
def people(django_db_setup: TestServer, django_db_blocker: DjangoDbBlocker) -> Iterator[SitePeople]:
    """A citizen, an official, an operator and their cases, in a transaction that is undone."""
    with django_db_blocker.unblock():
        around = transaction.atomic()
        around._from_testcase = True  # type: ignore[attr-defined]  # as Django's own do
        with around:
            commune_info("00008")
            yield site_people(commune_info("00004"))
            transaction.set_rollback(True)
