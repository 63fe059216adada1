"""Signing in with a phone number or an e-mail address and a password."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from tenants.accounts.models import Account, normalise_email
from tenants.kit.rows import read_row


class AccountBackend(AuthenticationBackend):  # type: ignore[misc]
    """Finds the account in one query; the rest (timing, closed accounts) is allauth's."""

    def get_user(self, user_id: Any) -> Account | None:
        """Return the account of a session, None when it is gone or closed.

        Every page of everybody signed in asks this; the plain statement spares building it.
        """
        account = read_row(Account, "a.id = %s", [user_id])
        return account if account is not None and self.user_can_authenticate(account) else None

    def _authenticate_by_email(self, email: str, password: str) -> Account | None:
        account = Account.objects.filter(email=normalise_email(email)).first()
        found: Account | None = self._check_password(account, password)
        return found
