"""Who is an official of the current commune."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from django.http import Http404

from tenants.organisation.models import Official
from tenants.organisation.powers import with_powers


class HasKey(Protocol):
    """An account; a visitor who has not signed in has no key."""

    @property
    def pk(self) -> UUID | None: ...


def find_official(account: HasKey) -> Official | None:
    """Return the official that an account is in the current commune, None for a stranger."""
    if account.pk is None:
        return None
    officials = Official.objects.select_related("department").filter(account_id=account.pk)
    return with_powers(officials.filter(active=True)).first()


def get_official(account: HasKey) -> Official:
    """Return the official that an account is in the current commune; 404 for a stranger."""
    official = find_official(account)
    if official is None:
        raise Http404
    return official
