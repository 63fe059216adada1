"""What every page of the desk shows around its own content, and how a move is refused."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from services.cases.actions import Action, actions_for
from services.cases.authority import grant_for
from services.cases.errors import CaseChanged, CaseError
from services.cases.lifecycle import now, seen_token
from services.cases.list_filters import DONE, filters_of
from services.cases.models import Case
from services.cases.register_book import READERS
from services.cases.saved_views import open_view, views_of
from services.cases.work_list import counts, next_case
from services.payments.receiver import COLLECTORS, OVERSEERS
from tenants.history.events import Actor, events_of
from tenants.history.sights import record_opening
from tenants.organisation.desk_access import DeskRequest
from tenants.organisation.models import Official, Role
from tenants.organisation.powers import powers_of

# A form without its token has seen nothing, so nothing that it asks is up to date.
NOTHING_SEEN = "-"


def record_sight(request: DeskRequest, case: Case, *, verb: str, what: UUID, name: str) -> None:
    """Write down that a paper or document of a case is opened; asking for its head shows none."""
    if request.method != "GET":
        return
    record_opening(
        verb=verb,
        subject_id=case.pk,
        what=what,
        actor=Actor.official(request.official),
        details={"case": case.code, "name": name},
    )


def desk_page(
    request: HttpRequest,
    official: Official,
    template: str,
    context: dict[str, Any],
    *,
    current: str = "",
    status: int = 200,
) -> HttpResponse:
    """Draw a desk page with its navigation; ``current`` names the entry that is open."""
    at, powers = now(), powers_of(official)
    saved = views_of(official)
    wanted = [filters_of(view.query) for view in saved]
    numbers = counts(official, at, wanted)
    opened = open_view(saved, context["filters"]) if "filters" in context else None
    context = {
        "official": official,
        "counts": numbers,
        "saved_views": [
            # What is over is not counted: there is more of it every day.
            (view, None if filters.view == DONE else numbers[f"saved_{number}"])
            for number, (view, filters) in enumerate(zip(saved, wanted, strict=True))
        ],
        "open_view": opened,
        "current": "" if opened else current,
        "now": at,
        "receives": powers.has_role("reception"),
        "reads_register": powers.has_role(*READERS),
        "manages": powers.has_role(Role.ADMINISTRATOR),
        "sees_money": powers.has_role(*COLLECTORS, *OVERSEERS),
        "arranges": powers.has_role(Role.ADMINISTRATOR, Role.HEAD),
        "reads_log": powers.has_role(Role.ADMINISTRATOR, Role.LEADER),
        **context,
    }
    response = render(request, template, context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def allowed(case: Case, official: Official, action: Action) -> bool:
    """Whether this official may make this move with the case as it stands."""
    return action in actions_for(case, list(case.steps.all()), official)


def not_allowed(request: HttpRequest, case: Case, official: Official) -> HttpResponse:
    """Back to the case, saying why the move that was asked for is not there."""
    if grant_for(case, official, case.step_role) is not None or not case.is_open:
        text = _(
            "Hồ sơ đang ở trạng thái “%(state)s”, bước “%(step)s” nên không làm được việc này."
        )
    else:
        text = _(
            "Hồ sơ đang ở trạng thái “%(state)s”, bước “%(step)s”, không thuộc việc của anh/chị."
        )
    messages.warning(request, text % {"state": case.state.label, "step": case.step_name})
    return redirect("desk-case", code=case.code)


def refused(request: HttpRequest, case: Case, error: CaseError) -> HttpResponse:
    """Back to the case with what stood in the way."""
    messages.warning(request, str(error))
    return redirect("desk-case", code=case.code)


def seen_by(request: HttpRequest) -> str:
    """The token of the page from which a form was sent."""
    return request.POST.get("seen") or NOTHING_SEEN


def is_fresh(request: HttpRequest, case: Case) -> bool:
    """Whether the page from which a form was sent still says how the case stands."""
    return seen_by(request) == seen_token(case)


def check_fresh(request: HttpRequest, case: Case) -> None:
    """Raise ``CaseChanged`` unless the sent page still says how the case stands."""
    if not is_fresh(request, case):
        raise CaseChanged(case, events_of(case.pk).last())


def done(request: HttpRequest, official: Official, case: Case, text: str) -> HttpResponse:
    """Say what was done and stay with the case, with a way to the next one."""
    following = next_case(official, case, now())
    messages.success(request, text, extra_tags=following.code if following is not None else "")
    return redirect("desk-case", code=case.code)
