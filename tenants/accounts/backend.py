"""Signing in with a phone number, an e-mail address or an identity number, and a password."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from tenants.accounts.models import NATIONAL_ID_PURPOSE, Account, normalise_email
from tenants.kit.crypto import blind_index
from tenants.kit.rows import read_row


class AccountBackend(AuthenticationBackend):  # type: ignore[misc]
    """Finds the account in one query; the rest (timing, closed accounts) is allauth's."""

    def get_user(self, user_id: Any) -> Account | None:
        """Return the account of a session, None when it is gone or closed.

        Every page of everybody signed in asks this; the plain statement spares building it.
        """
        account = read_row(Account, "a.id = %s", [user_id])
        return account if account is not None and self.user_can_authenticate(account) else None

    def _authenticate(self, request: HttpRequest | None, **credentials: Any) -> Account | None:
        account = _find(credentials)
        found: Account | None = self._check_password(account, credentials.get("password") or "")
        return found


def _find(credentials: dict[str, Any]) -> Account | None:
    """Return the account that one of the three belongs to, in one query whether it exists or not.

    An identity number that somebody typed into a form finds nobody: it may be another person's.
    """
    accounts = Account.objects.all()
    if email := credentials.get("email"):
        return accounts.filter(email=normalise_email(email)).first()
    if phone := credentials.get("phone"):
        return accounts.filter(phone=phone).first()
    if national_id := credentials.get("national_id"):
        index = blind_index(national_id, purpose=NATIONAL_ID_PURPOSE)
        return accounts.filter(
            national_id_index=index, national_id_verified_at__isnull=False
        ).first()
    return None
