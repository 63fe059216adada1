"""How many sheets of each paper were handed in at the counter, in which kind, with a file or not.

Form 01 prints the numbers, and how many sets of the papers there are. Papers that are only shown
are ticked as seen: the official gave them back at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from services.cases.drafts import DraftGone, lock_draft
from services.cases.models import Draft, PaperCount

# A page of numbers beyond these is a slip of the hand.
MOST_SHEETS, MOST_SETS = 200, 20


@dataclass(frozen=True)
class Sheets:
    """Sheets of one paper by kind of copy."""

    original: int = 0
    certified: int = 0
    copy: int = 0

    def __bool__(self) -> bool:
        return bool(self.original or self.certified or self.copy)


def sheets_of(owner_id: UUID) -> dict[str, Sheets]:
    """What was handed in for a draft or a case, by key of the paper."""
    return {
        row.paper_key: Sheets(row.original, row.certified, row.copy)
        for row in PaperCount.objects.filter(owner_id=owner_id)
    }


def sets_of(draft: Draft) -> int:
    """How many sets of its papers were handed in with a form."""
    return bounded(draft.content.get("sets"), MOST_SETS, least=1)


def shown_of(draft: Draft) -> list[str]:
    """Keys of the papers that were seen and given back at once."""
    return [str(key) for key in draft.content.get("shown", [])]


def bounded(value: Any, most: int, *, least: int = 0) -> int:
    """A number that was typed, between its bounds; the least one for anything else."""
    text = str(value).strip()
    if not text.isdecimal() or len(text) > 6:
        return least
    return max(least, min(int(text), most))


@transaction.atomic
def keep_sheets(
    *, draft: Draft, sheets: Mapping[str, Sheets], sets: int, shown: Iterable[str]
) -> Draft:
    """Keep what was counted on the page of papers, in place of what was counted before.

    Raises ``DraftGone``.
    """
    locked = lock_draft(draft)
    if locked is None:
        raise DraftGone
    write_sheets(locked.pk, sheets)
    locked.content = {
        **locked.content,
        "sets": bounded(sets, MOST_SETS, least=1),
        "shown": sorted(set(shown)),
    }
    locked.save(update_fields=["content", "updated_at"])
    return locked


def write_sheets(owner_id: UUID, sheets: Mapping[str, Sheets]) -> None:
    """Replace the numbers of a draft or case whose row the caller has locked."""
    PaperCount.objects.filter(owner_id=owner_id).delete()
    PaperCount.objects.bulk_create(
        PaperCount(
            owner_id=owner_id,
            paper_key=key,
            original=one.original,
            certified=one.certified,
            copy=one.copy,
        )
        for key, one in sheets.items()
        if one
    )
