"""Opening and closing an official's desk, each written into the commune's history."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from tenants.accounts.desk import close_desk, open_desk
from tenants.accounts.models import DeskSession
from tenants.accounts.second_factor.proof import Proof
from tenants.communes.current import current_commune
from tenants.history.events import Actor, record_event
from tenants.organisation.models import Official


@transaction.atomic
def open_desk_of(*, official: Official, proof: Proof, device: str) -> DeskSession:
    """Open the official's desk in the current commune."""
    desk = open_desk(
        account_id=official.account_id,
        commune_code=current_commune().code,
        proof=proof,
        device=device,
    )
    record_event(
        verb="open_desk",
        subject_id=official.id,
        actor=Actor.official(official),
        details={"second_factor": proof.method},
    )
    return desk


@transaction.atomic
def close_desk_of(*, official: Official, desk_id: UUID) -> None:
    """Close the official's desk; one that is closed already leaves no second trace."""
    if close_desk(desk_id, account_id=official.account_id):
        record_event(verb="close_desk", subject_id=official.id, actor=Actor.official(official))
