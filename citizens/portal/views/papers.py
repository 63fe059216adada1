"""The papers of an unsent form: one field a paper, several files each."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from citizens.portal.views.common import account_of, personal_page
from citizens.portal.views.paper_items import paper_item
from citizens.portal.views.parked import forget_parked, keeps_typed, unpark
from documents.files.errors import FileRefused
from documents.files.serving import file_response
from services.cases.access import get_attachment, get_draft_for_applicant
from services.cases.drafts import attach_paper, remove_paper, save_page
from services.cases.errors import CaseError
from services.cases.form_flow import PAPERS, papers_of
from services.cases.models import Draft
from services.cases.reuse import offers_for, use_again
from services.cases.states import Channel
from services.catalogue.registry import get_version

Errors = list[tuple[str, str]]
# The next file's pictures lose their notes too, unless the mark is taken off.
STRIP = "bo-thong-tin"


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_typed
def papers(request: HttpRequest, draft_id: UUID) -> HttpResponseBase:
    """Papers asked for, files given, and what was wrong with a file."""
    draft = get_draft_for_applicant(account_of(request), draft_id)
    parked = unpark(request) if request.method == "GET" else None
    errors: Errors = []
    if request.method == "POST":
        forget_parked(request)
        if "remove" in request.POST:
            _remove(draft, request.POST["remove"])
            return redirect("draft-papers", draft_id=draft.pk)
        errors = _store(request, draft)
        if "reuse" in request.POST:
            errors += _use_again(draft, request.POST["reuse"])
        if not errors:
            return _onward(request, draft)
    rows, offers = papers_of(draft, Channel.ONLINE), offers_for(draft)
    items = [
        paper_item(row["paper"], errors, row["files"], offers.get(row["paper"].key, ()))
        for row in rows
    ]
    context = {
        "draft": draft,
        "definition": get_version(draft.procedure_code, draft.procedure_version),
        # What must be given stands first; the order of the procedure is kept inside each part.
        "asked": sorted(
            (item for item in items if item.paper.kind != "show"), key=lambda item: not item.must
        ),
        "shown": [item for item in items if item.paper.kind == "show"],
        "errors": errors,
        "strip": "strip" in request.POST or STRIP in request.GET,
        "was_parked": parked is not None,
        "place": "my-cases",
    }
    status = 422 if errors else 200
    return personal_page(request, "citizens/portal/draft_papers.html", context, status)


@require_safe
@keeps_typed
def given_paper(request: HttpRequest, draft_id: UUID, attachment_id: UUID) -> HttpResponseBase:
    """A file that was given, to look at again before sending."""
    draft = get_draft_for_applicant(account_of(request), draft_id)
    attachment = get_attachment(draft, attachment_id)
    return file_response(attachment.file, name=attachment.name, inline=True, is_giver=True)


def _onward(request: HttpRequest, draft: Draft) -> HttpResponseBase:
    if {"upload", "reuse"} & set(request.POST):
        again = reverse("draft-papers", args=[draft.pk])
        return redirect(f"{again}?{STRIP}" if "strip" in request.POST else again)
    save_page(draft=draft, page_key=PAPERS, answers={})
    return redirect("draft" if "leave" in request.POST else "draft-review", draft_id=draft.pk)


def _store(request: HttpRequest, draft: Draft) -> Errors:
    """Keep every file that is good; a sentence for each that is not, with its paper's key."""
    errors: Errors = []
    for name in request.FILES:
        key = name.removeprefix("paper-")
        for upload in request.FILES.getlist(name):
            try:
                attach_paper(
                    draft=draft, paper_key=key, upload=upload, strip="strip" in request.POST
                )
            except (FileRefused, CaseError) as error:
                errors.append((key, f"“{upload.name}”: {error}"))
    return errors


def _use_again(draft: Draft, chosen: str) -> Errors:
    """Take what was offered for a paper (``paper key:offer key``); a sentence if that is over."""
    paper_key, _colon, offer_key = chosen.partition(":")
    try:
        use_again(draft=draft, paper_key=paper_key, offer_key=offer_key)
    except CaseError as error:
        return [(paper_key, str(error))]
    return []


def _remove(draft: Draft, attachment_id: str) -> None:
    try:
        remove_paper(draft=draft, attachment_id=UUID(attachment_id))
    except ValueError:
        raise Http404 from None
