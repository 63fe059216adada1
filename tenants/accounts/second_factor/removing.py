"""Removing a second factor."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.http import HttpRequest

from tenants.accounts.models import Account
from tenants.accounts.open_sessions import end_others
from tenants.accounts.second_factor.codes import RECOVERY
from tenants.accounts.second_factor.telling import tell_of_change


class LastFactor(Exception):
    """An operator keeps one factor at least."""


@transaction.atomic
def remove_factor(request: HttpRequest, *, account: Account, factor: Authenticator) -> None:
    """Remove an app or a passkey; the last one takes the recovery codes along.

    All other sessions and every open desk end: whoever had the factor has nothing left. Raises
    LastFactor for an operator's only one.
    """
    Account.objects.select_for_update().get(pk=account.pk)
    others = Authenticator.objects.filter(user_id=account.pk).exclude(pk=factor.pk)
    last = not others.exclude(type=RECOVERY).exists()
    if last and account.is_operator:
        raise LastFactor
    factor.delete()
    if last:
        others.delete()
    end_others(request, account)
    tell_of_change(account)
