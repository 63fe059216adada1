"""Asking for a required consent that is still to be given: once a session, and never in the way."""

from __future__ import annotations

from django.http import HttpRequest

from tenants.accounts.consent import unanswered
from tenants.accounts.models import Account

_PUT_OFF = "consent-put-off"


def asks_for_consent(request: HttpRequest, account: Account) -> bool:
    """Whether a page of the person's should ask; reading and filing go on whatever they answer."""
    return not request.session.get(_PUT_OFF) and bool(unanswered(account.pk))


def put_off(request: HttpRequest) -> None:
    """Ask no more until the next sign-in."""
    request.session[_PUT_OFF] = True
