"""The commune's working calendar: days off and worked, swapped days, office hours.

For administrators. Before a day is declared the page says how many open cases move.
"""

from __future__ import annotations

import calendar as weeks
import datetime
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from services.cases.calendar_changes import (
    CalendarError,
    calendar_with,
    declare_days,
    own_days,
    own_hours,
    remove_day,
    remove_hours,
    set_hours,
)
from services.cases.calendar_moves import moves_under
from services.cases.clock import commune_calendar
from services.desk.time_forms import DayForm, HoursForm
from services.desk.views.common import desk_page
from tenants.calendar.models import SpecialDay
from tenants.calendar.working_time import WorkingCalendar
from tenants.organisation.desk_access import DeskRequest
from tenants.organisation.pages.common import administrator_view

CURRENT = "calendar"
YEARS_BACK, YEARS_AHEAD = 3, 2


@dataclass(frozen=True)
class Cell:
    """One day of the picture: ``mark`` is off, own-off, worked, own-worked, weekend or empty."""

    day: datetime.date
    mark: str
    name: str


@require_safe
@administrator_view
def year(request: DeskRequest) -> HttpResponse:
    """A year as a picture, its special days as a list, and the hours."""
    return _page(request, DayForm(), HoursForm(initial=_present_hours()))


@require_http_methods(["POST"])
@administrator_view
def declare(request: DeskRequest) -> HttpResponse:
    """Show what declaring a day would move; declare it once that was seen."""
    form = DayForm(request.POST)
    hours = HoursForm(initial=_present_hours())
    if not form.is_valid():
        return _page(request, form, hours, status=422)
    days = form.days()
    try:
        if request.POST.get("shown") == _shown(form):
            declare_days(days=days, name=form.cleaned_data["name"], official=request.official)
            messages.success(request, _("Đã khai. Hẹn của hồ sơ bị ảnh hưởng đang được dời."))
            return redirect(_address(days[0].date.year))
        moves = moves_under(calendar_with(days), min(day.date for day in days))
    except CalendarError as error:
        form.add_error(None, str(error))
        return _page(request, form, hours, status=422)
    return _page(request, form, hours, preview={"moves": moves, "shown": _shown(form)})


@require_POST
@administrator_view
def remove(request: DeskRequest) -> HttpResponse:
    """Take back a day of the commune's own."""
    date = _sent(request, "date")
    if date is None or not remove_day(date=date, official=request.official):
        messages.warning(request, _("Ngày này không còn trong lịch của đơn vị."))
        return redirect("desk-calendar")
    messages.success(request, _("Đã bỏ ngày đã khai. Hẹn đã dời cho người dân vẫn giữ nguyên."))
    return redirect(_address(date.year))


@require_POST
@administrator_view
def hours(request: DeskRequest) -> HttpResponse:
    """Change the office's hours from a day on."""
    form = HoursForm(request.POST)
    if form.is_valid():
        try:
            set_hours(hours=form.hours(), official=request.official)
        except CalendarError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Đã lưu giờ làm việc mới."))
            return redirect("desk-calendar")
    return _page(request, DayForm(), form, status=422)


@require_POST
@administrator_view
def drop_hours(request: DeskRequest) -> HttpResponse:
    """Take back hours that have not begun."""
    date = _sent(request, "valid_from")
    if date is None or not remove_hours(valid_from=date, official=request.official):
        messages.warning(request, _("Chỉ bỏ được giờ chưa bắt đầu áp dụng."))
    else:
        messages.success(request, _("Đã bỏ giờ làm việc sắp áp dụng."))
    return redirect("desk-calendar")


def _page(
    request: DeskRequest,
    form: DayForm,
    hours_form: HoursForm,
    *,
    preview: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    today = timezone.localdate()
    shown = _year(request, today)
    days = own_days(shown)
    context = {
        "year": shown,
        "before": shown - 1 if shown > today.year - YEARS_BACK else None,
        "after": shown + 1 if shown < today.year + YEARS_AHEAD else None,
        "months": _months(shown, days, commune_calendar()),
        "weekdays": _("T2 T3 T4 T5 T6 T7 CN").split(),
        "days": days,
        "hours": own_hours(),
        "today": today,
        "form": form,
        "hours_form": hours_form,
        "preview": preview,
        "preview_text": _said(preview["moves"]) if preview else "",
    }
    return desk_page(
        request,
        request.official,
        "services/desk/calendar.html",
        context,
        current=CURRENT,
        status=status,
    )


def _said(moves: Any) -> str:
    if not moves.moving:
        return _("Không có hồ sơ đang làm nào phải dời hẹn.")
    if moves.exact:
        pattern = _("Hồ sơ phải dời hẹn: %(n)d.")
    else:
        pattern = _("Hồ sơ phải dời hẹn: nhiều nhất %(n)d.")
    return pattern % {"n": moves.moving}


def _shown(form: DayForm) -> str:
    """What the preview was about; another day has another."""
    return "|".join(f"{day.date}:{day.kind}" for day in form.days())


def _months(
    year: int, days: list[SpecialDay], calendar: WorkingCalendar
) -> list[tuple[datetime.date, list[list[Cell | None]]]]:
    # A commune's own day comes after the country's and stays.
    special = {day.date: day for day in days}
    months = []
    for month in range(1, 13):
        rows = weeks.Calendar().monthdatescalendar(year, month)
        first = datetime.date(year, month, 1)
        cells = [
            [_cell(day, special, calendar) if day.month == month else None for day in row]
            for row in rows
        ]
        months.append((first, cells))
    return months


def _cell(
    day: datetime.date, special: dict[datetime.date, SpecialDay], calendar: WorkingCalendar
) -> Cell:
    one = special.get(day)
    if one is not None:
        return Cell(day, f"{'own-' if one.commune_code else ''}{one.kind}", one.name)
    return Cell(day, "" if calendar.is_working_day(day) else "weekend", "")


def _present_hours() -> dict[str, Any]:
    (morning_from, morning_to), (afternoon_from, afternoon_to) = commune_calendar().sessions_on(
        timezone.localdate()
    )
    return {
        "valid_from": timezone.localdate() + datetime.timedelta(days=1),
        "morning_from": morning_from,
        "morning_to": morning_to,
        "afternoon_from": afternoon_from,
        "afternoon_to": afternoon_to,
    }


def _sent(request: DeskRequest, name: str) -> datetime.date | None:
    """The day that a button sent; ``None`` for what is no day."""
    try:
        return datetime.date.fromisoformat(request.POST.get(name, ""))
    except ValueError:
        return None


def _year(request: DeskRequest, today: datetime.date) -> int:
    given = request.GET.get("nam", "")
    if given.isascii() and given.isdigit() and len(given) == 4:
        return min(max(int(given), today.year - YEARS_BACK), today.year + YEARS_AHEAD)
    return today.year


def _address(year: int) -> str:
    return f"{reverse('desk-calendar')}?nam={year}"
