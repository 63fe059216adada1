"""Where a commune's fees go: its account, its receipts, its contracts with gateways."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from services.payments.errors import MayNotCollect
from services.payments.models import Receiver
from tenants.history.events import Actor, record_event
from tenants.kit.rows import read_row
from tenants.organisation.models import Official, Role
from tenants.organisation.powers import actor_of, powers_of

# All history of the cash desk's settings stands under this subject, as no row's key is a UUID.
RECEIVER = UUID(int=1)
COLLECTORS = (Role.RECEPTION.value, Role.CLERK.value)
OVERSEERS = (Role.LEADER.value, Role.ADMINISTRATOR.value)


def get_receiver() -> Receiver:
    """The commune's receiver of fees; an empty one until somebody has set it."""
    return read_row(Receiver, "a.id = %s", [1]) or Receiver()


def actor_with(official: Official, *roles: str) -> Actor:
    """The official as one of these roles acts. Raises ``MayNotCollect`` without any of them."""
    for grant in powers_of(official).grants:
        if not grant.roles.isdisjoint(roles):
            return actor_of(official, grant)
    raise MayNotCollect


def collector(official: Official) -> Actor:
    """The official as one who takes money. Raises ``MayNotCollect``."""
    return actor_with(official, *COLLECTORS)


@transaction.atomic
def set_receiver(
    *, official: Official, values: dict[str, str], secrets: dict[str, str] | None = None
) -> Receiver:
    """Set the account, the receipts' form and the gateways; ``secrets`` replace those named.

    Who changed what is written down, without the secrets. Raises ``MayNotCollect`` for anybody
    but a leader or an administrator.
    """
    by = actor_with(official, *OVERSEERS)
    Receiver.objects.bulk_create([Receiver(secrets={})], ignore_conflicts=True)
    receiver = Receiver.objects.select_for_update().get(pk=1)
    changed: dict[str, Any] = {}
    for name, value in values.items():
        before = getattr(receiver, name)
        if value != before:
            changed[name] = {"from": before, "to": value}
            setattr(receiver, name, value)
    given = {name: value for name, value in (secrets or {}).items() if value}
    if given:
        receiver.secrets = {**(receiver.secrets or {}), **given}
        changed["secrets"] = sorted(given)
    if changed:
        receiver.save()
        record_event(verb="set_receiver", subject_id=RECEIVER, actor=by, details=changed)
    return receiver
