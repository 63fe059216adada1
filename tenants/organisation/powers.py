"""What an official may do today: by their own post, and on behalf of who gave them rights.

Rights are asked of here and nowhere else. What was given is what the giver has at that moment:
who loses a right has nothing left to give, and rights that were received are not passed on
(Decree 30/2020/NĐ-CP, article 13). The administrator's rights are given by nobody.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, OuterRef, QuerySet, Value, When
from django.db.models.functions import JSONObject
from django.utils import timezone

from tenants.history.events import Actor
from tenants.organisation.models import Delegation, Official, Role

# What is printed before the title of the one who is signed for.
MARKS = {
    Delegation.Capacity.DEPUTY.value: "KT.",
    Delegation.Capacity.ORDER.value: "TL.",
    Delegation.Capacity.AUTHORISED.value: "TUQ.",
}
# By order one does the work and does not decide in the head's place.
SIGNING = (Delegation.Capacity.DEPUTY.value, Delegation.Capacity.AUTHORISED.value)
NOT_GIVEN = frozenset({Role.ADMINISTRATOR.value})


@dataclass(frozen=True)
class OnBehalf:
    """For whom somebody acts, and in which capacity."""

    mark: str
    name: str
    title: str

    def __str__(self) -> str:
        return f"{self.mark} {self.title} {self.name}"


@dataclass(frozen=True)
class Grant:
    """Rights from one source; `on_behalf` is None for those of one's own post."""

    roles: frozenset[str]
    scope: frozenset[str]
    may_sign: bool
    on_behalf: OnBehalf | None = None

    def covers(self, subjects: Collection[str]) -> bool:
        """Whether work of these subjects (a procedure's code, its field) belongs to it."""
        return not self.scope or not self.scope.isdisjoint(subjects)


@dataclass(frozen=True)
class Powers:
    """All rights of an official on a day, their own first."""

    grants: tuple[Grant, ...]

    @property
    def may_sign(self) -> bool:
        """Whether there is anything that the official may sign."""
        return any(grant.may_sign for grant in self.grants)

    def has_role(self, *roles: str) -> bool:
        """Whether the official has one of the roles, for whatever work."""
        return any(not grant.roles.isdisjoint(roles) for grant in self.grants)

    def sees(self, subjects: Collection[str]) -> bool:
        """Whether work of these subjects may be looked at."""
        return any(grant.covers(subjects) for grant in self.grants)

    def grant(self, *roles: str, subjects: Collection[str], signing: bool = False) -> Grant | None:
        """Return the rights by which work of these subjects is done; one's own go first."""
        for grant in self.grants:
            if grant.roles.isdisjoint(roles) or not grant.covers(subjects):
                continue
            if grant.may_sign or not signing:
                return grant
        return None


def powers_of(official: Official) -> Powers:
    """Return the rights of an official today; read once for each instance."""
    known: Powers | None = getattr(official, "_powers", None)
    if known is None:
        known = _powers(official, _delegated_to(official))
        set_powers(official, known)
    return known


def set_powers(official: Official, powers: Powers) -> None:
    """Keep on the instance what its rights are."""
    official._powers = powers  # type: ignore[attr-defined]


def with_powers(officials: QuerySet[Official]) -> QuerySet[Official]:
    """Read with each official, in the same statement, what they were given."""
    mine = _in_force(timezone.localdate()).filter(receiver_id=OuterRef("pk")).order_by("id")
    return officials.annotate(delegated=ArraySubquery(mine.values(data=_DATA)))


@dataclass(frozen=True)
class Signatory:
    """Who signs a document, and for whom, if not in their own right."""

    name: str
    title: str
    on_behalf: OnBehalf | None = None


def signatory(official: Official, grant: Grant) -> Signatory:
    """Return how the official signs by these rights."""
    return Signatory(official.name, official.title, grant.on_behalf)


def actor_of(official: Official, grant: Grant) -> Actor:
    """Return who acts, with the one they act for, as the history writes it."""
    return Actor.official(official, on_behalf=str(grant.on_behalf) if grant.on_behalf else "")


_DATA = JSONObject(
    capacity="capacity",
    roles="roles",
    name="giver__name",
    title="giver__title",
    giver_roles="giver__roles",
    scope="giver__scope",
    may_sign=Case(When(capacity__in=SIGNING, then="giver__may_sign"), default=Value(False)),
)


def _in_force(day: datetime.date) -> QuerySet[Delegation]:
    return Delegation.objects.filter(
        ended_at=None, starts_on__lte=day, ends_on__gte=day, giver__active=True
    )


def _delegated_to(official: Official) -> Iterable[dict[str, Any]]:
    read: list[dict[str, Any]] | None = getattr(official, "delegated", None)
    if read is not None:
        return read
    mine = _in_force(timezone.localdate()).filter(receiver_id=official.pk).order_by("id")
    return mine.values_list(_DATA, flat=True)


def _powers(official: Official, delegated: Iterable[dict[str, Any]]) -> Powers:
    own = Grant(
        roles=frozenset(official.roles.split()),
        scope=frozenset(official.scope.split()),
        may_sign=official.may_sign,
    )
    return Powers((own, *(_grant(given) for given in delegated)))


def _grant(given: dict[str, Any]) -> Grant:
    had = set(given["giver_roles"].split()) - NOT_GIVEN
    return Grant(
        roles=frozenset(given["roles"].split()) & had,
        scope=frozenset(given["scope"].split()),
        may_sign=given["may_sign"],
        on_behalf=OnBehalf(MARKS[given["capacity"]], given["name"], given["title"]),
    )
