"""What the apps above tell the organisation about officials' work.

The organisation stands below cases and procedures and does not know them. The app that does
names in its configuration (`work_of_officials`) what answers these questions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, cast

from django.apps import apps
from django.utils.module_loading import import_string

from tenants.organisation.models import Official


@dataclass(frozen=True)
class Field:
    """A field of work by its key and name, with its procedures by code and name."""

    key: str
    name: str
    procedures: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class HandedOver:
    """How many cases another official has now, and how many went back to their step."""

    taken: int
    returned: int


class Work(Protocol):
    """What officials work on."""

    def fields(self) -> list[Field]:
        """All fields of today's procedures."""

    def held_by(self, official: Official) -> int:
        """How many open cases the official has in hand."""

    def hand_over(self, *, of: Official, to: Official | None, by: Official) -> HandedOver:
        """Take all open cases from an official: to another who may do them, else to the step.

        In the caller's transaction; locks the cases before it writes any event.
        """


def get_work() -> Work:
    """Return what answers for the apps above."""
    named = (getattr(app, "work_of_officials", "") for app in apps.get_app_configs())
    return cast(Work, import_string(next(filter(None, named)))())


def scope_names(scope: str) -> list[str]:
    """Return the fields and procedures of a scope by name, in the order of the catalogue."""
    wanted, names = set(scope.split()), []
    for field in get_work().fields():
        if field.key in wanted:
            names.append(field.name)
        names += [name for code, name in field.procedures if code in wanted]
    return names
