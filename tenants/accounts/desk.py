"""Open desks: which account works in which commune from which browser."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tenants.accounts.models import DeskSession

# One working day with its lunch; the next morning the desk is opened anew.
LONGEST = timedelta(hours=12)
# A desk that was left in an office open to the public closes by itself.
IDLE = timedelta(minutes=30)
# Finer would write on every page; coarser would make the idle time inexact by more than this.
SEEN_EVERY = timedelta(minutes=1)


@transaction.atomic
def open_desk(*, account_id: UUID, commune_code: str) -> DeskSession:
    """Open a desk and forget the account's desks that have run out."""
    now = timezone.now()
    DeskSession.objects.filter(account_id=account_id, opened_at__lt=now - LONGEST).delete()
    return DeskSession.objects.create(
        account_id=account_id, commune_code=commune_code, opened_at=now, last_seen_at=now
    )


def find_open_desk(desk_id: UUID, *, account_id: UUID, commune_code: str) -> DeskSession | None:
    """Return the desk if it is this account's, in this commune, and has not run out."""
    now = timezone.now()
    return DeskSession.objects.filter(
        pk=desk_id,
        account_id=account_id,
        commune_code=commune_code,
        opened_at__gt=now - LONGEST,
        last_seen_at__gt=now - IDLE,
    ).first()


def note_seen(desk: DeskSession) -> None:
    """Keep an open desk from running out, with at most one write a minute."""
    now = timezone.now()
    if now - desk.last_seen_at >= SEEN_EVERY:
        desk.last_seen_at = now
        desk.save(update_fields=["last_seen_at"])


def close_desk(desk_id: UUID, *, account_id: UUID) -> None:
    """Close a desk; closing it twice is no error."""
    DeskSession.objects.filter(pk=desk_id, account_id=account_id).delete()
