"""What a kiosk and a call screen show. Both know nobody, and anybody else gets 404."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from services.cases.states import CaseStatus
from services.reception.appointments import check_in
from services.reception.arranging import lines
from services.reception.devices import get_device, note_seen
from services.reception.errors import ReceptionError
from services.reception.identity_card import CardUnreadable, parse_card
from services.reception.models import Device, Priority, Ticket
from services.reception.queue import calls_of_today, give_ticket, waiting_before
from services.reception.views.common import get_row, plain_page
from services.tracking.tracking import find_tracked
from tenants.accounts import limits

KIOSK, SCREEN = Device.Kind.KIOSK, Device.Kind.SCREEN


@login_not_required
@require_safe
def kiosk(request: HttpRequest) -> HttpResponseBase:
    """The first page of a kiosk: a button for each line, appointments, looking up a case."""
    device = get_device(request, KIOSK)
    found = [line for line in lines() if line.is_open]
    response = plain_page(request, "kiosk", {"lines": found})
    note_seen(request, response, device)
    return response


@login_not_required
@require_safe
def kiosk_line(request: HttpRequest, letter: str) -> HttpResponse:
    """A number with priority, or an ordinary one?"""
    get_device(request, KIOSK)
    line = next((one for one in lines() if one.letter == letter and one.is_open), None)
    if line is None:
        raise Http404
    choices = [
        (value, label)
        for value, label in Priority.choices
        if value not in (Priority.NONE, Priority.APPOINTMENT)
    ]
    return plain_page(request, "kiosk_line", {"line": line, "priorities": choices})


@login_not_required
@require_POST
def kiosk_take(request: HttpRequest) -> HttpResponse:
    """Take a number."""
    get_device(request, KIOSK)
    priority = request.POST.get("priority", "")
    allowed = priority in Priority.values and priority != Priority.APPOINTMENT
    try:
        ticket = give_ticket(
            letter=request.POST.get("letter", "")[:1],
            priority=priority if allowed else Priority.NONE,
        )
    except ReceptionError as error:
        return plain_page(request, "kiosk_sorry", {"message": str(error)}, 409)
    return redirect("kiosk-ticket", ticket_id=ticket.pk)


@login_not_required
@require_safe
def kiosk_ticket(request: HttpRequest, ticket_id: UUID) -> HttpResponse:
    """The number that was taken, to be printed; how many wait before."""
    get_device(request, KIOSK)
    ticket = get_row(Ticket, ticket_id)
    if ticket.day != timezone.localdate():
        raise Http404
    line = next((one.name for one in lines() if one.letter == ticket.letter), "")
    context = {"ticket": ticket, "before": waiting_before(ticket), "line": line}
    return plain_page(request, "kiosk_ticket", context)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def kiosk_appointment(request: HttpRequest) -> HttpResponse:
    """Somebody with an appointment is there."""
    device = get_device(request, KIOSK)
    message = ""
    if request.method == "POST":
        if not limits.TRACK_ADDRESS.take(f"device:{device.pk}"):
            return limits.too_often(request)
        try:
            _appointment, ticket = check_in(typed_code=request.POST.get("code", "")[:40])
        except ReceptionError as error:
            message = str(error)
        else:
            return redirect("kiosk-ticket", ticket_id=ticket.pk)
    status = 422 if message else 200
    return plain_page(request, "kiosk_appointment", {"message": message}, status)


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def kiosk_case(request: HttpRequest) -> HttpResponse:
    """How far is my case? By the code of the slip and the number of the card; no names."""
    device = get_device(request, KIOSK)
    context: dict[str, Any] = {}
    if request.method == "POST":
        if not limits.TRACK_ADDRESS.take(f"device:{device.pk}"):
            return limits.too_often(request)
        tracked = find_tracked(code=_case_code(request), national_id=_number(request))
        if tracked is None:
            context["message"] = _(
                "Không có hồ sơ nào khớp cả mã và số định danh này. Xem lại giấy hẹn và thẻ, "
                "hoặc hỏi cán bộ."
            )
        else:
            state = CaseStatus(tracked.status)
            context |= {"tracked": tracked, "state": state}
    status = 422 if "message" in context else 200
    return plain_page(request, "kiosk_case", context, status)


def _case_code(request: HttpRequest) -> str:
    """The code as typed, or from the address in the code on a slip (``…?ma=…``)."""
    typed = request.POST.get("code", "").strip()[:300]
    return typed.rpartition("ma=")[2].partition("&")[0].rstrip("/").rpartition("/")[2][:50]


def _number(request: HttpRequest) -> str:
    """The number as typed, or from the code on a card."""
    typed = request.POST.get("national_id", "")
    try:
        return parse_card(typed).number
    except CardUnreadable:
        return typed[:20]


@login_not_required
@require_safe
def screen(request: HttpRequest) -> HttpResponseBase:
    """The call screen: numbers and windows."""
    device = get_device(request, SCREEN)
    calls = calls_of_today()
    response = plain_page(request, "screen", {"calls": calls, "mark": _mark(calls)})
    note_seen(request, response, device)
    return response


@login_not_required
@require_safe
def screen_calls(request: HttpRequest) -> HttpResponseBase:
    """What the screen asks for every few seconds: 304 while nobody was called."""
    get_device(request, SCREEN)
    calls = calls_of_today()
    mark = _mark(calls)
    if request.headers.get("If-None-Match") == mark:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = render(request, "services/reception/calls.html", {"calls": calls})
    response["ETag"] = mark
    response["Cache-Control"] = "private, no-cache"
    return response


def _mark(calls: list[Ticket]) -> str:
    """What stands on the screen, in short: another number, window or call makes it another one."""
    said = " ".join(f"{one.label}>{one.window}x{one.calls}" for one in calls)
    return f'"{hashlib.sha256(said.encode()).hexdigest()[:20]}"'
