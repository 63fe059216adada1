"""Where somebody is signed in: their sessions and open desks, and ending them.

`last seen` costs a page one write in ten minutes at most.
"""

from __future__ import annotations

from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from tenants.accounts.models import Account, DeskSession

# Finer would write on more pages than it is worth.
SEEN_EVERY = 10 * 60


class SeenMiddleware:
    """Notes now and then that a session is in use, on pages that read it anyway."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Note it after the page, whose statements are its own."""
        response = self.get_response(request)
        session = request.session
        if session.accessed and SESSION_KEY in session and _first_in_a_while(session.session_key):
            UserSession.objects.filter(session_key=session.session_key).update(
                last_seen_at=timezone.now()
            )
        return response


def _first_in_a_while(session_key: str | None) -> bool:
    # Each process remembers it for itself. Not in the session: writing that on a page would undo
    # what another tab has just written there.
    return bool(cache.add(f"session-seen:{session_key}", True, SEEN_EVERY))


@transaction.atomic
def end_session(session: UserSession) -> None:
    """End one session; its browser has to sign in again."""
    Session.objects.filter(session_key=session.session_key).delete()
    session.delete()


@transaction.atomic
def end_others(request: HttpRequest, account: Account) -> None:
    """End all sessions of the account but this one, and close all its desks."""
    others = UserSession.objects.filter(user_id=account.pk).exclude(
        session_key=request.session.session_key
    )
    Session.objects.filter(session_key__in=[one.session_key for one in others]).delete()
    others.delete()
    DeskSession.objects.filter(account_id=account.pk).delete()
