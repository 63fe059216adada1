"""More time for a case: the official proposes it, the leader reads the letter and signs."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from services.cases.access import get_case_for_official
from services.cases.actions import EXTEND, PROPOSE_EXTENSION
from services.cases.errors import CaseError
from services.cases.extension import (
    extend_case,
    propose_extension,
    proposed_letter,
    timeliness_of,
    usual_new_day,
)
from services.cases.intake import definition_of
from services.cases.lifecycle import now
from services.cases.models import Case
from services.cases.previews import Preview, preview_extension
from services.desk.time_forms import ExtensionForm, SignExtensionForm
from services.desk.views.common import allowed, refused
from services.desk.views.move_page import Move, move_page
from tenants.organisation.desk_access import DeskRequest, desk_view


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
def propose(request: DeskRequest, code: str) -> HttpResponse:
    """Lay before the leader that the case needs more time; the page says how long there is."""
    official = request.official
    case = get_case_for_official(official, code)
    definition = definition_of(case)
    form = ExtensionForm(request.POST or None)
    then = ""
    if case.due_at is not None:
        form.initial["new_day"] = usual_new_day(case, definition)
        then = timeliness_of(case, now()).text
    if definition.extension is not None:
        form.fields["new_day"].help_text = definition.extension.text

    def act(seen: str) -> Case:
        return propose_extension(
            case=case,
            official=official,
            reason=form.cleaned_data["reason"],
            new_day=form.cleaned_data["new_day"],
            seen=seen,
        )

    move = Move(PROPOSE_EXTENSION, act, said=_("Đã trình lãnh đạo đề nghị gia hạn."), then=then)
    return move_page(request, case, form, move)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
def sign(request: DeskRequest, code: str) -> HttpResponse:
    """Read the letter of apology and sign it; the new due time holds from then on."""
    official = request.official
    case = get_case_for_official(official, code)
    form = SignExtensionForm(request.POST or None)
    then = ""
    if allowed(case, official, EXTEND):
        try:
            letter = proposed_letter(case)
        except CaseError as error:
            return refused(request, case, error)
        then = _("Hẹn trả mới: %(due)s. Lý do: %(reason)s") % {
            "due": f"{letter.new_due:%H:%M %d/%m/%Y}",
            "reason": letter.reason,
        }

    def act(seen: str) -> Case:
        return extend_case(case=case, official=official, seen=seen)

    def draw() -> Preview:
        return preview_extension(case, official)

    said = _("Đã ký gia hạn; người nộp được báo hẹn mới.")
    return move_page(request, case, form, Move(EXTEND, act, said=said, draw=draw, then=then))
