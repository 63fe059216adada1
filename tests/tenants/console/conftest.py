"""The operator at a browser."""

from __future__ import annotations

import pytest
from django.test import Client

from tenants.accounts.models import Account
from tenants.communes.current import CommuneInfo
from tests.factories import make_account
from tests.second_factor import open_operator_pages


@pytest.fixture
def khue(db: None) -> Account:
    """The operator."""
    return make_account("Đỗ Minh Khuê", is_operator=True)


@pytest.fixture
def operator(
    central_client: Client, khue: Account, ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo
) -> Client:
    """The operator's browser."""
    central_client.force_login(khue)
    open_operator_pages(central_client)
    return central_client
