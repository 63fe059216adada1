"""Open desks: which account works in which commune from which browser."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from tenants.accounts.models import DeskSession
from tenants.accounts.second_factor.proof import Proof

# One working day with its lunch; the next morning the desk is opened anew.
LONGEST = timedelta(hours=12)
# A desk that was left in an office open to the public closes by itself.
IDLE = timedelta(minutes=30)
# Finer would write on every page; coarser would make the idle time inexact by more than this.
SEEN_EVERY = timedelta(minutes=1)
# In place of a commune's code: the operator's pages, which belong to none.
OPERATORS_DESK = ""


@transaction.atomic
def open_desk(
    *,
    account_id: UUID,
    commune_code: str,
    proof: Proof,
    device: str = "",
    support_id: UUID | None = None,
) -> DeskSession:
    """Open a desk for who has shown the second factor; forget the account's that have run out."""
    now = timezone.now()
    DeskSession.objects.filter(account_id=account_id, opened_at__lt=now - LONGEST).delete()
    return DeskSession.objects.create(
        account_id=account_id,
        commune_code=commune_code,
        opened_at=now,
        last_seen_at=now,
        second_factor_at=_moment(proof),
        second_factor=proof.method,
        device=device,
        support_id=support_id,
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


def desks_of(account_id: UUID) -> list[DeskSession]:
    """Return the account's desks that are open now, the newest first."""
    now = timezone.now()
    return list(
        DeskSession.objects.filter(
            account_id=account_id, opened_at__gt=now - LONGEST, last_seen_at__gt=now - IDLE
        ).order_by("-opened_at")
    )


def note_seen(desk: DeskSession) -> None:
    """Keep an open desk from running out, with at most one write a minute."""
    now = timezone.now()
    if now - desk.last_seen_at >= SEEN_EVERY:
        desk.last_seen_at = now
        desk.save(update_fields=["last_seen_at"])


def note_factor(desk: DeskSession, proof: Proof) -> None:
    """Write down that the second factor was shown anew for this desk."""
    desk.second_factor_at, desk.second_factor = _moment(proof), proof.method
    desk.save(update_fields=["second_factor_at", "second_factor"])


def may_sign_at(desk: DeskSession) -> bool:
    """Whether the second factor was shown lately enough for signing."""
    shown = desk.second_factor_at
    return shown is not None and timezone.now() - shown <= settings.SIGNING_FACTOR_AGE


def close_desk(desk_id: UUID, *, account_id: UUID) -> bool:
    """Close a desk; tell whether it was open: closing it twice is no error."""
    closed: int = DeskSession.objects.filter(pk=desk_id, account_id=account_id).delete()[0]
    return bool(closed)


def _moment(proof: Proof) -> datetime:
    return datetime.fromtimestamp(proof.at, UTC)
