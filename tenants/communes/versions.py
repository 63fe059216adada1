"""Versions of a commune's schema: how many of the commune migrations it has had.

The migrations of the apps that live in communes stand in one list, in the order in which
communes get them (`settings.COMMUNE_MIGRATIONS`). A version is a place in that list, so one
number in the registry says which migrations a commune has had and which are still to come.

Code and schemas change at different moments. Code serves a schema that is newer, unless a step
ended older code, and one that is older, as far as the missing steps are marked `served_before`.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True)
class SchemaStep:
    """One migration of a commune's schema: its app's label and its name."""

    app: str
    name: str
    served_before: bool = False
    """This code works in communes that have not had the step (an index, a filling of data)."""
    ends_older_code: bool = False
    """Code that does not know the step cannot work any more once a commune has had it."""


def code_version() -> int:
    """Return the version that this code brings communes to."""
    return len(settings.COMMUNE_MIGRATIONS)


def oldest_served_version() -> int:
    """Return the least version in which this code can work."""
    steps: tuple[SchemaStep, ...] = settings.COMMUNE_MIGRATIONS
    needed = (at for at, step in enumerate(steps, 1) if not step.served_before)
    return max(needed, default=0)


def oldest_code_of(version: int) -> int:
    """Return the least code version that can work in a schema brought to a version by this code."""
    steps: tuple[SchemaStep, ...] = settings.COMMUNE_MIGRATIONS[:version]
    ends = (at for at, step in enumerate(steps, 1) if step.ends_older_code)
    return max(ends, default=0)


def can_serve(schema_version: int, oldest_code: int) -> bool:
    """Whether this code can work in a schema of that version, made for code that old at least."""
    return oldest_served_version() <= schema_version and oldest_code <= code_version()
