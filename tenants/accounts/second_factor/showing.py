"""Showing the second factor: how often it may be tried, and what a success writes."""

from __future__ import annotations

import logging

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.http import HttpRequest

from tenants.accounts.models import Account
from tenants.accounts.second_factor.codes import TOTP, use_code
from tenants.accounts.second_factor.passkeys import PASSKEY, use_passkey
from tenants.accounts.second_factor.proof import write_proof
from tenants.accounts.tries import forget, give_back, take

logger = logging.getLogger(__name__)

# Three codes of a million fit at any moment: guessing takes years at this pace.
TRIES, TRIES_SECONDS = 5, 5 * 60
DAILY_TRIES, DAY_SECONDS = 50, 24 * 60 * 60
_SCOPE, _DAILY_SCOPE = "second-factor", "second-factor-day"


class TriedTooOften(Exception):
    """The account's tries of these minutes, or of this day, are used up."""


def has_factor(account: Account) -> bool:
    """Whether the account has an app or a passkey; recovery codes alone open nothing."""
    mine = Authenticator.objects.filter(user_id=account.pk, type__in=(TOTP, PASSKEY))
    return bool(mine.exists())


def try_factor(
    request: HttpRequest, account: Account, *, code: str = "", passkey: str = ""
) -> str | None:
    """Use up what was sent; return the kind of factor, None if it is wrong.

    Raises TriedTooOften, before anything is compared.
    """
    subject = str(account.pk)
    if not take(_SCOPE, subject, TRIES, TRIES_SECONDS) or not take(
        _DAILY_SCOPE, subject, DAILY_TRIES, DAY_SECONDS
    ):
        logger.warning("Second factor tried too often, account %s.", account.pk)
        raise TriedTooOften
    if passkey:
        right = use_passkey(request, account=account, answer=passkey)
        method = str(PASSKEY) if right else None
    else:
        method = use_code(account=account, code=code)
    if method is None:
        logger.warning("Second factor refused, account %s.", account.pk)
        return None
    forget(_SCOPE, subject)
    give_back(_DAILY_SCOPE, subject)
    return method


def note_shown(request: HttpRequest, account: Account, *, method: str, place: str = "") -> None:
    """Write the proof into the session, under a new key: one that was known before is worthless.

    Called before the sign-in is complete as well, where the session is nobody's yet.
    """
    record_authentication(request, account, "mfa", type=method, reauthenticated=True)
    write_proof(request, account, method=method, place=place)
    before = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=before).update(session_key=request.session.session_key)
