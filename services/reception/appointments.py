"""Appointments: which times are offered, booked never beyond the places there are, kept or missed.

A commune offers times by the day of the week (``SlotPlan``), but for days off in its calendar. A
citizen has one open appointment for each procedure. Places are counted under a lock on the plan's
row, so two people cannot take the last one.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils import timezone

from documents.registers.verification import new_code, parse_code
from services.reception.errors import (
    AlreadyBooked,
    AppointmentOver,
    NoAppointment,
    SlotFull,
    TooEarly,
)
from services.reception.models import Appointment, Priority, SlotPlan, Ticket
from services.reception.queue import give_ticket
from tenants.accounts.models import Account
from tenants.calendar.days import working_calendar
from tenants.calendar.working_time import VIETNAM
from tenants.communes.current import current_commune

State = Appointment.State
# People plan two weeks; further ahead many forget.
DAYS_AHEAD = 14
# Who books later than this before a time could be there as soon by taking a number.
NOTICE = datetime.timedelta(hours=2)
# A number is given so long before and after the time; who comes later takes an ordinary one.
BEFORE, AFTER = datetime.timedelta(minutes=30), datetime.timedelta(minutes=15)
_TAKEN = (State.BOOKED, State.CAME, State.MISSED)


@dataclass(frozen=True)
class Slot:
    """A time that is offered, with the places left."""

    plan_id: UUID
    starts_at: datetime.datetime
    left: int

    @property
    def key(self) -> str:
        """What a form sends to mean this time."""
        return f"{self.plan_id}/{self.starts_at.astimezone(VIETNAM):%Y-%m-%dT%H:%M}"


def slots_for(procedure_code: str, *, now: datetime.datetime | None = None) -> list[Slot]:
    """The times with places left at which somebody may come about a procedure, in order."""
    at = (now or timezone.now()).astimezone(VIETNAM)
    plans = [plan for plan in SlotPlan.objects.all() if _serves(plan, procedure_code)]
    days = [at.date() + datetime.timedelta(days=ahead) for ahead in range(DAYS_AHEAD + 1)]
    taken = _taken(at)
    offered = [
        Slot(plan.pk, starts_at, plan.people - taken.get((plan.pk, starts_at), 0))
        for plan in plans
        for day in days
        for starts_at in _times(plan, day)
        if starts_at >= at + NOTICE
    ]
    return sorted((slot for slot in offered if slot.left > 0), key=lambda slot: slot.starts_at)


def offers(procedure_code: str) -> bool:
    """Whether times are offered for a procedure at all."""
    return any(_serves(plan, procedure_code) for plan in SlotPlan.objects.all())


def _serves(plan: SlotPlan, procedure_code: str) -> bool:
    return not plan.procedures or procedure_code in plan.procedures.split()


def _times(plan: SlotPlan, day: datetime.date) -> Iterator[datetime.datetime]:
    """When the plan's times begin on a day; none on other days of the week and on days off."""
    calendar = working_calendar(current_commune().code)
    if day.weekday() != plan.weekday or not calendar.is_working_day(day):
        return
    at = datetime.datetime.combine(day, plan.starts, VIETNAM)
    end = datetime.datetime.combine(day, plan.ends, VIETNAM)
    length = datetime.timedelta(minutes=plan.minutes)
    while at + length <= end:
        yield at
        at += length


def _taken(since: datetime.datetime) -> dict[tuple[UUID, datetime.datetime], int]:
    rows = (
        Appointment.objects.filter(starts_at__gt=since, state__in=_TAKEN)
        .values_list("plan_id", "starts_at")
        .annotate(count=Count("id"))
    )
    return {(plan_id, starts_at): count for plan_id, starts_at, count in rows}


@transaction.atomic
def book(*, account: Account, procedure_code: str, slot_key: str) -> Appointment:
    """Book a time. Raises ``SlotFull`` or ``AlreadyBooked``."""
    plan_id, starts_at = _parse(slot_key)
    plan = SlotPlan.objects.select_for_update().filter(pk=plan_id).first()
    if plan is None or not _serves(plan, procedure_code):
        raise SlotFull
    at = timezone.now()
    latest = timezone.localdate(at) + datetime.timedelta(days=DAYS_AHEAD)
    if starts_at < at + NOTICE or starts_at.date() > latest:
        raise SlotFull
    taken = Appointment.objects.filter(
        plan_id=plan.pk, starts_at=starts_at, state__in=_TAKEN
    ).count()
    if starts_at not in _times(plan, starts_at.date()) or taken >= plan.people:
        raise SlotFull
    try:
        with transaction.atomic():
            return Appointment.objects.create(
                account_id=account.pk,
                person_name=account.full_name[:120],
                procedure_code=procedure_code,
                plan_id=plan.pk,
                letter=plan.letter,
                starts_at=starts_at,
                code=new_code(),
                booked_at=at,
            )
    except IntegrityError as error:
        raise AlreadyBooked from error


def _parse(slot_key: str) -> tuple[UUID, datetime.datetime]:
    plan, _slash, time = slot_key.partition("/")
    try:
        starts_at = datetime.datetime.strptime(time[:16], "%Y-%m-%dT%H:%M")
        return UUID(plan), starts_at.replace(tzinfo=VIETNAM)
    except ValueError as error:
        raise SlotFull from error


@transaction.atomic
def cancel(*, appointment: Appointment) -> Appointment:
    """Give the place back. Raises ``AppointmentOver``."""
    locked = Appointment.objects.select_for_update().get(pk=appointment.pk)
    if locked.state != State.BOOKED:
        raise AppointmentOver
    return _end(locked, State.CANCELLED)


@transaction.atomic
def check_in(*, typed_code: str) -> tuple[Appointment, Ticket]:
    """Somebody with an appointment is there: they get a number with priority.

    Who comes more than 15 minutes late gets an ordinary one. Raises ``NoAppointment``,
    ``TooEarly`` or ``LineClosed``.
    """
    written = parse_code(typed_code)
    at = timezone.localtime()
    found = (
        Appointment.objects.select_for_update()
        .filter(
            code=written.code if written else "",
            state__in=(State.BOOKED, State.MISSED),
            starts_at__date=at.date(),
        )
        .first()
    )
    if found is None:
        raise NoAppointment
    if at < found.starts_at - BEFORE:
        raise TooEarly(f"{found.starts_at.astimezone(VIETNAM):%H:%M}")
    in_time = at <= found.starts_at + AFTER
    ticket = give_ticket(
        letter=found.letter, priority=Priority.APPOINTMENT if in_time else Priority.NONE
    )
    found.ticket_id = ticket.pk
    found.save(update_fields=["ticket_id"])
    return _end(found, State.CAME), ticket


@transaction.atomic
def mark(*, appointment_id: UUID, came: bool) -> Appointment:
    """An official says whether somebody came. Raises ``AppointmentOver``."""
    locked = Appointment.objects.select_for_update().get(pk=appointment_id)
    if locked.state == State.CANCELLED or locked.starts_at > timezone.now() + BEFORE:
        raise AppointmentOver
    return _end(locked, State.CAME if came else State.MISSED)


def _end(appointment: Appointment, state: str) -> Appointment:
    appointment.state, appointment.ended_at = state, timezone.now()
    appointment.save(update_fields=["state", "ended_at"])
    return appointment


def appointments_of(account: Account) -> list[Appointment]:
    """The account's appointments here that are not past, and the last past ones."""
    return list(Appointment.objects.filter(account_id=account.pk).order_by("-starts_at")[:20])


def appointments_on(day: datetime.date) -> list[Appointment]:
    """Who is to come on a day, in order of time."""
    return list(
        Appointment.objects.filter(starts_at__date=day)
        .exclude(state=State.CANCELLED)
        .order_by("starts_at", "booked_at")
    )


def close_past(before: datetime.datetime) -> int:
    """Who did not come by the end of the day did not come; returns how many."""
    return Appointment.objects.filter(state=State.BOOKED, starts_at__lt=before).update(
        state=State.MISSED, ended_at=timezone.now()
    )


def forget_past(before: datetime.datetime) -> int:
    """Remove appointments that are long past, with the names in them; returns how many."""
    return int(Appointment.objects.filter(starts_at__lt=before).delete()[0])
