"""Writing events and proving that none was changed.

Each event carries the hash of the one before it. The hash is over the event's plain contents, so
a later change of the encryption key leaves the chain as it was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

import uuid6
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from tenants.history.models import ChainHead, Event
from tenants.kit.crypto import SealBroken

_NO_HASH = ""


class AccountLike(Protocol):
    """What is kept of a citizen (tenants.accounts stands above this app)."""

    id: UUID
    full_name: str


class OfficialLike(Protocol):
    """What is kept of an official (tenants.organisation stands above this app)."""

    id: UUID
    name: str
    title: str


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who does something, as they are called today."""

    kind: Event.ActorKind
    id: UUID | None = None
    name: str = ""
    title: str = ""
    # For whom an official acts who was given somebody's rights; written among the details.
    on_behalf: str = ""

    @classmethod
    def citizen(cls, account: AccountLike) -> Actor:
        """The citizen who is signed in."""
        return cls(kind=Event.ActorKind.CITIZEN, id=account.id, name=account.full_name)

    @classmethod
    def official(cls, official: OfficialLike, *, on_behalf: str = "") -> Actor:
        """The official at the desk, by their own rights or on somebody's behalf."""
        return cls(
            kind=Event.ActorKind.OFFICIAL,
            id=official.id,
            name=official.name,
            title=official.title,
            on_behalf=on_behalf,
        )

    @classmethod
    def system(cls) -> Actor:
        """No person: a job or a date that was reached."""
        return cls(kind=Event.ActorKind.SYSTEM)


class ChainBroken(Exception):
    """The chain of events does not verify; `sequence` is the first event that is wrong."""

    def __init__(self, *, sequence: int, reason: str) -> None:
        self.sequence = sequence
        self.reason = reason
        super().__init__(
            _("Chuỗi lịch sử sai từ sự kiện số %(sequence)d: %(reason)s")
            % {"sequence": sequence, "reason": reason}
        )


def _state(value: Any) -> str:
    return "" if value is None else str(getattr(value, "value", value))


def _canonical(event: Event) -> bytes:
    """Return the event's contents as bytes that are the same wherever they are computed."""
    contents = {
        "sequence": event.sequence,
        "id": str(event.id),
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "verb": event.verb,
        "subject_id": str(event.subject_id),
        "actor_kind": str(event.actor_kind),
        "actor_id": str(event.actor_id) if event.actor_id else None,
        "actor_name": event.actor_name,
        "actor_title": event.actor_title,
        "from_state": event.from_state,
        "to_state": event.to_state,
        "details": event.details,
        "previous_hash": event.previous_hash,
    }
    return json.dumps(contents, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def hash_of(event: Event) -> str:
    """Return the SHA-256 of the event and of the link before it, in hexadecimal."""
    return hashlib.sha256(_canonical(event)).hexdigest()


def _intact(event: Event) -> bool:
    try:
        return hash_of(event) == event.hash
    except SealBroken:
        return False


def _lock_head() -> tuple[ChainHead, datetime]:
    """Lock the commune's chain head and read the database's clock, in one statement."""
    heads = ChainHead.objects.select_for_update().annotate(now=Now()).filter(pk=1)
    head = heads.first()
    if head is None:
        # The commune's first event; whoever comes second waits for the first one's commit.
        ChainHead.objects.bulk_create([ChainHead(pk=1)], ignore_conflicts=True)
        head = heads.get()
    now: datetime = head.now
    return head, now


@transaction.atomic(savepoint=False)
def record_event(
    *,
    verb: str,
    subject_id: UUID,
    actor: Actor,
    from_state: Any = None,
    to_state: Any = None,
    details: dict[str, Any] | None = None,
) -> Event:
    """Add an event to the commune's chain, in the caller's transaction.

    The chain's head is locked until the commit: call this last, after counters and cases. The
    time is the database's, so a server with a wrong clock cannot misdate a record.
    """
    if actor.on_behalf:
        details = {**(details or {}), "on_behalf": actor.on_behalf}
    # As it will be read back: what JSON changes (dates, tuples) must not break the hash.
    plain = json.loads(json.dumps(details, cls=DjangoJSONEncoder)) if details else None
    head, now = _lock_head()
    event = Event(
        id=uuid6.uuid7(),
        sequence=head.sequence + 1,
        at=now,
        verb=verb,
        subject_id=subject_id,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name,
        actor_title=actor.title,
        from_state=_state(from_state),
        to_state=_state(to_state),
        details=plain,
        previous_hash=head.hash,
    )
    event.hash = hash_of(event)
    event.save(force_insert=True)
    head.sequence, head.hash = event.sequence, event.hash
    head.save(force_update=True, update_fields=["sequence", "hash"])
    return event


def events_of(subject_id: UUID) -> QuerySet[Event]:
    """Return everything that happened to one subject, the oldest first."""
    return Event.objects.filter(subject_id=subject_id).order_by("sequence")


def _links(batch: int) -> Iterator[Event]:
    return Event.objects.order_by("sequence").iterator(chunk_size=batch)


def verify_chain(*, batch: int = 500) -> int:
    """Check the commune's whole chain; return how many events it has.

    Raises ChainBroken naming the first event that was changed, removed or put in between.
    """
    sequence, previous_hash = 0, _NO_HASH
    for event in _links(batch):
        sequence += 1
        if event.sequence != sequence:
            raise ChainBroken(sequence=sequence, reason=_("sự kiện này đã bị xóa."))
        if event.previous_hash != previous_hash:
            raise ChainBroken(sequence=sequence, reason=_("không nối với sự kiện trước."))
        if not _intact(event):
            raise ChainBroken(sequence=sequence, reason=_("nội dung đã bị sửa."))
        previous_hash = event.hash
    head = ChainHead.objects.filter(pk=1).first()
    if (head.sequence, head.hash) != (sequence, previous_hash) if head else sequence:
        raise ChainBroken(sequence=sequence + 1, reason=_("các sự kiện cuối đã bị xóa."))
    return sequence
