"""Somebody with an account, and phones that receive."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tenants.accounts.models import Account
from tenants.accounts.proving.contacts import vouch_for

PASSWORD = "một câu dài dễ nhớ"


@pytest.fixture(autouse=True)
def _phones(tmp_path: Path, settings: Any) -> None:
    settings.SMS_FILE_PATH = str(tmp_path / "sms")


@pytest.fixture
def lan(db: None) -> Account:
    """Somebody whose phone number and address are proved."""
    account = Account.objects.create_account(
        full_name="Lê Thị Lan", email="lan@vidu.vn", phone="0912345678", password=PASSWORD
    )
    vouch_for(account)
    return account
