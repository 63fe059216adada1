"""Examining, deciding, and seeing beforehand what the applicant will receive."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_safe

from documents.rendering.html import render_html
from services.cases.access import get_case_for_official
from services.cases.actions import APPROVE, EXAMINE, REJECT
from services.cases.decision import approve_case, reject_case
from services.cases.drafts import attachments_of
from services.cases.errors import CaseChanged, CaseError
from services.cases.intake import definition_of
from services.cases.lifecycle import seen_token
from services.cases.models import Case
from services.cases.previews import Preview, preview_rejection, preview_result
from services.cases.processing import complete_step, save_findings
from services.cases.states import Outcome
from services.cases.story import Line, tell
from services.catalogue.forms.page_form import PageForm, entries_form
from services.desk.forms import ProposalForm, ReasonForm
from services.desk.reading import sections_of
from services.desk.views.common import (
    allowed,
    desk_page,
    done,
    is_fresh,
    not_allowed,
    record_sight,
    refused,
    seen_by,
)
from services.desk.views.move_page import Move, move_page
from tenants.history.events import events_of
from tenants.history.sights import DOCUMENT_SEEN
from tenants.organisation.desk_access import DeskRequest, desk_view
from tenants.organisation.signing import signing_view, typed_before


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
def examine(request: DeskRequest, code: str) -> HttpResponse:
    """Draft the result and propose what should be decided."""
    official = request.official
    case = get_case_for_official(official, code)
    posted = request.method == "POST"
    may = allowed(case, official, EXAMINE)
    if not may and (not posted or is_fresh(request, case)):
        return not_allowed(request, case, official)
    definition = definition_of(case)
    data = request.POST if posted else None
    entries = entries_form(definition, case.answers, case.findings or {}, data=data)
    proposal = ProposalForm(data)
    seen, problem = seen_by(request) if posted else seen_token(case), ""
    if posted:
        try:
            answer = _examined(request, case, entries, proposal)
            if answer is not None:
                return answer
        except CaseChanged as error:
            # Told what changed, the official decides anew about the case as it stands now.
            problem, case = str(error), get_case_for_official(official, code)
            seen, may = seen_token(case), allowed(case, official, EXAMINE)
        except CaseError as error:
            problem = str(error)
    context = {
        "case": case,
        "definition": definition,
        "entries": entries,
        "form": proposal,
        "seen": seen,
        "problem": problem,
        "may": may,
        "posted": posted,
        "saved": case.findings is not None,
        "papers": attachments_of(case.pk),
        "sections": sections_of(definition, case.answers),
    }
    status = 422 if posted else 200
    return desk_page(request, official, "services/desk/examine.html", context, status=status)


def _examined(
    request: DeskRequest, case: Case, entries: PageForm | None, proposal: forms.Form
) -> HttpResponse | None:
    """The answer to a sent examination; ``None`` when the forms say what is wrong with it."""
    official, seen = request.official, seen_by(request)
    complete = entries is None or entries.is_valid()
    findings = entries.cleaned_answers() if entries is not None and complete else None
    if "save" in request.POST:
        if findings is None:
            return None
        save_findings(case=case, official=official, findings=findings, seen=seen)
        messages.success(request, _("Đã lưu dự thảo kết quả."))
        return redirect("desk-examine", code=case.code)
    # A rejection needs no entries: nothing of them will be printed.
    rejecting = request.POST.get("outcome") == Outcome.REJECTED
    if not proposal.is_valid() or not (complete or rejecting):
        return None
    case = complete_step(
        case=case,
        official=official,
        outcome=proposal.cleaned_data["outcome"],
        note=proposal.cleaned_data["note"],
        findings=findings,
        seen=seen,
    )
    text = _("Đã xong, hồ sơ chuyển bước %(step)s.") % {"step": case.step_name}
    return done(request, official, case, text)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
@signing_view
def approve(request: DeskRequest, code: str) -> HttpResponse:
    """Show the result as it will be issued; sign it."""
    official = request.official
    case = get_case_for_official(official, code)
    if request.method == "POST":
        try:
            case = approve_case(case=case, official=official, seen=seen_by(request))
        except CaseError as error:
            return refused(request, case, error)
        return done(request, official, case, _("Đã ký duyệt, văn bản ở ngay dưới đây."))
    if not allowed(case, official, APPROVE):
        return not_allowed(request, case, official)
    context = {
        "case": case,
        "definition": definition_of(case),
        "seen": seen_token(case),
        "proposal": proposal_on(case),
        "advised_against": _advised_against(case),
    }
    return desk_page(request, official, "services/desk/approve.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
@signing_view
def reject(request: DeskRequest, code: str) -> HttpResponse:
    """Decline, with the letter shown before it is issued."""
    official = request.official
    case = get_case_for_official(official, code)
    reasons = definition_of(case).reasons
    proposal = proposal_on(case)
    # The specialist's words are where the leader's begin.
    begun = proposal.note if proposal is not None and _advised_against(case) else ""
    form = ReasonForm(
        request.POST or typed_before(request),
        phrases=reasons.reject or reasons.refuse,
        initial={"reason": begun},
    )

    def act(seen: str) -> Case:
        return reject_case(case=case, official=official, reason=form.text(), seen=seen)

    def draw() -> Preview:
        return preview_rejection(case, official, form.text())

    move = Move(REJECT, act, said=_("Đã ban hành văn bản trả lời."), draw=draw)
    return move_page(request, case, form, move, proposal=proposal)


@require_safe
@xframe_options_sameorigin
@desk_view
def preview(request: DeskRequest, code: str) -> HttpResponse:
    """The result as it would be printed now."""
    case = get_case_for_official(request.official, code)
    name = _("Xem trước kết quả")
    record_sight(request, case, verb=DOCUMENT_SEEN, what=case.pk, name=name)
    drawn = preview_result(case, request.official)
    response = HttpResponse(render_html(drawn, preview=True))
    response["Cache-Control"] = "no-store"
    return response


def proposal_on(case: Case) -> Line | None:
    """What the step before proposed, in a sentence with its note."""
    story = tell(events_of(case.pk))
    return next((line for line in story if line.verb == "complete_step"), None)


def _advised_against(case: Case) -> bool:
    before = case.steps.filter(position=case.step_position - 1).first()
    return before is not None and before.outcome == Outcome.REJECTED
