"""How surely this session's person is known: what its sign-ins proved, not what once was proved.

The account keeps the highest level that was ever reached. A procedure that demands a level asks
this session for it: a password that somebody found opens an account whose owner once showed a
chip card, but it does not show the card.
"""

from __future__ import annotations

import time
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from django.http import HttpRequest

from tenants.accounts.identity.claims import VerifiedPerson
from tenants.accounts.models import Account

METHOD = "socialaccount"
# Seconds since the last proof after which an account asks for its password before it is tied to
# an identity for good.
FRESH = 15 * 60


def note_sign_in(request: HttpRequest, account: Account, person: VerifiedPerson) -> None:
    """Note in the session that this person was vouched for now, and how surely."""
    record_authentication(
        request, account, METHOD, provider=person.provider, uid=person.uid, level=person.level
    )


def level_of_sign_in(request: HttpRequest) -> int:
    """Return the highest level at which this session's account was vouched for; 0 for none."""
    levels = [record.get("level", 0) for record in _records(request) if record["method"] == METHOD]
    return max(levels, default=0)


def signed_in_lately(request: HttpRequest) -> bool:
    """Tell whether this session's account was proven, by whatever means, a short while ago."""
    latest = max((record["at"] for record in _records(request)), default=0)
    return bool(time.time() - latest <= FRESH)


def _records(request: HttpRequest) -> list[dict[str, Any]]:
    if not request.user.is_authenticated:
        return []
    records: list[dict[str, Any]] = get_authentication_records(request, request.user)
    return records
