"""Pages of a case's papers as pictures, and the notes that officials write on them."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.cache import cache
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from documents.files.models import StoredFile
from documents.files.serving import not_open_because
from documents.files.tasks import draw_pages
from documents.files.thumbnails import Size, batch_of, picture_path
from services.cases.access import get_attachment, get_case_for_official
from services.cases.errors import CaseError
from services.cases.models import Case
from services.cases.page_notes import remove_page_note, write_page_note
from services.desk.views.common import record_sight
from tenants.history.sights import PAPER_SEEN
from tenants.organisation.desk_access import DeskRequest, desk_view, readable_desk_view

# A page that waits for its picture asks for it once in so long, however many ask for the page.
_ASKED_AGAIN_SECONDS = 60
# Two dots wide: the script of the viewer knows by it that the picture is still to come.
_WAITING = b'<svg xmlns="http://www.w3.org/2000/svg" width="2" height="3"></svg>'
_NO_PICTURE = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="20" height="28" viewBox="0 0 20 28">'
    b'<path d="M.5.5h19v27H.5zM.5.5l19 27M19.5.5l-19 27" fill="none" stroke="#9aa5a1"/></svg>'
)


@require_safe
@readable_desk_view("paper")
def page_picture(
    request: DeskRequest, code: str, attachment_id: UUID, page: int, size: str
) -> HttpResponseBase:
    """A page of a paper as a picture; looking at it is opening the paper."""
    case = get_case_for_official(request.official, code)
    attachment = get_attachment(case, attachment_id)
    stored = attachment.file
    if size not in list(Size) or not 1 <= page <= stored.pages:
        raise Http404
    problem = not_open_because(stored)
    if problem is not None:
        return HttpResponse(str(problem), "text/plain; charset=utf-8", 409)
    record_sight(request, case, verb=PAPER_SEEN, what=attachment.pk, name=attachment.name)
    response = _picture(request, stored, page, Size(size))
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _picture(request: HttpRequest, stored: StoredFile, page: int, size: Size) -> HttpResponseBase:
    path = picture_path(stored.pk, page, size)
    try:
        file = path.open("rb")
    except FileNotFoundError:
        _ask_for(stored, page)
        return HttpResponse(_WAITING, "image/svg+xml")
    if path.stat().st_size == 0:
        file.close()
        return HttpResponse(_NO_PICTURE, "image/svg+xml")
    etag = f'"{stored.sha256[:16]}-{page}-{size}"'
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None:
        file.close()
        return unchanged
    response = FileResponse(file, content_type="image/jpeg")
    response["ETag"] = etag
    return response


def _ask_for(stored: StoredFile, page: int) -> None:
    first = batch_of(page)
    if cache.add(f"page-pictures:{stored.pk}:{first}", True, _ASKED_AGAIN_SECONDS):
        draw_pages.enqueue(str(stored.pk), first)


@require_POST
@desk_view
def write_note(request: DeskRequest, code: str, attachment_id: UUID) -> HttpResponse:
    """Write a note on the page that is open."""
    case = get_case_for_official(request.official, code)
    attachment = get_attachment(case, attachment_id)
    page = _number(request.POST.get("trang", ""))
    text = request.POST.get("ghi-chu", "")
    try:
        write_page_note(
            case=case, official=request.official, attachment=attachment, page=page, text=text
        )
    except CaseError as error:
        messages.warning(request, str(error))
    return _back(case, attachment.pk, page)


@require_POST
@desk_view
def remove_note(request: DeskRequest, code: str, note_id: UUID) -> HttpResponse:
    """Remove one's own note."""
    case = get_case_for_official(request.official, code)
    try:
        note = remove_page_note(case=case, official=request.official, note_id=note_id)
    except CaseError as error:
        messages.warning(request, str(error))
        return redirect("desk-case", code=case.code)
    if note is None:
        messages.warning(request, _("Ghi chú này đã được gỡ trước đó."))
        return redirect("desk-case", code=case.code)
    return _back(case, note.attachment_id, note.page)


def _number(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 5 else 0


def _back(case: Case, attachment_id: UUID, page: int) -> HttpResponse:
    query = urlencode({"giay-to": attachment_id, "trang": page})
    return redirect(f"{reverse('desk-case', args=[case.code])}?{query}#giay-to")
