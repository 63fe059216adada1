"""The papers of an unsent form: one field a paper, several files each."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from citizens.portal.views.common import account_of, personal_page
from citizens.portal.views.parked import keeps_typed
from documents.files.errors import FileRefused
from services.cases.access import get_draft_for_applicant
from services.cases.drafts import attach_paper, remove_paper, save_page
from services.cases.errors import CaseError
from services.cases.form_flow import PAPERS, papers_of
from services.cases.models import Draft
from services.cases.states import Channel
from services.catalogue.registry import get_version


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_typed
def papers(request: HttpRequest, draft_id: UUID) -> HttpResponseBase:
    """Papers asked for, files given, and what was wrong with a file."""
    draft = get_draft_for_applicant(account_of(request), draft_id)
    errors: dict[str, str] = {}
    if request.method == "POST":
        if "remove" in request.POST:
            _remove(draft, request.POST["remove"])
            return redirect("draft-papers", draft_id=draft.pk)
        errors = _store(request, draft)
        if not errors:
            if "upload" in request.POST:
                return redirect("draft-papers", draft_id=draft.pk)
            save_page(draft=draft, page_key=PAPERS, answers={})
            return redirect("draft-review", draft_id=draft.pk)
    items = papers_of(draft, Channel.ONLINE)
    for item in items:
        item["error"] = errors.get(item["paper"].key, "")
    context = {
        "draft": draft,
        "definition": get_version(draft.procedure_code, draft.procedure_version),
        "items": items,
        "errors": errors,
        "place": "my-cases",
    }
    status = 422 if errors else 200
    return personal_page(request, "citizens/portal/draft_papers.html", context, status)


def _store(request: HttpRequest, draft: Draft) -> dict[str, str]:
    """Keep every file that is good; the message for each paper whose file is not."""
    errors: dict[str, str] = {}
    for name in request.FILES:
        key = name.removeprefix("paper-")
        for upload in request.FILES.getlist(name):
            try:
                attach_paper(draft=draft, paper_key=key, upload=upload)
            except (FileRefused, CaseError) as error:
                errors[key] = str(error)
    return errors


def _remove(draft: Draft, attachment_id: str) -> None:
    try:
        remove_paper(draft=draft, attachment_id=UUID(attachment_id))
    except ValueError:
        raise Http404 from None
