"""The papers of one case to be read and printed, and its control slip (form 06)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from documents.registers.models import Document
from documents.registers.tasks import render_document
from documents.rendering.html import render_html
from services.cases.access import get_case_for_official
from services.cases.control_slip import control_slip_content, issue_control_slip
from services.cases.intake import definition_of
from services.cases.models import Case
from services.desk.panels.documents import papers_issued
from services.desk.views.common import desk_page, record_sight
from tenants.history.events import events_of
from tenants.history.sights import DOCUMENT_SEEN
from tenants.organisation.desk_access import DeskRequest, desk_view
from tenants.organisation.models import get_letterhead


@require_safe
@desk_view
def slips(request: DeskRequest, code: str) -> HttpResponse:
    """Every paper issued in the case: which form it is, its number, its page and its PDF."""
    case = get_case_for_official(request.official, code)
    context = {"case": case, "documents": papers_issued(case)}
    return desk_page(request, request.official, "services/desk/slips.html", context)


@require_safe
@desk_view
@xframe_options_sameorigin
def document_page(request: DeskRequest, code: str, document_id: UUID) -> HttpResponse:
    """A paper as a page, drawn by the layout that it was issued with."""
    case = get_case_for_official(request.official, code)
    issued = _issued(case, document_id)
    record_sight(request, case, verb=DOCUMENT_SEEN, what=issued.pk, name=issued.title)
    response = HttpResponse(render_html(issued, preview=True))
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@desk_view
def print_again(request: DeskRequest, code: str, document_id: UUID) -> HttpResponse:
    """Ask once more for the PDF of a paper that has none, when its job was given up."""
    case = get_case_for_official(request.official, code)
    issued = _issued(case, document_id)
    if issued.file_id is None:
        render_document.enqueue(str(issued.pk))
        messages.success(request, _("Đang tạo lại bản PDF, xin tải lại trang sau ít phút."))
    return redirect("desk-slips", code=case.code)


@require_safe
@desk_view
def control_slip(request: DeskRequest, code: str) -> HttpResponse:
    """Who had the case from when to when, on time or late, and for whom it waited."""
    case = get_case_for_official(request.official, code)
    content = control_slip_content(
        case, definition_of(case), get_letterhead(), request.official, list(events_of(case.pk))
    )
    context = {"case": case, "slip": content}
    return desk_page(request, request.official, "services/desk/control_slip.html", context)


@require_POST
@desk_view
def print_control_slip(request: DeskRequest, code: str) -> HttpResponse:
    """Print the control slip as the case stands."""
    case = get_case_for_official(request.official, code)
    document = issue_control_slip(
        case=case,
        definition=definition_of(case),
        official=request.official,
        events=list(events_of(case.pk)),
    )
    return redirect("desk-document", code=case.code, document_id=document.pk)


def _issued(case: Case, document_id: UUID) -> Document:
    issued = Document.objects.filter(pk=document_id, case_id=case.pk).first()
    if issued is None:
        raise Http404
    return issued
