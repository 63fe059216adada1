"""One's own case: where it is, what to do, what came out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from citizens.portal.views.common import account_of, personal_page
from citizens.portal.views.parked import keeps_typed
from documents.files.errors import FileRefused
from documents.files.models import StoredFile
from documents.files.serving import file_response
from documents.registers.models import Document
from documents.rendering.qr import qr_svg
from services.cases.access import get_attachment, get_case_for_applicant
from services.cases.delivery import RESULT_KINDS, collect_online, documents_of, get_result
from services.cases.drafts import attachments_of
from services.cases.due import due_of
from services.cases.errors import CaseError
from services.cases.intake import answer_supplement, definition_of
from services.cases.lifecycle import now
from services.cases.models import Case
from services.cases.states import CaseStatus
from services.cases.story import tell, way
from services.cases.supplements import asked_of
from services.cases.withdrawal import may_withdraw, withdraw_case
from services.catalogue.forms.summary import summary
from tenants.communes.current import current_commune
from tenants.communes.hosts import commune_url
from tenants.history.events import events_of


@require_safe
@keeps_typed
def case_view(request: HttpRequest, code: str) -> HttpResponseBase:
    """The case; right after filing (``moi``) its code stands large with what happens next."""
    case = get_case_for_applicant(account_of(request), code)
    definition = definition_of(case)
    issued = documents_of(case)
    events = list(events_of(case.pk))
    context: dict[str, Any] = {
        "case": case,
        "definition": definition,
        "due": due_of(case, now()),
        "way": way(case, case.steps.all()),
        "story": tell(events, for_applicant=True),
        "asked": asked_of(case, events),
        "may_withdraw": may_withdraw(case),
        "sections": summary(definition, case.answers),
        "papers": attachments_of(case.pk),
        "slips": [item for item in issued if item.kind not in RESULT_KINDS],
        "results": [item for item in issued if _is_out(case, item)],
        "qr": qr_svg(commune_url(current_commune(), request.path)),
        "is_new": "moi" in request.GET,
        "place": "my-cases",
    }
    return personal_page(request, "citizens/portal/my_case.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_typed
def supplement(request: HttpRequest, code: str) -> HttpResponseBase:
    """Answer a supplement request."""
    account = account_of(request)
    case = get_case_for_applicant(account, code)
    if case.state != CaseStatus.SUPPLEMENT:
        messages.warning(request, _("Hồ sơ này không còn chờ bổ sung."))
        return redirect("my-case", code=case.code)
    definition = definition_of(case)
    papers = [paper for paper in definition.papers if paper.kind != "show"]
    error = ""
    if request.method == "POST":
        uploads = [
            (paper.key, upload)
            for paper in papers
            for upload in request.FILES.getlist(f"paper-{paper.key}")
        ]
        try:
            answer_supplement(
                case=case,
                account=account,
                message=request.POST.get("message", "")[:2000],
                uploads=uploads,
            )
        except (CaseError, FileRefused) as problem:
            error = str(problem)
        else:
            messages.success(request, _("Đã gửi bổ sung. Cán bộ xem tiếp hồ sơ của anh/chị."))
            return redirect("my-case", code=case.code)
    context = {
        "case": case,
        "definition": definition,
        "papers": papers,
        "asked": asked_of(case, events_of(case.pk)),
        "typed": request.POST.get("message", ""),
        "error": error,
        "place": "my-cases",
    }
    status = 422 if error else 200
    return personal_page(request, "citizens/portal/my_case_supplement.html", context, status)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_typed
def withdraw(request: HttpRequest, code: str) -> HttpResponseBase:
    """Take the case back before anybody accepted it."""
    account = account_of(request)
    case = get_case_for_applicant(account, code)
    if request.method == "POST":
        try:
            withdraw_case(case=case, account=account, reason=request.POST.get("reason", "")[:500])
        except CaseError as error:
            messages.warning(request, str(error))
        else:
            messages.success(request, _("Đã rút hồ sơ."))
        return redirect("my-case", code=case.code)
    context = {"case": case, "may_withdraw": may_withdraw(case), "place": "my-cases"}
    return personal_page(request, "citizens/portal/my_case_withdraw.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_typed
def result(request: HttpRequest, code: str) -> HttpResponseBase:
    """Take the result (POST, recorded once), then download it (GET)."""
    account = account_of(request)
    case = get_case_for_applicant(account, code)
    if case.state not in (CaseStatus.RESULT_READY, CaseStatus.RETURNED):
        raise Http404
    try:
        if request.method == "POST":
            collect_online(case=case, account=account)
            return redirect("my-case-result", code=case.code)
        issued = get_result(case)
    except CaseError as error:
        messages.warning(request, str(error))
        return redirect("my-case", code=case.code)
    return _pdf(issued, case)


@require_safe
@keeps_typed
def document(request: HttpRequest, code: str, document_id: UUID) -> HttpResponseBase:
    """A slip of the case, or a result that is out, as PDF."""
    case = get_case_for_applicant(account_of(request), code)
    for issued in documents_of(case):
        visible = issued.kind not in RESULT_KINDS or _is_out(case, issued)
        if issued.pk == document_id and visible and issued.file_id:
            return _pdf(issued, case)
    raise Http404


@require_safe
@keeps_typed
def paper(request: HttpRequest, code: str, attachment_id: UUID) -> HttpResponseBase:
    """A paper that the applicant gave."""
    case = get_case_for_applicant(account_of(request), code)
    attachment = get_attachment(case, attachment_id)
    return file_response(attachment.file, name=attachment.name)


def _is_out(case: Case, issued: Document) -> bool:
    """Whether a result has been released to its applicant."""
    return issued.kind in RESULT_KINDS and case.state in (
        CaseStatus.RESULT_READY,
        CaseStatus.RETURNED,
    )


def _pdf(issued: Document, case: Case) -> HttpResponseBase:
    stored = get_object_or_404(StoredFile, pk=issued.file_id)
    return file_response(stored, name=f"{issued.title} {case.code}.pdf")
