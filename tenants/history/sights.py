"""Events of looking: a full number shown, a paper opened or saved.

They are written before anything is shown, by reading pages too: what cannot be recorded is not
shown. A page that draws a paper again and again within an hour is one sight.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.cache import cache

from tenants.history.events import Actor, record_event

NUMBER_SEEN = "number.seen"
PAPER_SEEN, PAPER_SAVED = "paper.seen", "paper.saved"
DOCUMENT_SEEN, DOCUMENT_SAVED = "document.seen", "document.saved"
DATA_SAVED = "data.saved"
SIGHTS = frozenset(
    {NUMBER_SEEN, PAPER_SEEN, PAPER_SAVED, DOCUMENT_SEEN, DOCUMENT_SAVED, DATA_SAVED}
)
ONE_SIGHT_SECONDS = 60 * 60


def record_number_seen(*, subject_id: UUID, actor: Actor, details: dict[str, Any]) -> None:
    """Record that somebody had the numbers of a subject shown in full."""
    record_event(verb=NUMBER_SEEN, subject_id=subject_id, actor=actor, details=details)


def record_opening(
    *,
    verb: str,
    subject_id: UUID,
    what: UUID,
    actor: Actor,
    details: dict[str, Any],
) -> None:
    """Record that somebody opened (once an hour) or saved (every time) a file of a subject.

    `what` is the file's key, which is recorded beside the `details`. A process knows only of its
    own sights: with several of them the same one may be recorded again, which does no harm.
    """
    key = f"sight:{verb}:{actor.id}:{what}"
    repeats = verb in (PAPER_SEEN, DOCUMENT_SEEN)
    if repeats and cache.get(key):
        return
    record_event(
        verb=verb, subject_id=subject_id, actor=actor, details={**details, "key": str(what)}
    )
    if repeats:
        cache.set(key, True, ONE_SIGHT_SECONDS)
