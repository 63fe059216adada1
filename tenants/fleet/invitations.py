"""Invitations of communes' first administrators: who has not taken up their account yet."""

from __future__ import annotations

from collections.abc import Iterable

from tenants.accounts.invitation import invitation_url
from tenants.accounts.models import Account
from tenants.communes.current import at_centre, in_commune
from tenants.communes.models import Commune
from tenants.fleet.onboarding import default_email
from tenants.organisation.models import Official, Role


def open_invitations(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Return code and invitation of each of these communes whose administrator has no password.

    Communes that are not onboarded are passed over. An administrator with the usual sign-in name
    is found without entering the commune.
    """
    with at_centre():
        onboarded = set(Commune.objects.filter(code__in=codes).values_list("code", flat=True))
        usual = {default_email(code): code for code in onboarded}
        accounts = Account.objects.filter(email__in=usual)
        first = {usual[account.email]: account for account in accounts if account.email}
        found = ((code, first.get(code) or _first_administrator(code)) for code in onboarded)
        return sorted(
            (code, invitation_url(account, code))
            for code, account in found
            if account is not None and account.is_active and not account.has_usable_password()
        )


def _first_administrator(code: str) -> Account | None:
    with in_commune(code):
        administrators = Official.objects.filter(roles=Role.ADMINISTRATOR.value, active=True)
        first = administrators.order_by("id").first()
    return Account.objects.filter(pk=first.account_id).first() if first else None
