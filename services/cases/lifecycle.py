"""The one place where a case changes its state: row lock, allowed arc, event, tracking row."""

from __future__ import annotations

import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from services.cases.errors import CaseChanged, MoveNotAllowed
from services.cases.models import Case, CaseStep
from services.cases.states import ALLOWED_MOVES, CLOSED, CaseStatus
from services.cases.telling import tell_turn
from services.payments.adjusting import cancel_charges
from services.tracking.tracking import update_tracking
from tenants.history.events import Actor, events_of, record_event


def seen_token(case: Case) -> str:
    """What a page saw of a case; sent back with its form so that a stale page is noticed.

    The time of the last change is part of it: taking a case or drafting its result moves neither
    state nor step, and must not be overwritten either.
    """
    return f"{case.status}.{case.step_position}.{case.updated_at.timestamp():.6f}"


def lock_case(case_id: UUID, *, seen: str = "") -> Case:
    """The case under a row lock, for the rest of the transaction.

    Raises ``CaseChanged`` when ``seen`` (see ``seen_token``) is no longer how things stand: the
    second of two officials is told what the first did.
    """
    case = Case.objects.select_for_update(of=("self",)).get(pk=case_id)
    check_seen(case, seen)
    return case


def check_seen(case: Case, seen: str) -> None:
    """Raise ``CaseChanged`` unless ``seen`` (if anything was) is how the case stands."""
    if seen and seen != seen_token(case):
        raise CaseChanged(case, events_of(case.pk).last())


@transaction.atomic
def move_case(
    case: Case,
    to: CaseStatus,
    *,
    verb: str,
    by: Actor,
    details: dict[str, Any] | None = None,
    **changes: Any,
) -> Case:
    """Set the state of a case that the caller locked, with its history.

    ``changes`` are other columns that change with the state. Raises ``MoveNotAllowed`` when the
    table of arcs has no such move.
    """
    before = case.state
    if to not in ALLOWED_MOVES[before]:
        raise MoveNotAllowed(case)
    case.status = to
    if to in (CaseStatus.REFUSED, CaseStatus.STOPPED):
        cancel_charges(case_id=case.pk)
    return _save(case, verb=verb, by=by, before=before, details=details, changes=changes)


@transaction.atomic
def note_on_case(
    case: Case,
    *,
    verb: str,
    by: Actor,
    details: dict[str, Any] | None = None,
    **changes: Any,
) -> Case:
    """Record what was done to a case that stays in its state (a hand-over, a step)."""
    return _save(case, verb=verb, by=by, before=case.state, details=details, changes=changes)


def enter_step(step: CaseStep, at: datetime.datetime, due: datetime.datetime) -> dict[str, Any]:
    """The columns of a case that stands at this step, due then, and is with nobody yet."""
    step.started_at, step.due_at = at, due
    return {
        "step_position": step.position,
        "step_name": step.name,
        "step_role": step.role,
        "step_due_at": due,
        "warned": 0,
        "handler_id": None,
        "handler_name": "",
    }


def _save(
    case: Case,
    *,
    verb: str,
    by: Actor,
    before: CaseStatus,
    details: dict[str, Any] | None,
    changes: dict[str, Any],
) -> Case:
    due_before = case.due_at
    for name, value in changes.items():
        setattr(case, name, value)
    case.save(update_fields=["status", "updated_at", *changes])
    if case.state != before or case.due_at != due_before:
        update_tracking(
            case_id=case.pk,
            status=case.status,
            due_at=case.due_at,
            was_open=before not in CLOSED,
            is_open=case.state not in CLOSED,
        )
    tell_turn(case, verb, details, by=by, due_before=due_before)
    # Last, because the chain's head is the last lock taken.
    record_event(
        verb=verb,
        subject_id=case.pk,
        actor=by,
        from_state=int(before),
        to_state=int(case.status),
        details=details,
    )
    return case


def now() -> datetime.datetime:
    """The present in local time (Asia/Ho_Chi_Minh)."""
    return timezone.localtime()
