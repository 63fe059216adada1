"""Tickets: given without gaps, called so that no two windows get the same, in a fair order.

**The order.** Everybody has a rank: the moment at which the ticket was taken. Who is old, disabled,
pregnant or comes by appointment counts as having come some minutes earlier (``Line.head_start``;
20 unless the commune says otherwise). So they pass those who came shortly before them, and nobody
is passed by somebody who came more than that much later: however many people with priority come,
all others are called too. A number that is forwarded keeps its rank.

**Two windows at once.** The first waiting ticket that nobody else has locked is taken and marked in
one transaction (``FOR UPDATE SKIP LOCKED``).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from services.cases.drafts import start_draft
from services.cases.models import Draft
from services.catalogue.schema import ProcedureDefinition
from services.reception.errors import LineClosed, StillCalling, TicketMoved
from services.reception.models import Line, Priority, Ticket, Window
from tenants.kit.rows import read_rows
from tenants.organisation.models import Official

State = Ticket.State
AT_WINDOW = (State.CALLED, State.SERVING)
# The rest of a number that is called on a screen: two lines of three.
CALLS_SHOWN = 6

_NEXT = (
    "WHERE a.day = %s AND a.state = 'waiting' AND (a.for_window = %s "
    "OR (a.for_window IS NULL AND position(a.letter in %s) > 0)) "
    "ORDER BY a.for_window NULLS LAST, a.rank_at, a.number LIMIT 1 FOR UPDATE SKIP LOCKED"
)


@transaction.atomic
def give_ticket(*, letter: str, priority: str = Priority.NONE) -> Ticket:
    """Give the next number of a line. Raises ``LineClosed``.

    The line's row is locked until the commit, and a rollback takes the number back.
    """
    line = Line.objects.select_for_update().filter(letter=letter, is_open=True).first()
    if line is None:
        raise LineClosed
    at = timezone.localtime()
    today = at.date()
    line.last_number = line.last_number + 1 if line.last_day == today else 1
    line.last_day = today
    line.save(update_fields=["last_day", "last_number"])
    ahead = datetime.timedelta(minutes=line.head_start if priority else 0)
    return Ticket.objects.create(
        day=today,
        letter=line.letter,
        number=line.last_number,
        priority=priority,
        taken_at=at,
        rank_at=at - ahead,
    )


def waiting_before(ticket: Ticket) -> int:
    """How many people of the same line are called before this one, as things stand."""
    return (
        Ticket.objects.filter(day=ticket.day, letter=ticket.letter, state=State.WAITING)
        .filter(Q(rank_at__lt=ticket.rank_at) | Q(rank_at=ticket.rank_at, number__lt=ticket.number))
        .count()
    )


@transaction.atomic
def call_next(*, window: Window) -> Ticket | None:
    """Call the next number at a window; what was served there before is done. None if none waits.

    Raises ``StillCalling`` while it is open whether who was called came.
    """
    locked = _lock(window)
    at = timezone.now()
    before = _at_window(locked)
    if before is not None and before.state == State.CALLED:
        raise StillCalling(before)
    if before is not None:
        _change(before, state=State.SERVED, ended_at=at)
    found = read_rows(Ticket, _NEXT, [timezone.localdate(), locked.number, locked.letters])
    return _call(found[0], locked, at) if found else None


@transaction.atomic
def call_again(*, window: Window, ticket_id: UUID) -> Ticket:
    """Call a number once more: the one that is being called here, or one that was skipped.

    Raises ``TicketMoved``, or ``StillCalling`` when another number is being called here.
    """
    locked, at = _lock(window), timezone.now()
    ticket = _lock_ticket(ticket_id)
    if ticket.state == State.CALLED and ticket.window == locked.number:
        return _call(ticket, locked, at)
    if ticket.state != State.SKIPPED or ticket.day != timezone.localdate():
        raise TicketMoved(ticket)
    before = _at_window(locked)
    if before is not None and before.state == State.CALLED:
        raise StillCalling(before)
    if before is not None:
        _change(before, state=State.SERVED, ended_at=at)
    return _call(ticket, locked, at)


def skip(*, window: Window, ticket_id: UUID) -> Ticket:
    """Nobody came. Raises ``TicketMoved``."""
    return _move(window, ticket_id, (State.CALLED,), state=State.SKIPPED, ended_at=timezone.now())


def serve(*, window: Window, ticket_id: UUID) -> Ticket:
    """Who was called has come. Raises ``TicketMoved``."""
    at = timezone.now()
    return _move(window, ticket_id, (State.CALLED,), state=State.SERVING, served_at=at)


def finish(*, window: Window, ticket_id: UUID) -> Ticket:
    """Who was served has gone. Raises ``TicketMoved``."""
    at = timezone.now()
    return _move(window, ticket_id, (State.SERVING,), state=State.SERVED, ended_at=at)


def forward(*, window: Window, ticket_id: UUID, to: int) -> Ticket:
    """Send somebody on to another window, which calls them before its other numbers.

    Raises ``TicketMoved``.
    """
    return _move(
        window,
        ticket_id,
        AT_WINDOW,
        state=State.WAITING,
        for_window=to,
        window=None,
        called_at=None,
    )


@transaction.atomic
def begin_filing(
    *, window: Window, ticket_id: UUID, definition: ProcedureDefinition, official: Official
) -> Draft:
    """Begin a form for who is served. Its case is found by it later. Raises ``TicketMoved``."""
    draft = start_draft(definition=definition, official=official)
    _move(window, ticket_id, (State.SERVING,), draft_id=draft.pk)
    return draft


def _lock(window: Window) -> Window:
    """The window's row locked: two clicks, or two tabs, act one after the other."""
    return Window.objects.select_for_update().get(pk=window.pk)


def _lock_ticket(ticket_id: UUID) -> Ticket:
    return Ticket.objects.select_for_update().get(pk=ticket_id)


def _at_window(window: Window) -> Ticket | None:
    return (
        Ticket.objects.select_for_update()
        .filter(day=timezone.localdate(), window=window.number, state__in=AT_WINDOW)
        .first()
    )


def _call(ticket: Ticket, window: Window, at: datetime.datetime) -> Ticket:
    return _change(
        ticket,
        state=State.CALLED,
        window=window.number,
        for_window=None,
        called_at=at,
        calls=ticket.calls + 1,
        ended_at=None,
    )


@transaction.atomic
def _move(here: Window, ticket_id: UUID, from_states: Iterable[str], **changes: Any) -> Ticket:
    """Change the ticket that this window has. Raises ``TicketMoved`` when it has it no more."""
    locked, ticket = _lock(here), _lock_ticket(ticket_id)
    if ticket.window != locked.number or ticket.state not in from_states:
        raise TicketMoved(ticket)
    return _change(ticket, **changes)


def _change(ticket: Ticket, **changes: Any) -> Ticket:
    for name, value in changes.items():
        setattr(ticket, name, value)
    ticket.save(update_fields=list(changes))
    return ticket


# ── Reading ──────────────────────────────────────────────────────────────


def current_ticket(window: Window) -> Ticket | None:
    """Who is being called or served at a window now."""
    return Ticket.objects.filter(
        day=timezone.localdate(), window=window.number, state__in=AT_WINDOW
    ).first()


def waiting_at(window: Window) -> list[Ticket]:
    """Who will be called at a window, in the order of their turns."""
    rest = _NEXT.partition(" LIMIT")[0]
    return read_rows(Ticket, rest, [timezone.localdate(), window.number, window.letters])


def tickets_of_today() -> list[Ticket]:
    """All tickets of the day, the last one first."""
    return list(Ticket.objects.filter(day=timezone.localdate()).order_by("-taken_at"))


def calls_of_today() -> list[Ticket]:
    """Who was called last, the newest first, for the screen."""
    rest = (
        "WHERE a.day = %s AND a.state IN ('called', 'serving') ORDER BY a.called_at DESC LIMIT %s"
    )
    return read_rows(Ticket, rest, [timezone.localdate(), CALLS_SHOWN])


@dataclass(frozen=True)
class LineFigures:
    """A line's day: how many tickets, and how long people waited, in minutes."""

    letter: str
    given: int
    waiting: int
    served: int
    skipped: int
    average_wait: int | None
    longest_wait: int | None


_FIGURES = """
SELECT letter, count(*), count(*) FILTER (WHERE state = 'waiting'),
    count(*) FILTER (WHERE state IN ('serving', 'served')),
    count(*) FILTER (WHERE state = 'skipped'),
    avg(extract(epoch FROM served_at - taken_at)) / 60,
    max(extract(epoch FROM coalesce(served_at, now()) - taken_at))
        FILTER (WHERE state IN ('waiting', 'serving', 'served')) / 60
FROM reception_ticket WHERE day = %s GROUP BY letter ORDER BY letter
"""


def figures_of(day: datetime.date) -> list[LineFigures]:
    """Waiting and served people of a day, a row for each line, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, [day])
        rows = cursor.fetchall()
    return [
        LineFigures(*row[:5], *(None if value is None else round(value) for value in row[5:]))
        for row in rows
    ]


def remove_old(before: datetime.date) -> int:
    """Remove tickets of the days before; returns how many. Cases do not need them."""
    return int(Ticket.objects.filter(day__lt=before).delete()[0])
