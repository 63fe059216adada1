"""An operator who looks on: what the commune writes down about it, and whether it still lasts.

The commune's own chain of events decides: an access lasts from the event that opened it until the
time named there, or until the event that ended it. Nothing outside the commune can lengthen it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from tenants.history.events import Actor, record_event
from tenants.history.models import Event
from tenants.organisation.models import Official
from tenants.organisation.powers import Grant, Powers, set_powers

OPENED, VIEWED, ENDED = "support.opened", "support.viewed", "support.ended"
TITLE = "Đơn vị vận hành nền tảng"
# Of accesses that were opened lately; none lasts longer than the last so many take.
_LATELY = 50


@dataclass(frozen=True)
class Support:
    """An access of an operator to this commune, as its chain tells it."""

    id: UUID
    account_id: UUID
    name: str
    reason: str
    until: datetime


def operator_actor(account_id: UUID, name: str) -> Actor:
    """Return an operator as the commune's history writes them: none of its own people."""
    return Actor(kind=Event.ActorKind.SYSTEM, id=account_id, name=name, title=TITLE)


def record_opened(*, support_id: UUID, actor: Actor, reason: str, until: datetime) -> None:
    """Write down that an operator may look on until a time, and why."""
    details = {"reason": reason, "until": until.isoformat()}
    record_event(verb=OPENED, subject_id=support_id, actor=actor, details=details)


def record_viewed(*, support: Support, what: str, case: str) -> None:
    """Write down which page the operator looked at."""
    actor = operator_actor(support.account_id, support.name)
    details = {"what": what, "case": case}
    record_event(verb=VIEWED, subject_id=support.id, actor=actor, details=details)


def record_ended(*, support_id: UUID, actor: Actor) -> None:
    """Write down that the access is over before its time."""
    record_event(verb=ENDED, subject_id=support_id, actor=actor)


def find_support(support_id: UUID, account_id: UUID) -> Support | None:
    """Return the access if it is this account's and lasts still."""
    events = Event.objects.filter(subject_id=support_id, verb__in=(OPENED, ENDED))
    found = _lasting(list(events))
    return next((one for one in found if one.account_id == account_id), None)


def running_supports() -> list[Support]:
    """Return the accesses to this commune that last now, the latest first."""
    events = Event.objects.filter(verb__in=(OPENED, ENDED)).order_by("-sequence")[:_LATELY]
    return _lasting(list(events))


def looking_on(support: Support) -> Official:
    """Return who stands at the desk during an access: nobody with any right but to look."""
    official = Official(
        id=support.account_id,
        account_id=support.account_id,
        name=support.name,
        title=TITLE,
        roles="",
        active=True,
    )
    nothing = Grant(roles=frozenset(), scope=frozenset(), may_sign=False)
    set_powers(official, Powers((nothing,)))
    return official


def _lasting(events: list[Event]) -> list[Support]:
    over, now = {event.subject_id for event in events if event.verb == ENDED}, timezone.now()
    found = []
    for event in events:
        details = event.details or {}
        until = parse_datetime(str(details.get("until", "")))
        if event.verb != OPENED or event.subject_id in over or event.actor_id is None:
            continue
        if until is not None and until > now:
            found.append(
                Support(
                    id=event.subject_id,
                    account_id=event.actor_id,
                    name=event.actor_name,
                    reason=str(details["reason"]),
                    until=timezone.localtime(until),
                )
            )
    return found
