"""An identity provider that really runs, and a deployment that is registered there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from environs import Env

from tenants.accounts.identity.configuration import identity_apps
from tests.identity_provider import Provider, running_provider


@pytest.fixture(scope="session")
def provider_program() -> Iterator[Provider]:
    """The provider's program, one for all tests."""
    with running_provider() as provider:
        yield provider


@pytest.fixture
def vneid(
    provider_program: Provider, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Provider]:
    """The provider, without faults, known to this deployment as VNeID."""
    for name, value in provider_program.environment.items():
        monkeypatch.setenv(name, value)
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": identity_apps(Env())}}
    settings.SOCIALACCOUNT_REQUESTS_TIMEOUT = 30
    provider_program.goes_wrong()
    yield provider_program
    cache.clear()
