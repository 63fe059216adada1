"""Signing in with a phone number or an e-mail address and a password."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend

from tenants.accounts.models import Account, normalise_email


class AccountBackend(AuthenticationBackend):  # type: ignore[misc]
    """Finds the account in one query; the rest (timing, closed accounts) is allauth's."""

    def _authenticate_by_email(self, email: str, password: str) -> Account | None:
        account = Account.objects.filter(email=normalise_email(email)).first()
        found: Account | None = self._check_password(account, password)
        return found
