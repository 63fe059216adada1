"""Rules about time that the law leaves open or changes: dated, and set per procedure if need be.

``PREPARED_BEFORE``: how long before the due day an apology with a new date has to be ready. One
day was the rule of Decree 61/2018, article 19.9; the text of 2025 was not seen (domain facts,
section 2), so it is kept here as a row with its first day.

``LADDER``: who is told, in this order, that time runs out. No text fixes it; this is the custom of
offices that were asked: the official half a day before, the head two hours before, the leader when
the time is over.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Annotated, Literal, TypeVar

from pydantic import Field

from services.catalogue.form_parts import Part

Who = Literal["handler", "head", "leader"]
Rule = TypeVar("Rule")


class Rung(Part):
    """One rung of the ladder: who is told, ``before_hours`` working hours before the time is over.

    It is the step's time or the whole case's, whichever ends first.
    """

    who: Who
    before_hours: Annotated[float, Field(ge=0, le=200)]


Ladder = tuple[Rung, ...]

LADDER: tuple[tuple[dt.date, Ladder], ...] = (
    (
        dt.date(2018, 6, 21),
        (
            Rung(who="handler", before_hours=4),
            Rung(who="head", before_hours=2),
            Rung(who="leader", before_hours=0),
        ),
    ),
)
PREPARED_BEFORE: tuple[tuple[dt.date, int], ...] = ((dt.date(2018, 6, 21), 1),)


def rule_on(day: dt.date, rules: Iterable[tuple[dt.date, Rule]]) -> Rule:
    """The rule in force on a day. Raises ``LookupError`` for a day before the first."""
    in_force = [rule for valid_from, rule in rules if valid_from <= day]
    if not in_force:
        raise LookupError(f"No rule was in force on {day}.")
    return in_force[-1]


def in_order(ladder: Ladder) -> bool:
    """Whether the ladder goes up: official, head, leader, each told no earlier than the one before.

    Nobody stands on it twice.
    """
    order = [("handler", "head", "leader").index(rung.who) for rung in ladder]
    hours = [rung.before_hours for rung in ladder]
    return order == sorted(set(order)) and hours == sorted(hours, reverse=True)
