"""The link by which somebody whose account was made for them signs in for the first time."""

from __future__ import annotations

from urllib.parse import quote

from django.core import signing
from django.urls import reverse

from tenants.accounts.models import Account
from tenants.communes.hosts import central_url

_SALT = "accounts.invitation"
# Long enough for a letter to reach a remote commune and be read.
VALID_SECONDS = 14 * 24 * 3600


def invitation_url(account: Account, commune_code: str) -> str:
    """The address where the account's owner sets a first password and goes on to the desk."""
    token = signing.dumps({"account": str(account.pk), "commune": commune_code}, salt=_SALT)
    path = reverse("account_invitation", args=[token], urlconf="config.urls_central")
    return central_url(quote(path, safe="/:"))


def invited(token: str) -> tuple[Account, str] | None:
    """The invited account and its commune's code; ``None`` when the link no longer serves.

    A link serves once: an account that has a password was signed in to already.
    """
    try:
        payload = signing.loads(token, salt=_SALT, max_age=VALID_SECONDS)
    except signing.BadSignature:
        return None
    account = Account.objects.filter(pk=payload["account"], is_active=True).first()
    if account is None or account.has_usable_password():
        return None
    return account, payload["commune"]
