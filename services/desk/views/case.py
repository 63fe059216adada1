"""One case: its form and papers side by side, its history, and what may be done now."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from documents.files.models import StoredFile
from documents.files.serving import file_response, not_open_because
from documents.rendering.html import render_html
from services.cases.access import get_attachment, get_case_for_official
from services.cases.actions import offered
from services.cases.delivery import documents_of
from services.cases.due import due_of
from services.cases.intake import definition_of
from services.cases.lifecycle import now, seen_token
from services.cases.models import Case
from services.cases.story import tell, way
from services.cases.supplements import asked_of
from services.desk.panels import Panel, Reading
from services.desk.panels.deadline import deadline
from services.desk.panels.delivery import delivery
from services.desk.panels.documents import documents
from services.desk.panels.fees import fees
from services.desk.panels.holder import holder
from services.desk.panels.next_step import next_step
from services.desk.panels.notices import notices
from services.desk.panels.papers import papers
from services.desk.panels.waiting import waiting
from services.desk.reading import sections_of
from services.desk.views.common import desk_page, record_sight
from tenants.communes.current import current_commune
from tenants.history.events import Actor, events_of
from tenants.history.sights import (
    DOCUMENT_SEEN,
    PAPER_SAVED,
    PAPER_SEEN,
    record_number_seen,
)
from tenants.organisation.desk_access import DeskRequest, desk_view, readable_desk_view
from tenants.organisation.models import Official

PANELS: tuple[Panel, ...] = (
    next_step,
    holder,
    deadline,
    documents,
    fees,
    papers,
    waiting,
    delivery,
    notices,
)
# More buttons than keys under the fingers are one too many; the rest is under "Việc khác".
IN_BAR = 4
NUMBERS = "so"
# Long enough to read and copy them; the next look is a sight of its own.
NUMBERS_SECONDS = 5 * 60


@require_safe
@readable_desk_view("case")
def case_view(request: DeskRequest, code: str) -> HttpResponse:
    """A case as an official reads it."""
    official = request.official
    case = get_case_for_official(official, code)
    context = case_context(request, case, official)
    return desk_page(request, official, "services/desk/case.html", context)


@require_POST
@desk_view
def show_numbers(request: DeskRequest, code: str) -> HttpResponse:
    """Record that the official wants people's numbers in full, then show the case with them."""
    official = request.official
    case = get_case_for_official(official, code)
    record_number_seen(
        subject_id=case.pk, actor=Actor.official(official), details={"case": case.code}
    )
    ticket = signing.dumps("", salt=_numbers_salt(case, official))
    return redirect(f"{reverse('desk-case', args=[case.code])}?{urlencode({NUMBERS: ticket})}")


def _numbers_salt(case: Case, official: Official) -> str:
    return f"desk.numbers:{current_commune().code}:{case.pk}:{official.pk}"


def _shows_numbers(request: HttpRequest, case: Case, official: Official) -> bool:
    """Whether this page was asked for by ``show_numbers`` just before, for this very official."""
    ticket = request.GET.get(NUMBERS, "")
    try:
        signing.loads(ticket, salt=_numbers_salt(case, official), max_age=NUMBERS_SECONDS)
    except signing.BadSignature:
        return False
    return True


def case_context(request: HttpRequest, case: Case, official: Official) -> dict[str, Any]:
    """Everything the page of a case shows."""
    definition = definition_of(case)
    in_full = _shows_numbers(request, case, official)
    steps, events = list(case.steps.all()), list(events_of(case.pk))
    offer = offered(case, steps, official)
    context = {
        "case": case,
        "definition": definition,
        "due": due_of(case, now()),
        "seen": seen_token(case),
        "way": way(case, steps),
        "bar_actions": offer.usual[:IN_BAR],
        "more_actions": [*offer.usual[IN_BAR:], *offer.seldom],
        "asked": asked_of(case, events),
        "sections": sections_of(definition, case.answers, in_full=in_full),
        "in_full": in_full,
        "story": tell(events),
    }
    reading = Reading(request, official, case, definition, steps, events, offer.usual)
    for panel in PANELS:
        context |= panel(reading)
    return context


@require_safe
@xframe_options_sameorigin
@readable_desk_view("paper")
def paper(request: DeskRequest, code: str, attachment_id: UUID) -> HttpResponseBase:
    """A paper of the case, to be read beside its form."""
    official = request.official
    case = get_case_for_official(official, code)
    attachment = get_attachment(case, attachment_id)
    saving = "tai-ve" in request.GET
    if saving and request.desk.support_id is not None:
        raise Http404
    if not_open_because(attachment.file) is None:
        verb = PAPER_SAVED if saving else PAPER_SEEN
        record_sight(request, case, verb=verb, what=attachment.pk, name=attachment.name)
    return file_response(attachment.file, name=attachment.name, inline=not saving)


@require_safe
@xframe_options_sameorigin
@readable_desk_view("document")
def document(request: DeskRequest, code: str, document_id: UUID) -> HttpResponseBase:
    """A document that the commune issued in the case: its PDF, until that is there its page."""
    case = get_case_for_official(request.official, code)
    issued = next((item for item in documents_of(case) if item.pk == document_id), None)
    if issued is None:
        raise Http404
    record_sight(request, case, verb=DOCUMENT_SEEN, what=issued.pk, name=issued.title)
    if issued.file_id is None:
        response = HttpResponse(render_html(issued, preview=True))
        response["Cache-Control"] = "no-store"
        return response
    stored = StoredFile.objects.get(pk=issued.file_id)
    return file_response(stored, name=f"{issued.title} {case.code}.pdf", inline=True)
