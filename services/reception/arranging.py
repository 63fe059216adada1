"""How the hall is arranged: lines, windows, hours for appointments; who sits where.

Heads and administrators arrange; who receives cases sits at a window.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from services.reception.errors import (
    NoSuchWindow,
    NotAtWindow,
    NumberTaken,
    PeopleWaiting,
    PlanInUse,
    WindowTaken,
)
from services.reception.models import Appointment, Line, SlotPlan, Ticket, Window
from tenants.history.events import Actor, record_event
from tenants.organisation.models import Official, Role
from tenants.organisation.powers import powers_of

ARRANGERS = (Role.ADMINISTRATOR.value, Role.HEAD.value)
# What most communes begin with; they change it as they like.
USUAL_LINES = (("A", "Hộ tịch"), ("B", "Chứng thực"), ("C", "Việc khác"))
USUAL_WINDOWS = ((1, "AC"), (2, "BC"))


def may_arrange(official: Official) -> bool:
    """Whether the official may change lines, windows, hours and devices."""
    return powers_of(official).has_role(*ARRANGERS)


def lines() -> list[Line]:
    """All lines, by their letters."""
    return list(Line.objects.order_by("letter"))


def windows() -> list[Window]:
    """All windows, by their numbers."""
    return list(Window.objects.order_by("number"))


def sitting_at(found: Sequence[Window]) -> dict[UUID, str]:
    """Names of who sits at these windows, by the window's key."""
    by_official = {one.official_id: one.pk for one in found if one.official_id}
    named = Official.objects.filter(pk__in=list(by_official)).values_list("pk", "name")
    return {by_official[official_id]: name for official_id, name in named}


def window_of(official: Official) -> Window | None:
    """The window at which the official sits."""
    return Window.objects.filter(official_id=official.pk).first()


def get_window_of(official: Official) -> Window:
    """The same. Raises ``NotAtWindow``."""
    found = window_of(official)
    if found is None:
        raise NotAtWindow
    return found


@transaction.atomic
def sit_at(*, official: Official, number: int) -> Window:
    """Sit down at a window, leaving another one. Raises ``NoSuchWindow`` or ``WindowTaken``."""
    window = Window.objects.select_for_update().filter(number=number).first()
    if window is None:
        raise NoSuchWindow
    if window.official_id not in (None, official.pk):
        sitting = Official.objects.filter(pk=window.official_id, active=True).first()
        if sitting is not None:
            raise WindowTaken(number, sitting.name)
    Window.objects.filter(official_id=official.pk).exclude(pk=window.pk).update(official_id=None)
    window.official_id = official.pk
    window.save(update_fields=["official_id"])
    return window


@transaction.atomic
def leave_window(*, official: Official) -> None:
    """Get up; whoever was served there is done."""
    for window in Window.objects.select_for_update().filter(official_id=official.pk):
        _free(window)


@transaction.atomic
def free_window(*, window_id: UUID, official: Official) -> None:
    """Free a window whose official forgot to leave it."""
    window = Window.objects.select_for_update().filter(pk=window_id).first()
    if window is None:
        raise NoSuchWindow
    _free(window)
    _record(official, "reception.window_freed", window.pk, number=window.number)


def _free(window: Window) -> None:
    window.official_id = None
    window.save(update_fields=["official_id"])
    Ticket.objects.filter(
        day=timezone.localdate(), window=window.number, state=Ticket.State.SERVING
    ).update(state=Ticket.State.SERVED, ended_at=timezone.now())


@transaction.atomic
def arrange_usually(*, official: Official) -> None:
    """Begin with three lines and two windows, where there are none."""
    for letter, name in USUAL_LINES:
        Line.objects.get_or_create(letter=letter, defaults={"name": name})
    for number, letters in USUAL_WINDOWS:
        Window.objects.get_or_create(number=number, defaults={"letters": letters})
    _record(official, "reception.arranged", official.pk)


@transaction.atomic
def add_line(*, official: Official, letter: str, name: str, head_start: int) -> Line:
    """Add a line. Raises ``NumberTaken``."""
    try:
        with transaction.atomic():
            line = Line.objects.create(letter=letter, name=name, head_start=head_start)
    except IntegrityError as error:
        raise NumberTaken(_("Dãy số %(letter)s") % {"letter": letter}) from error
    _record(official, "reception.line_added", line.pk, letter=letter, name=name)
    return line


@transaction.atomic
def change_line(
    *, official: Official, line_id: UUID, name: str, head_start: int, is_open: bool
) -> None:
    """Rename a line, open or close it, or change how much priority counts in it."""
    line = Line.objects.select_for_update().get(pk=line_id)
    line.name, line.head_start, line.is_open = name, head_start, is_open
    line.save(update_fields=["name", "head_start", "is_open"])
    _record(official, "reception.line_changed", line.pk, letter=line.letter, name=name)


@transaction.atomic
def remove_line(*, official: Official, line_id: UUID) -> None:
    """Remove a line nobody holds a number of today. Raises ``PeopleWaiting``."""
    line = Line.objects.select_for_update().get(pk=line_id)
    if Ticket.objects.filter(day=timezone.localdate(), letter=line.letter).exists():
        raise PeopleWaiting
    line.delete()
    _record(official, "reception.line_removed", line_id, letter=line.letter, name=line.name)


@transaction.atomic
def add_window(*, official: Official, number: int, letters: Sequence[str]) -> Window:
    """Add a window. Raises ``NumberTaken``."""
    try:
        with transaction.atomic():
            window = Window.objects.create(number=number, letters="".join(sorted(set(letters))))
    except IntegrityError as error:
        raise NumberTaken(_("Quầy %(number)d") % {"number": number}) from error
    _record(official, "reception.window_added", window.pk, number=number)
    return window


@transaction.atomic
def change_window(*, official: Official, window_id: UUID, letters: Sequence[str]) -> None:
    """Say which lines are called at a window."""
    window = Window.objects.select_for_update().get(pk=window_id)
    window.letters = "".join(sorted(set(letters)))
    window.save(update_fields=["letters"])
    _record(official, "reception.window_changed", window.pk, number=window.number)


@transaction.atomic
def remove_window(*, official: Official, window_id: UUID) -> None:
    """Remove a window at which nobody sits. Raises ``WindowTaken``."""
    window = Window.objects.select_for_update().get(pk=window_id)
    if window.official_id is not None:
        sitting = Official.objects.filter(pk=window.official_id).first()
        raise WindowTaken(window.number, sitting.name if sitting else "?")
    Ticket.objects.filter(
        day=timezone.localdate(), state=Ticket.State.WAITING, for_window=window.number
    ).update(for_window=None)
    window.delete()
    _record(official, "reception.window_removed", window_id, number=window.number)


@transaction.atomic
def add_plan(
    *,
    official: Official,
    weekday: int,
    starts: datetime.time,
    ends: datetime.time,
    minutes: int,
    people: int,
    letter: str,
    procedures: Sequence[str],
) -> SlotPlan:
    """Offer times for appointments on one day of every week; no procedure named means all."""
    plan = SlotPlan.objects.create(
        weekday=weekday,
        starts=starts,
        ends=ends,
        minutes=minutes,
        people=people,
        letter=letter,
        procedures=" ".join(procedures),
    )
    _record(official, "reception.plan_added", plan.pk)
    return plan


@transaction.atomic
def remove_plan(*, official: Official, plan_id: UUID) -> None:
    """Offer them no longer. Raises ``PlanInUse`` while somebody is to come."""
    plan = SlotPlan.objects.select_for_update().get(pk=plan_id)
    booked = Appointment.objects.filter(
        plan_id=plan_id, state=Appointment.State.BOOKED, starts_at__gt=timezone.now()
    ).count()
    if booked:
        raise PlanInUse(booked)
    plan.delete()
    _record(official, "reception.plan_removed", plan_id)


def _record(official: Official, verb: str, subject_id: UUID, **details: object) -> None:
    record_event(verb=verb, subject_id=subject_id, actor=Actor.official(official), details=details)
