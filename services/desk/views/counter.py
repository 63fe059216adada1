"""Walk-ins: an official fills the form with a person who has no account, and receives the case."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from documents.files.errors import FileRefused
from services.cases.access import get_draft_for_official
from services.cases.drafts import (
    attach_paper,
    attachments_of,
    discard_draft,
    remove_paper,
    save_page,
    start_draft,
)
from services.cases.errors import CaseError, CaseIncomplete
from services.cases.filing import DraftGone, file_case
from services.cases.form_flow import page_after, papers_of, review_of, typed_on
from services.cases.intake import accept_case
from services.cases.models import CopyKind, Draft
from services.cases.states import Channel
from services.catalogue.errors import ProcedureNotFound
from services.catalogue.forms.page_form import page_form
from services.catalogue.forms.pages import visible_pages
from services.catalogue.registry import current_procedure, current_procedures, get_version
from services.catalogue.registry import search_procedures
from services.desk.views.common import desk_page
from tenants.communes.current import current_commune
from tenants.organisation.desk_access import DeskRequest, desk_view
from tenants.organisation.models import Official


@require_safe
@desk_view
def procedures(request: DeskRequest) -> HttpResponse:
    """Which procedure is it about?"""
    query = request.GET.get("tim", "")[:100]
    found = search_procedures(query) if query else current_procedures()
    context = {"procedures": found, "query": query}
    return desk_page(
        request, request.official, "services/desk/counter.html", context, current="counter"
    )


@require_POST
@desk_view
def start(request: DeskRequest, procedure_code: str) -> HttpResponse:
    """Begin a form for the person at the counter."""
    try:
        definition = current_procedure(procedure_code)
    except ProcedureNotFound as error:
        raise Http404 from error
    draft = start_draft(definition=definition, official=request.official)
    return redirect(
        "desk-counter-page", draft_id=draft.pk, page_key=visible_pages(definition, {})[0].key
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
def page(request: DeskRequest, draft_id: UUID, page_key: str) -> HttpResponse:
    """One page of the form."""
    draft = get_draft_for_official(request.official, draft_id)
    definition = get_version(draft.procedure_code, draft.procedure_version)
    spec = definition.page(page_key)
    if spec is None:
        raise Http404
    posted = request.method == "POST"
    data = request.POST if posted else typed_on(draft, page_key)
    form = page_form(
        definition,
        spec,
        draft.answers,
        data=data,
        channel=Channel.COUNTER,
        commune=current_commune().code,
    )
    if posted and not form.wants_refresh and form.is_valid():
        draft = save_page(draft=draft, page_key=page_key, answers=form.cleaned_answers())
        return _onward(draft, page_key)
    if posted and not form.wants_refresh:
        save_page(draft=draft, page_key=page_key, typed=form.typed())
    context = _frame(draft, page_key) | {"form": form, "page": spec}
    status = 422 if posted and not form.wants_refresh else 200
    return _counter_page(request, request.official, "page", context, status)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
def papers(request: DeskRequest, draft_id: UUID) -> HttpResponse:
    """The papers brought along: scanned, or shown only."""
    draft = get_draft_for_official(request.official, draft_id)
    error: tuple[str, str] | None = None
    if request.method == "POST":
        error = _keep_papers(request, draft)
        if error is None:
            onward = "desk-counter-papers" if "upload" in request.POST else "desk-counter-review"
            return redirect(onward, draft_id=draft.pk)
    context = _frame(draft, "giay-to") | {
        "papers": papers_of(draft, Channel.COUNTER),
        "error": error,
        "copy_kinds": CopyKind.choices,
    }
    return _counter_page(request, request.official, "papers", context, 422 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
def review(request: DeskRequest, draft_id: UUID) -> HttpResponse:
    """Read everything back to the person, then file and receive in one go."""
    official: Official = request.official
    try:
        draft = get_draft_for_official(official, draft_id)
    except Http404:
        if request.method != "POST":
            raise
        draft = Draft(pk=draft_id)
    problems: list[Any] = []
    message = ""
    if request.method == "POST":
        try:
            case = file_case(
                draft=draft,
                declared="declared" in request.POST,
                official=official,
                channel=Channel.COUNTER,
            )
        except CaseIncomplete as error:
            problems = error.problems
        except DraftGone as error:
            raise Http404 from error
        except CaseError as error:
            message = str(error)
        else:
            if "accept" in request.POST and case.accepted_at is None:
                case = accept_case(case=case, official=official)
            messages.success(request, _("Đã nhập hồ sơ tại quầy."))
            return redirect("desk-case", code=case.code)
    context = _frame(draft, "xem-lai") | review_of(draft, Channel.COUNTER)
    context |= {"problems": problems or context["problems"], "message": message}
    status = 422 if problems or message else 200
    return _counter_page(request, official, "review", context, status)


@require_POST
@desk_view
def discard(request: DeskRequest, draft_id: UUID) -> HttpResponse:
    """Throw the form away."""
    discard_draft(draft=get_draft_for_official(request.official, draft_id))
    messages.success(request, _("Đã bỏ bản điền."))
    return redirect("desk-counter")


def _keep_papers(request: HttpRequest, draft: Draft) -> tuple[str, str] | None:
    """Store what was sent, or say which paper was refused and why."""
    if "remove" in request.POST:
        try:
            remove_paper(draft=draft, attachment_id=UUID(request.POST["remove"]))
        except ValueError:
            raise Http404 from None
        return None
    for name in request.FILES:
        key = name.removeprefix("paper-")
        kind = request.POST.get(f"kind-{key}", CopyKind.COPY)
        for upload in request.FILES.getlist(name):
            try:
                attach_paper(
                    draft=draft,
                    paper_key=key,
                    upload=upload,
                    copy_kind=kind if kind in CopyKind.values else CopyKind.COPY,
                )
            except (FileRefused, CaseError) as error:
                return key, str(error)
    return None


def _onward(draft: Draft, page_key: str) -> HttpResponse:
    following = page_after(draft, page_key)
    if following is None:
        return redirect("desk-counter-papers", draft_id=draft.pk)
    return redirect("desk-counter-page", draft_id=draft.pk, page_key=following.key)


def _frame(draft: Draft, current: str) -> dict[str, Any]:
    definition = get_version(draft.procedure_code, draft.procedure_version)
    done = set(draft.content.get("done", []))
    return {
        "draft": draft,
        "definition": definition,
        "pages": [
            {"page": page, "done": page.key in done, "now": page.key == current}
            for page in visible_pages(definition, draft.answers)
        ],
        "attached": attachments_of(draft.pk),
        "current_page": current,
    }


def _counter_page(
    request: HttpRequest, official: Official, name: str, context: dict[str, Any], status: int
) -> HttpResponse:
    template = f"services/desk/counter_{name}.html"
    return desk_page(request, official, template, context, current="counter", status=status)
