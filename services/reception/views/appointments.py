"""Appointments: booked and cancelled by citizens, looked through by officials."""

from __future__ import annotations

import datetime
from itertools import groupby
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from documents.registers.verification import display_code
from documents.rendering.qr import qr_svg
from services.catalogue.errors import ProcedureNotFound
from services.catalogue.registry import current_procedure, current_procedures
from services.reception import appointments
from services.reception.errors import ReceptionError
from services.reception.models import Appointment, SlotPlan
from services.reception.views.common import (
    attempt,
    get_row,
    hall_page,
    plain_page,
    reception_view,
)
from tenants.accounts.links import sign_in_url
from tenants.accounts.models import Account
from tenants.calendar.working_time import VIETNAM
from tenants.organisation.desk_access import DeskRequest
from tenants.organisation.models import get_letterhead

State = Appointment.State


def _account(request: HttpRequest) -> Account:
    return cast(Account, request.user)


def _name_of(code: str) -> str:
    names = {one.code: one.short_name for one in current_procedures()}
    return names.get(code, code)


# ── Citizens ─────────────────────────────────────────────────────────────


@login_not_required
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Which procedure is it about? Own appointments stand above."""
    plans = list(SlotPlan.objects.all())
    offered = [
        one
        for one in current_procedures()
        if any(not plan.procedures or one.code in plan.procedures.split() for plan in plans)
    ]
    mine: list[dict[str, Any]] = []
    if request.user.is_authenticated:
        mine = [
            {
                "appointment": one,
                "name": _name_of(one.procedure_code),
                "is_open": one.state == State.BOOKED and one.starts_at > timezone.now(),
            }
            for one in appointments.appointments_of(_account(request))
        ]
    context = {"procedures": offered, "mine": mine, "place": "appointments"}
    return plain_page(request, "appointments", context)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def book(request: HttpRequest, procedure_code: str) -> HttpResponse:
    """Choose a day and a time. Who is not signed in signs in to book, and comes back."""
    try:
        definition = current_procedure(procedure_code)
    except ProcedureNotFound as error:
        raise Http404 from error
    message = ""
    if request.method == "POST":
        if not request.user.is_authenticated:
            return redirect(sign_in_url(request))
        try:
            made = appointments.book(
                account=_account(request),
                procedure_code=procedure_code,
                slot_key=request.POST.get("slot", ""),
            )
        except ReceptionError as error:
            message = str(error)
        else:
            return redirect("appointment", appointment_id=made.pk)
    slots = appointments.slots_for(procedure_code)
    days = [
        {"day": day, "slots": list(found)}
        for day, found in groupby(slots, key=lambda one: one.starts_at.astimezone(VIETNAM).date())
    ]
    context = {
        "definition": definition,
        "days": days,
        "message": message,
        "place": "appointments",
    }
    return plain_page(request, "book", context, 422 if message else 200)


@require_safe
def appointment(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """One's own appointment, with the code to bring along."""
    found = _own(request, appointment_id)
    context = {
        "appointment": found,
        "name": _name_of(found.procedure_code),
        "code": display_code(found.code),
        "qr": qr_svg(display_code(found.code)),
        "letterhead": get_letterhead(),
        "is_open": found.state == State.BOOKED and found.starts_at > timezone.now(),
        "place": "appointments",
    }
    return plain_page(request, "appointment", context)


@require_POST
def cancel(request: HttpRequest, appointment_id: UUID) -> HttpResponse:
    """Give the time back, for somebody else."""
    found = _own(request, appointment_id)
    attempt(
        request,
        lambda: appointments.cancel(appointment=found),
        _("Đã hủy lịch hẹn. Giờ này dành lại cho người khác."),
    )
    return redirect("appointments")


def _own(request: HttpRequest, appointment_id: UUID) -> Appointment:
    """The account's own appointment here, else 404."""
    account = _account(request)
    found = Appointment.objects.filter(pk=appointment_id, account_id=account.pk).first()
    if found is None:
        raise Http404
    return found


# ── Officials ────────────────────────────────────────────────────────────


@require_safe
@reception_view
def day(request: DeskRequest) -> HttpResponse:
    """Who is to come on a day."""
    today = timezone.localdate()
    try:
        chosen = parse_date(request.GET.get("ngay", "")) or today
    except ValueError:
        chosen = today
    at = timezone.now()
    step = datetime.timedelta(days=1)
    rows = [
        {
            "appointment": one,
            "name": _name_of(one.procedure_code),
            "may_mark": one.starts_at <= at + appointments.BEFORE,
        }
        for one in appointments.appointments_on(chosen)
    ]
    context = {
        "day": chosen,
        "before": chosen - step,
        "after": chosen + step,
        "is_today": chosen == today,
        "rows": rows,
    }
    return hall_page(request, "appointment_day", context, current="appointments")


@require_POST
@reception_view
def mark(request: DeskRequest, appointment_id: UUID) -> HttpResponse:
    """Say that somebody came, or did not."""
    found = get_row(Appointment, appointment_id)
    came = "came" in request.POST
    attempt(request, lambda: appointments.mark(appointment_id=found.pk, came=came))
    chosen = found.starts_at.astimezone(VIETNAM).date()
    return _to_day(chosen)


@require_POST
@reception_view
def receive(request: DeskRequest, appointment_id: UUID) -> HttpResponse:
    """Somebody with an appointment came to reception instead of the kiosk: a number for them."""
    found = get_row(Appointment, appointment_id)
    made = attempt(request, lambda: appointments.check_in(typed_code=found.code))
    if made is None:
        return _to_day(found.starts_at.astimezone(VIETNAM).date())
    return redirect("desk-ticket", ticket_id=made[1].pk)


def _to_day(chosen: datetime.date) -> HttpResponse:
    response = redirect("desk-appointments")
    response["Location"] += f"?ngay={chosen:%Y-%m-%d}"
    return response
