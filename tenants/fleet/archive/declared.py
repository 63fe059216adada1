"""How the parts of the house say which data are a commune's (`settings.COMMUNE_DATA`).

The fleet stands below the apps whose rows it takes along, so it cannot know them; the list is
written where everything is known, and tests hold it against the models.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class CommuneRows:
    """What becomes of a commune's rows in a shared table when it leaves or comes back."""

    exported: bool
    dropped: bool = True
    reason: str = ""
    """Why the rows are not exported, or stay when the commune is dropped."""
    column: str = "commune_code"
    """The column that holds the commune's code."""
    key: str = "id"
    """The column by which a commune's rows are put in order."""
    only: str = ""
    """An SQL condition on the rows that are worth keeping."""
    given: Mapping[str, str | None] = field(default_factory=dict)
    """Columns that each deployment fills itself: with this value, or by the database (None)."""


@dataclass(frozen=True)
class BlindIndex:
    """A keyed index, which is made anew with the receiver's key from the value in clear."""

    purpose: str
    clear: str = ""
    """The property of the model that gives the value; empty where an equal index elsewhere does."""


@dataclass(frozen=True)
class CommuneData:
    """Everything that the models themselves do not say; models and columns by their labels."""

    shared_rows: Mapping[str, CommuneRows]
    blind_indexes: Mapping[str, BlindIndex]
    mentioned_accounts: frozenset[str]
    """Columns that name an account in a record that may not be rewritten."""
    stored_files: str
    """The model with one row for each file in the commune's folder: key, size, SHA-256."""
