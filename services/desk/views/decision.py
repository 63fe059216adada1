"""Examining, deciding, and seeing beforehand what the applicant will receive."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_safe

from documents.rendering.html import Draft, render_html
from services.cases.access import get_case_for_official
from services.cases.decision import approve_case, reject_case
from services.cases.errors import CaseError
from services.cases.intake import definition_of
from services.cases.lifecycle import now, seen_token
from services.cases.models import Case
from services.cases.previews import preview_content
from services.cases.processing import complete_step, save_findings
from services.cases.story import tell
from services.cases.work_list import next_case
from services.catalogue.forms.page_form import PageForm, entries_form
from services.desk.forms import ProposalForm, ReasonForm
from services.desk.views.common import desk_page, refused
from tenants.history.events import events_of
from tenants.organisation.desk_access import DeskRequest, desk_view
from tenants.organisation.models import Official


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
def examine(request: DeskRequest, code: str) -> HttpResponse:
    """Draft the result and propose what should be decided."""
    official = request.official
    case = get_case_for_official(official, code)
    definition = definition_of(case)
    data = request.POST if request.method == "POST" else None
    entries = entries_form(definition, case.answers, case.findings or {}, data=data)
    proposal = ProposalForm(data)
    error = ""
    if data is not None:
        outcome = _examined(request, official, case, entries, proposal)
        if isinstance(outcome, HttpResponse):
            return outcome
        error = outcome
    context = {
        "case": case,
        "definition": definition,
        "entries": entries,
        "form": proposal,
        "seen": request.POST.get("seen") or seen_token(case),
        "error": error,
        "saved": case.findings is not None,
    }
    status = 422 if data is not None else 200
    return desk_page(request, official, "services/desk/examine.html", context, status=status)


def _examined(
    request: HttpRequest,
    official: Official,
    case: Case,
    entries: PageForm | None,
    proposal: forms.Form,
) -> HttpResponse | str:
    """The answer to a sent examination, or what is wrong with it."""
    rejecting = request.POST.get("outcome") == "rejected"
    entries_ok = entries is None or entries.is_valid()
    findings = entries.cleaned_answers() if entries is not None and entries_ok else None
    try:
        if "save" in request.POST and findings is not None:
            save_findings(case=case, official=official, findings=findings)
            messages.success(request, _("Đã lưu dự thảo kết quả."))
            return redirect("desk-examine", code=case.code)
        if not (proposal.is_valid() and (entries_ok or rejecting)):
            return ""
        case = complete_step(
            case=case,
            official=official,
            outcome=proposal.cleaned_data["outcome"],
            note=proposal.cleaned_data["note"],
            findings=findings,
            seen=request.POST.get("seen", ""),
        )
    except CaseError as problem:
        return str(problem)
    following = next_case(official, case, now())
    messages.success(
        request,
        _("Đã chuyển bước %(step)s.") % {"step": case.step_name},
        extra_tags=following.code if following else "",
    )
    return redirect("desk-case", code=case.code)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
def approve(request: DeskRequest, code: str) -> HttpResponse:
    """Show the result as it will be issued; sign it."""
    official = request.official
    case = get_case_for_official(official, code)
    if request.method == "POST":
        try:
            case = approve_case(case=case, official=official, seen=request.POST.get("seen", ""))
        except CaseError as error:
            return refused(request, case, error)
        following = next_case(official, case, now())
        messages.success(
            request,
            _("Đã ký duyệt. Văn bản đang được in ra PDF."),
            extra_tags=following.code if following else "",
        )
        return redirect("desk-case", code=case.code)
    context = {
        "case": case,
        "definition": definition_of(case),
        "seen": seen_token(case),
        "proposal": next((line for line in tell(events_of(case.pk)) if line.note), None),
    }
    return desk_page(request, official, "services/desk/approve.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
def reject(request: DeskRequest, code: str) -> HttpResponse:
    """Decline, with the letter shown before it is issued."""
    official = request.official
    case = get_case_for_official(official, code)
    definition = definition_of(case)
    phrases = definition.reasons.reject or definition.reasons.refuse
    form = ReasonForm(request.POST or None, phrases=phrases)
    reason = form.text() if request.method == "POST" and form.is_valid() else ""
    if reason and "confirm" in request.POST:
        try:
            case = reject_case(
                case=case, official=official, reason=reason, seen=request.POST.get("seen", "")
            )
        except CaseError as error:
            return refused(request, case, error)
        messages.success(request, _("Đã ban hành văn bản trả lời."))
        return redirect("desk-case", code=case.code)
    context: dict[str, Any] = {
        "case": case,
        "definition": definition,
        "form": form,
        "reason": reason,
        "seen": request.POST.get("seen") or seen_token(case),
    }
    status = 422 if form.errors else 200
    return desk_page(request, official, "services/desk/reject.html", context, status=status)


@require_safe
@xframe_options_sameorigin
@desk_view
def preview(request: DeskRequest, code: str) -> HttpResponse:
    """The result (or, with ``ly-do``, the letter of rejection) as it would be printed now."""
    official = request.official
    case = get_case_for_official(official, code)
    template, content = preview_content(case, official, reason=request.GET.get("ly-do", "")[:2000])
    response = HttpResponse(
        render_html(Draft(template, case.procedure_name, content), preview=True)
    )
    response["Cache-Control"] = "no-store"
    return response
