"""The official's window: calling numbers, serving, sending on; giving numbers at reception."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from services.cases.authority import receives
from services.cases.models import Case
from services.catalogue.errors import ProcedureNotFound
from services.catalogue.forms.pages import visible_pages
from services.catalogue.registry import current_procedure, current_procedures
from services.reception import queue
from services.reception.arranging import (
    get_window_of,
    leave_window,
    lines,
    may_arrange,
    sit_at,
    sitting_at,
    window_of,
    windows,
)
from services.reception.errors import NoSuchWindow
from services.reception.models import Priority, Ticket, Window
from services.reception.views.common import attempt, get_row, hall_page, reception_view
from tenants.organisation.desk_access import DeskRequest


@require_safe
@reception_view
def window(request: DeskRequest) -> HttpResponse:
    """The window where the official sits; where they sit nowhere, the windows to choose from."""
    mine = window_of(request.official)
    if mine is None:
        return _choose(request)
    ticket = queue.current_ticket(mine)
    context = {
        "window": mine,
        "ticket": ticket,
        "case": _cases_of([ticket]).get(ticket.pk) if ticket else None,
        "waiting": queue.waiting_at(mine),
        "skipped": _skipped(mine),
        "others": [one for one in windows() if one.pk != mine.pk],
        "procedures": [one for one in current_procedures() if receives(request.official, one.code)],
    }
    return hall_page(request, "window", context, current="window")


def _choose(request: DeskRequest) -> HttpResponse:
    found = windows()
    names = sitting_at(found)
    context = {
        "windows": [{"window": one, "who": names.get(one.pk, "")} for one in found],
        "lines": {line.letter: line.name for line in lines()},
        "arranges": may_arrange(request.official),
    }
    return hall_page(request, "choose_window", context, current="window")


def _skipped(mine: Window) -> list[Ticket]:
    """Who was called here today and did not come, to be called again should they turn up."""
    return [
        one
        for one in queue.tickets_of_today()
        if one.state == Ticket.State.SKIPPED and one.letter in mine.letters
    ]


@require_POST
@reception_view
def sit(request: DeskRequest) -> HttpResponse:
    """Sit down at a window."""
    number = request.POST.get("window", "")
    if not number.isdecimal() or len(number) > 4:
        messages.warning(request, str(NoSuchWindow()))
    else:
        attempt(request, lambda: sit_at(official=request.official, number=int(number)))
    return redirect("desk-window")


@require_POST
@reception_view
def leave(request: DeskRequest) -> HttpResponse:
    """Get up from the window."""
    leave_window(official=request.official)
    return redirect("desk-window")


@require_POST
@reception_view
def call(request: DeskRequest) -> HttpResponse:
    """Call the next number; who was served is done."""

    def act() -> None:
        if queue.call_next(window=get_window_of(request.official)) is None:
            messages.success(request, _("Không còn ai chờ quầy này."))

    attempt(request, act)
    return redirect("desk-window")


@require_POST
@reception_view
def act(request: DeskRequest, ticket_id: UUID, what: str) -> HttpResponse:
    """Say what becomes of a number: again, served, absent, done, sent on."""
    get_row(Ticket, ticket_id)
    acts = {
        "goi-lai": queue.call_again,
        "phuc-vu": queue.serve,
        "vang-mat": queue.skip,
        "xong": queue.finish,
    }
    if what == "chuyen":
        return _forward(request, ticket_id)
    if what not in acts:
        raise Http404
    chosen = acts[what]
    attempt(request, lambda: chosen(window=get_window_of(request.official), ticket_id=ticket_id))
    return redirect("desk-window")


def _forward(request: DeskRequest, ticket_id: UUID) -> HttpResponse:
    wanted = request.POST.get("window", "")
    to = next((one.number for one in windows() if str(one.number) == wanted), None)

    def act() -> Ticket:
        mine = get_window_of(request.official)
        if to is None or to == mine.number:
            raise NoSuchWindow
        return queue.forward(window=mine, ticket_id=ticket_id, to=to)

    attempt(request, act, _("Đã chuyển sang quầy %(number)s.") % {"number": to})
    return redirect("desk-window")


@require_POST
@reception_view
def begin_filing(request: DeskRequest, ticket_id: UUID) -> HttpResponse:
    """Begin a form for who is served; the number and the case it becomes stay together."""
    get_row(Ticket, ticket_id)
    code = request.POST.get("procedure", "")
    try:
        definition = current_procedure(code)
    except ProcedureNotFound:
        messages.warning(request, _("Chọn thủ tục rồi bấm nhập hồ sơ."))
        return redirect("desk-window")
    if not receives(request.official, code):
        raise Http404
    draft = attempt(
        request,
        lambda: queue.begin_filing(
            window=get_window_of(request.official),
            ticket_id=ticket_id,
            definition=definition,
            official=request.official,
        ),
    )
    if draft is None:
        return redirect("desk-window")
    return redirect(
        "desk-counter-page", draft_id=draft.pk, page_key=visible_pages(definition, {})[0].key
    )


@require_safe
@reception_view
def today(request: DeskRequest) -> HttpResponse:
    """The day at the hall: who waits, how long, and numbers given at reception."""
    tickets = queue.tickets_of_today()
    cases = _cases_of(tickets)
    figures = {one.letter: one for one in queue.figures_of(timezone.localdate())}
    context: dict[str, Any] = {
        "lines": [{"line": line, "figures": figures.get(line.letter)} for line in lines()],
        "tickets": [{"ticket": one, "case": cases.get(one.pk)} for one in tickets[:200]],
        "priorities": Priority.choices,
        "arranges": may_arrange(request.official),
    }
    return hall_page(request, "today", context, current="hall")


@require_POST
@reception_view
def give(request: DeskRequest) -> HttpResponse:
    """Give somebody a number at reception."""
    priority = request.POST.get("priority", "")
    known = priority if priority in Priority.values else Priority.NONE
    ticket = attempt(
        request,
        lambda: queue.give_ticket(letter=request.POST.get("letter", "")[:1], priority=known),
    )
    if ticket is None:
        return redirect("desk-hall")
    return redirect("desk-ticket", ticket_id=ticket.pk)


@require_safe
@reception_view
def slip(request: DeskRequest, ticket_id: UUID) -> HttpResponse:
    """A number to be printed and given."""
    ticket = get_row(Ticket, ticket_id)
    context = {"ticket": ticket, "before": queue.waiting_before(ticket), "line": _line_of(ticket)}
    return hall_page(request, "given", context, current="hall")


def _line_of(ticket: Ticket) -> str:
    return next((line.name for line in lines() if line.letter == ticket.letter), "")


def _cases_of(tickets: list[Ticket]) -> dict[UUID, Case]:
    """The cases that were filed for who held these numbers, by ticket."""
    by_draft = {one.draft_id: one.pk for one in tickets if one.draft_id}
    if not by_draft:
        return {}
    return {
        by_draft[case.filing_key]: case
        for case in Case.objects.filter(filing_key__in=list(by_draft)).only("code", "filing_key")
    }
