"""What follows a new password."""

from __future__ import annotations

from typing import Any

from tenants.accounts.models import Account, DeskSession


def close_desks(user: Account, **_given: Any) -> None:
    """Close the account's desks: Django ends its other sessions by itself, and knows no desks."""
    DeskSession.objects.filter(account_id=user.pk).delete()
