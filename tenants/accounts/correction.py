"""Correcting what an account says of its person."""

from __future__ import annotations

import datetime

from django.db import transaction

from tenants.accounts.models import Account


@transaction.atomic
def correct_account(
    *,
    account: Account,
    full_name: str,
    birth_date: datetime.date | None,
    address: str,
    national_id: str | None,
) -> None:
    """Write what the person corrected; cases that were filed keep what was filed.

    Of somebody whom an identity provider vouched for, only the address changes: the rest is
    corrected where it comes from, and arrives with the next sign-in from there.
    """
    locked = Account.objects.select_for_update().get(pk=account.pk)
    fields = ["address"]
    locked.address = address
    if locked.national_id_verified_at is None:
        locked.full_name, locked.birth_date = full_name, birth_date
        locked.set_national_id(national_id)
        fields += ["full_name", "birth_date", "national_id", "national_id_index"]
    locked.save(update_fields=fields)
