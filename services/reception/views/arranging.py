"""How the hall is arranged: lines, windows, hours for appointments, devices."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from services.catalogue.registry import current_procedures
from services.reception import arranging
from services.reception.devices import devices, pair_device, revoke_device, set_device_cookie
from services.reception.forms import WEEKDAYS, DeviceForm, LineForm, PlanForm, WindowForm
from services.reception.models import Device, Line, SlotPlan, Window
from services.reception.views.common import arranging_view, attempt, get_row, hall_page
from tenants.accounts.desk_cookie import forget_desk_cookie
from tenants.organisation.desk_access import DeskRequest
from tenants.organisation.desk_moves import close_desk_of


@require_http_methods(["GET", "HEAD", "POST"])
@arranging_view
def arrange(request: DeskRequest) -> HttpResponse:
    """Lines and windows; adding one."""
    adds_line = "add_line" in request.POST
    line_form = LineForm(request.POST if adds_line else None)
    window_form = WindowForm(request.POST if "add_window" in request.POST else None)
    if "usual" in request.POST:
        arranging.arrange_usually(official=request.official)
        return redirect("desk-arrange")
    form = line_form if adds_line else window_form
    if request.method == "POST" and form.is_valid():
        add: Any = arranging.add_line if adds_line else arranging.add_window
        attempt(request, lambda: add(official=request.official, **form.cleaned_data), _("Đã thêm."))
        return redirect("desk-arrange")
    found = arranging.windows()
    names = arranging.sitting_at(found)
    context = {
        "lines": arranging.lines(),
        "windows": [{"window": one, "who": names.get(one.pk, "")} for one in found],
        "line_form": line_form,
        "window_form": window_form,
        "form": form,
    }
    status = 422 if form.errors else 200
    return hall_page(request, "arrange", context, current="arrange", status=status)


@require_POST
@arranging_view
def change_line(request: DeskRequest, line_id: UUID) -> HttpResponse:
    """Rename, open, close or remove a line."""
    line, sent = get_row(Line, line_id), request.POST
    if "remove" in sent:
        attempt(
            request,
            lambda: arranging.remove_line(official=request.official, line_id=line_id),
            _("Đã xóa dãy số."),
        )
        return redirect("desk-arrange")
    form = LineForm({**sent.dict(), "letter": line.letter})
    if form.is_valid():
        arranging.change_line(
            official=request.official,
            line_id=line_id,
            name=form.cleaned_data["name"],
            head_start=form.cleaned_data["head_start"],
            is_open="is_open" in sent,
        )
        messages.success(request, _("Đã lưu."))
    else:
        _say(request, form.errors)
    return redirect("desk-arrange")


@require_POST
@arranging_view
def change_window(request: DeskRequest, window_id: UUID) -> HttpResponse:
    """Say what is called at a window, free it, or remove it."""
    get_row(Window, window_id)
    by = request.official
    if "free" in request.POST:
        attempt(
            request,
            lambda: arranging.free_window(window_id=window_id, official=by),
            _("Quầy đã trống."),
        )
    elif "remove" in request.POST:
        attempt(
            request,
            lambda: arranging.remove_window(official=by, window_id=window_id),
            _("Đã xóa quầy."),
        )
    else:
        known = {line.letter for line in arranging.lines()}
        letters = [one for one in request.POST.getlist("letters") if one in known]
        arranging.change_window(official=by, window_id=window_id, letters=letters)
        messages.success(request, _("Đã lưu."))
    return redirect("desk-arrange")


@require_http_methods(["GET", "HEAD", "POST"])
@arranging_view
def plans(request: DeskRequest) -> HttpResponse:
    """The hours for appointments in a week; adding some."""
    form = PlanForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        arranging.add_plan(official=request.official, **form.cleaned_data)
        messages.success(request, _("Đã thêm khung giờ."))
        return redirect("desk-plans")
    names = {one.code: one.short_name for one in current_procedures()}
    context = {
        "form": form,
        "has_lines": bool(arranging.lines()),
        "plans": [
            {
                "plan": plan,
                "weekday": WEEKDAYS[plan.weekday][1],
                "procedures": [names.get(code, code) for code in plan.procedures.split()],
            }
            for plan in SlotPlan.objects.all()
        ],
    }
    status = 422 if form.errors else 200
    return hall_page(request, "plans", context, current="plans", status=status)


@require_POST
@arranging_view
def remove_plan(request: DeskRequest, plan_id: UUID) -> HttpResponse:
    """Offer these times no longer."""
    get_row(SlotPlan, plan_id)
    attempt(
        request,
        lambda: arranging.remove_plan(official=request.official, plan_id=plan_id),
        _("Đã xóa khung giờ."),
    )
    return redirect("desk-plans")


@require_http_methods(["GET", "HEAD", "POST"])
@arranging_view
def device_list(request: DeskRequest) -> HttpResponse:
    """Kiosks and screens; making this very device one, which ends the official's work on it."""
    form = DeviceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        device, key = pair_device(official=request.official, **form.cleaned_data)
        close_desk_of(official=request.official, desk_id=request.desk.pk)
        # It stands where everybody is: nobody stays signed in on it.
        logout(request)
        shows = "kiosk" if device.kind == Device.Kind.KIOSK else "screen"
        response = redirect(shows)
        forget_desk_cookie(response)
        set_device_cookie(response, device, key)
        return response
    context = {"form": form, "devices": devices()}
    status = 422 if form.errors else 200
    return hall_page(request, "devices", context, current="devices", status=status)


@require_POST
@arranging_view
def revoke(request: DeskRequest, device_id: UUID) -> HttpResponse:
    """Let a device be a kiosk or screen no longer."""
    get_row(Device, device_id)
    revoke_device(official=request.official, device_id=device_id)
    messages.success(request, _("Đã thu hồi máy này."))
    return redirect("desk-devices")


def _say(request: DeskRequest, errors: Any) -> None:
    for found in errors.values():
        messages.warning(request, str(found[0]))
