"""Accounts that an archive refers to, and who they are in the deployment that receives it.

* The same key is the same person: the account here stays as it is.
* An account here for whose identity number the state's provider vouched, as it did there, is the
  same person, and the commune's rows then refer to it.
* So is an account with the same identity number, the same name and the same phone number or
  address. One of these alone proves nothing: nobody checked what was typed at sign-up, and a wrong
  guess would open somebody's cases to a stranger.
* Everybody else comes in with a new account and no password, without a phone number or address
  that an account here already has. Who has none left gets a substitute address to sign in with.

Nobody becomes an operator, and no way of signing in comes along.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db.models import Q
from psycopg2 import sql

from tenants.accounts.models import Account
from tenants.fleet.archive.rows import Values
from tenants.fleet.archive.tables import Table
from tenants.kit.text import fold

SUBSTITUTE_DOMAIN = "khong-co-lien-lac.invalid"
_AT_ONCE = 500


@dataclass
class Arrival:
    """What became of the accounts of an archive."""

    created: int = 0
    kept: int = 0
    stand_ins: dict[str, str] = field(default_factory=dict)
    """Of an account in the archive: the account here that is the same person."""
    without_contact: list[str] = field(default_factory=list)
    """Keys of accounts whose phone number or address is another account's here."""


def condition_of(keys: Iterable[str]) -> sql.Composable:
    """Return which accounts have these keys."""
    return sql.SQL("id = ANY({}::uuid[])").format(sql.Literal(sorted(keys)))


def bring_in(table: Table, rows: Callable[[], Iterator[Values]]) -> Arrival:
    """Create the accounts that are missing here; call it in the restoring transaction.

    `rows` gives the archive's accounts; it is called twice.
    """
    arrival = Arrival()
    names = [column.name for column in table.columns]
    # Whoever is in the archive stands for nobody else in it: two people's rows would become one
    # person's and could not be told apart again.
    at = names.index("id")
    taken = {str(row[at]) for row in rows()}
    iterator = rows()
    while batch := list(islice(iterator, _AT_ONCE)):
        accounts = [_account(dict(zip(names, row, strict=True))) for row in batch]
        _bring_in_batch(accounts, arrival, taken)
    return arrival


def _account(row: dict[str, str | None]) -> Account:
    fields: Any = {one.name: one for one in Account._meta.concrete_fields}
    values: dict[str, Any] = {
        name: None if text is None else fields[name].to_python(text)
        for name, text in row.items()
        if name != "national_id"
    }
    account = Account(**values)
    number = row.get("national_id")
    account.set_national_id(json.loads(number) if number is not None else None)
    account.set_unusable_password()
    return account


def _bring_in_batch(accounts: list[Account], arrival: Arrival, taken: set[str]) -> None:
    known = set(
        Account.objects.filter(pk__in=[one.pk for one in accounts]).values_list("pk", flat=True)
    )
    arrival.kept += len(known)
    coming = [one for one in accounts if one.pk not in known]
    in_the_way = _accounts_in_the_way(coming)
    new = []
    for account in coming:
        twin = _twin(account, in_the_way)
        if twin is not None and str(twin.pk) not in taken:
            arrival.stand_ins[str(account.pk)] = str(twin.pk)
            taken.add(str(twin.pk))
            continue
        if twin is not None:
            # One account can be the number's owner here, and another person's rows have it.
            account.national_id_verified_at, account.assurance_level = None, 0
        if _leave_out_taken(account, in_the_way):
            arrival.without_contact.append(str(account.pk))
        new.append(account)
    Account.objects.bulk_create(new)
    arrival.created += len(new)


def _accounts_in_the_way(accounts: list[Account]) -> list[Account]:
    emails = [one.email for one in accounts if one.email]
    phones = [one.phone for one in accounts if one.phone]
    verified = [one.national_id_index for one in accounts if one.national_id_verified_at]
    return list(
        Account.objects.filter(
            Q(email__in=emails)
            | Q(phone__in=phones)
            | Q(national_id_index__in=verified, national_id_verified_at__isnull=False)
        )
    )


def _twin(account: Account, others: list[Account]) -> Account | None:
    index = account.national_id_index
    for other in others:
        if other.national_id_index == index and _both_verified(account, other):
            return other
    for other in others:
        reached = (account.email and other.email == account.email) or (
            account.phone and other.phone == account.phone
        )
        if (
            reached
            and index
            and other.national_id_index == index
            and fold(other.full_name) == fold(account.full_name)
        ):
            return other
    return None


def _both_verified(one: Account, other: Account) -> bool:
    return bool(one.national_id_verified_at and other.national_id_verified_at)


def _leave_out_taken(account: Account, others: list[Account]) -> bool:
    had = (account.email, account.phone)
    if account.email in {other.email for other in others}:
        account.email = None
    if account.phone in {other.phone for other in others}:
        account.phone = None
    if not account.email and not account.phone and not account.national_id_verified_at:
        account.email = f"{account.pk}@{SUBSTITUTE_DOMAIN}"
    return had != (account.email, account.phone)
