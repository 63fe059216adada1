"""Many cases at once: first what will happen to each, then what became of each."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from documents.files.serving import pdf_response
from services.cases.assigning import able_for, colleagues
from services.cases.bulk import MOVES, BulkMove, Choice, Planned, Tick, plan, read_ticks, run
from services.cases.bulk_slips import print_slips, slips_of
from services.cases.list_filters import filters_of
from services.cases.work_list import PAGE
from services.desk.views.common import desk_page
from tenants.organisation.desk_access import DeskRequest, desk_view
from tenants.organisation.models import Official

PRINT = "print"
# What the pages call "back to the step" among the colleagues.
TO_THE_STEP = "buoc"
NAME_LENGTH = 120


@require_POST
@desk_view
def bulk(request: DeskRequest) -> HttpResponse:
    """Show what a move means for the ticked cases; sent again with `lam`, make it."""
    ticks = read_ticks(request.POST.getlist("chon"), PAGE)
    name = request.POST.get("viec", "")
    if not ticks:
        messages.warning(request, _("Đánh dấu ít nhất một hồ sơ rồi chọn việc cần làm."))
        return _back(request)
    if name == PRINT:
        return _slips(request, ticks)
    move = MOVES.get(name)
    if move is None:
        return _back(request)
    if "lam" in request.POST:
        return _make(request, move, ticks)
    return _ask(request, move, ticks)


def _slips(request: DeskRequest, ticks: list[Tick]) -> HttpResponse:
    """The last slip of each case; sent again with `lam`, all of them as one PDF."""
    slips = slips_of(request.official, ticks)
    printed = [one for one in slips if one.printed]
    if "lam" in request.POST and printed:
        data = print_slips(official=request.official, slips=slips)
        return pdf_response(data, name=_("Phiếu của %(n)d hồ sơ") % {"n": len(printed)})
    context = {
        "slips": slips,
        "printed": printed,
        "waiting": [one for one in slips if one.document is not None and not one.printed],
        "back": _list_address(request),
        "back_query": _query(request),
    }
    return desk_page(request, request.official, "services/desk/bulk_slips.html", context)


def _ask(
    request: DeskRequest, move: BulkMove, ticks: list[Tick], problem: str = ""
) -> HttpResponse:
    """What stands in the way of which case, and what must still be chosen for the others."""
    planned = plan(request.official, ticks, move)
    fit = [one for one in planned if one.case is not None and not one.problem]
    context = {
        "move": move,
        "fit": fit,
        "unfit": [one for one in planned if one not in fit],
        "colleagues": _able(fit) if move.name == "assign" else [],
        "problem": problem,
        "receiver": request.POST.get("nguoi-nhan", "")[:NAME_LENGTH],
        "back": _list_address(request),
        "back_query": _query(request),
    }
    status = 422 if problem else 200
    template = "services/desk/bulk.html"
    return desk_page(request, request.official, template, context, status=status)


def _make(request: DeskRequest, move: BulkMove, ticks: list[Tick]) -> HttpResponse:
    choice, problem = _choice(request, move)
    if problem:
        return _ask(request, move, ticks, problem)
    results = run(request.official, ticks, move, choice)
    done = [one for one in results if one.done]
    context = {
        "move": move,
        "done": done,
        "left": [one for one in results if not one.done],
        "back": _list_address(request),
        "printable": move.name == "accept" and bool(done),
    }
    return desk_page(request, request.official, "services/desk/bulk_done.html", context)


def _choice(request: DeskRequest, move: BulkMove) -> tuple[Choice, str]:
    """What was chosen for all cases of the move, or what is missing."""
    if move.name == "assign":
        wanted = request.POST.get("cho", "")
        if wanted == TO_THE_STEP:
            return Choice(), ""
        to = next((one for one in colleagues() if str(one.pk) == wanted), None)
        return Choice(to=to), "" if to else _("Chọn người nhận hồ sơ.")
    if move.name == "hand-over" and request.POST.get("nhan") == "one":
        receiver = request.POST.get("nguoi-nhan", "").replace("\0", "").strip()[:NAME_LENGTH]
        return Choice(receiver=receiver), "" if receiver else _("Ghi họ tên người nhận thay.")
    return Choice(), ""


def _able(fit: list[Planned]) -> list[dict[str, Any]]:
    """Colleagues who may do the step of one of the cases at least, and of how many."""
    everybody: list[Official] = colleagues()
    numbers = dict.fromkeys(everybody, 0)
    for one in fit:
        if one.case is not None:
            for official in able_for(one.case, everybody):
                numbers[official] += 1
    return [{"official": who, "number": number} for who, number in numbers.items() if number]


def _query(request: DeskRequest) -> str:
    return filters_of(request.POST.get("ve", "")[:400]).address()


def _list_address(request: DeskRequest) -> str:
    query = _query(request)
    return reverse("desk-list") + (f"?{query}" if query else "")


def _back(request: DeskRequest) -> HttpResponseRedirect:
    return redirect(_list_address(request))
