"""The page of a move that needs words: its form, what the applicant will receive, the move."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse

from documents.files.errors import FileRefused
from documents.rendering.html import render_html
from services.cases.access import get_case_for_official
from services.cases.actions import Action
from services.cases.errors import CaseChanged, CaseError
from services.cases.intake import definition_of
from services.cases.lifecycle import seen_token
from services.cases.models import Case
from services.cases.previews import Preview
from services.desk.forms import PhrasesForm
from services.desk.reading import sections_of
from services.desk.views.common import (
    allowed,
    check_fresh,
    desk_page,
    done,
    is_fresh,
    not_allowed,
    seen_by,
)
from tenants.organisation.desk_access import DeskRequest
from tenants.organisation.models import Official


@dataclass(frozen=True)
class Move:
    """A move with a form: the call, what is said when it is done, and, where what it sends
    cannot be called back, how that paper is drawn before.

    ``then`` tells on the page what will happen, ``warns`` that it cannot be called back. ``may``
    answers for moves that are not among a case's actions.
    """

    action: Action
    act: Callable[[str], Case]
    said: str
    draw: Callable[[], Preview] | None = None
    then: str = ""
    warns: bool = False
    may: Callable[[Case], bool] | None = None

    def is_open_to(self, official: Official, case: Case) -> bool:
        """Whether this official may make the move with the case as it stands."""
        return self.may(case) if self.may else allowed(case, official, self.action)


def move_page(
    request: DeskRequest, case: Case, form: forms.Form, move: Move, **extra: Any
) -> HttpResponse:
    """Show a move's form, or make the move and go on; a refusal keeps what was typed."""
    official = request.official
    posted = request.method == "POST"
    may = move.is_open_to(official, case)
    if not may and (not posted or is_fresh(request, case)):
        return not_allowed(request, case, official)
    drawn, seen = "", seen_by(request) if posted else seen_token(case)
    if posted and form.is_valid():
        try:
            if move.draw is None or _was_shown(request, form):
                return done(request, official, move.act(seen), move.said)
            check_fresh(request, case)
        except CaseChanged as error:
            # Told what changed, the official decides anew about the case as it stands now.
            form.add_error(None, str(error))
            case = get_case_for_official(official, case.code)
            seen, may = seen_token(case), move.is_open_to(official, case)
        except (CaseError, FileRefused) as error:
            form.add_error(None, str(error))
        if move.draw is not None and may:
            drawn = render_html(move.draw(), preview=True)
    definition = definition_of(case)
    context = {
        "case": case,
        "definition": definition,
        "form": form,
        "seen": seen,
        "action": move.action,
        "may": may,
        "posted": posted,
        "then": move.then,
        "warns": move.warns,
        "writes": move.draw is not None,
        "drawn": drawn,
        "shown": form.fingerprint() if drawn and isinstance(form, PhrasesForm) else "",
        "sections": sections_of(definition, case.answers),
        **extra,
    }
    status = 422 if form.errors else 200
    return desk_page(request, official, "services/desk/move.html", context, status=status)


def _was_shown(request: DeskRequest, form: forms.Form) -> bool:
    """Whether the official has seen the paper that would be sent, as it would be sent."""
    return isinstance(form, PhrasesForm) and request.POST.get("shown") == form.fingerprint()
