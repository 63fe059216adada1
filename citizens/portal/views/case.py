"""One's own case: where it is, what to do, what came out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from citizens.portal.views.common import account_of, personal_page, state_tag
from citizens.portal.views.paper_items import paper_item
from citizens.portal.views.parked import forget_parked, keeps_typed, unpark
from documents.files.errors import FileRefused, megabytes
from documents.files.models import StoredFile
from documents.files.serving import file_response, not_open_because
from documents.registers.models import Document
from documents.rendering.qr import qr_svg
from services.cases.access import get_attachment, get_case_for_applicant
from services.cases.delivery import RESULT_KINDS, collect_online, documents_of, get_result
from services.cases.drafts import attachments_of
from services.cases.due import due_of
from services.cases.errors import CaseError, SupplementClosed
from services.cases.intake import answer_supplement, definition_of
from services.cases.lifecycle import now
from services.cases.models import Case
from services.cases.obligations import owed_on
from services.cases.states import CaseStatus
from services.cases.story import tell, way
from services.cases.supplements import asked_of
from services.cases.withdrawal import may_ask_withdrawal, may_withdraw
from services.catalogue.forms.pages import required_papers
from services.catalogue.forms.summary import summary
from services.catalogue.schema import Paper
from services.feedback.rating import may_rate
from services.payments.charges import unpaid_of
from tenants.accounts.models import Account
from tenants.calendar.days import working_calendar
from tenants.communes.current import current_commune
from tenants.communes.hosts import commune_url
from tenants.history.events import Actor, events_of
from tenants.history.models import Event
from tenants.history.sights import DOCUMENT_SAVED, PAPER_SAVED, record_opening
from tenants.notices.notices import mark_read, own_notices_of_subject
from tenants.organisation.models import get_letterhead

MESSAGE = "message"
MESSAGE_LENGTH = 2000


@require_safe
@keeps_typed
def case_view(request: HttpRequest, code: str) -> HttpResponseBase:
    """The case; right after filing (``moi``) its code stands large with what happens next."""
    case = get_case_for_applicant(account_of(request), code)
    track = commune_url(current_commune(), f"{reverse('track')}?{urlencode({'ma': case.code})}")
    is_new = "moi" in request.GET
    context: dict[str, Any] = {
        "case": case,
        "definition": definition_of(case),
        "way": way(case, case.steps.all()),
        "qr": qr_svg(track),
        "is_new": is_new,
        "place": "my-cases",
    }
    told = [] if is_new else own_notices_of_subject(case.pk, account_of(request).pk)
    context["notices"] = [{"at": one.created_at, **one.content} for one in told]
    context |= _just_filed(case) if is_new else _whole(case)
    page = personal_page(request, "citizens/portal/my_case.html", context)
    if request.method == "GET":
        mark_read(told)
    return page


def _just_filed(case: Case) -> dict[str, Any]:
    """What the confirmation says besides: when an official looks at the case."""
    filed_at = timezone.localtime(case.filed_at)
    return {"looked_at": working_calendar(current_commune().code).next_opening(filed_at)}


def _whole(case: Case) -> dict[str, Any]:
    """Everything about a case: what happened, what to do, what was sent, what came out."""
    definition = definition_of(case)
    issued = documents_of(case)
    events = list(events_of(case.pk))
    results = [item for item in issued if is_out(case, item)]
    names = {paper.key: paper.name for paper in definition.papers}
    return {
        "letterhead": get_letterhead(),
        "due": due_of(case, now()),
        "tag": state_tag(case.state),
        "story": tell(events, for_applicant=True),
        "asked": asked_of(case, events),
        "may_withdraw": may_withdraw(case) or may_ask_withdrawal(case),
        "owed": owed_on(case, events),
        "due_amount": unpaid_of(case.pk) if _is_charged(case, events) else 0,
        "may_rate": may_rate(case),
        "sections": summary(definition, case.answers),
        "papers": [
            {
                "file": paper,
                "name": names.get(paper.paper_key, ""),
                "size": megabytes(paper.file.size),
                "problem": not_open_because(paper.file, is_giver=True),
            }
            for paper in attachments_of(case.pk)
        ],
        "slips": [item for item in issued if item.kind not in RESULT_KINDS],
        "results": results,
        "result_ready": any(item.file_id for item in results),
    }


def _is_charged(case: Case, events: list[Event]) -> bool:
    """Whether the case was ever asked for money; most are not, and read nothing about it."""
    return bool(case.fee) or any(event.verb == "charge" for event in events)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_typed
def supplement(request: HttpRequest, code: str) -> HttpResponseBase:
    """Answer a supplement request."""
    account = account_of(request)
    case = get_case_for_applicant(account, code)
    if case.state != CaseStatus.SUPPLEMENT:
        messages.warning(request, str(SupplementClosed(case)))
        return redirect("my-case", code=case.code)
    parked = unpark(request) if request.method == "GET" else None
    typed = (parked or request.POST).get("message", "")[:MESSAGE_LENGTH]
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        forget_parked(request)
        errors = _answer(request, case, account, typed)
        if not errors:
            messages.success(request, _("Đã gửi bổ sung. Cán bộ xem tiếp hồ sơ của anh/chị."))
            return redirect("my-case", code=case.code)
    context = {
        "case": case,
        "items": [paper_item(paper, errors) for paper in _papers_to_add(case)],
        "asked": asked_of(case, events_of(case.pk)),
        "typed": typed,
        "strip": "strip" in request.POST,
        "errors": errors,
        "message_error": next((text for key, text in errors if key == MESSAGE), ""),
        "was_parked": parked is not None,
        "place": "my-cases",
    }
    status = 422 if errors else 200
    return personal_page(request, "citizens/portal/my_case_supplement.html", context, status)


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
    return _pdf(request, issued, case)


@require_safe
@keeps_typed
def document(request: HttpRequest, code: str, document_id: UUID) -> HttpResponseBase:
    """A slip of the case, or a result that is out, as PDF."""
    case = get_case_for_applicant(account_of(request), code)
    for issued in documents_of(case):
        visible = issued.kind not in RESULT_KINDS or is_out(case, issued)
        if issued.pk == document_id and visible and issued.file_id:
            return _pdf(request, issued, case)
    raise Http404


@require_safe
@keeps_typed
def paper(request: HttpRequest, code: str, attachment_id: UUID) -> HttpResponseBase:
    """A paper that the applicant gave."""
    case = get_case_for_applicant(account_of(request), code)
    attachment = get_attachment(case, attachment_id)
    if request.method == "GET" and not_open_because(attachment.file, is_giver=True) is None:
        _record_saving(request, PAPER_SAVED, case, attachment.pk, attachment.name)
    return file_response(attachment.file, name=attachment.name, is_giver=True)


def _papers_to_add(case: Case) -> list[Paper]:
    """Papers that may be sent as files: those the answers call for, else all of the procedure."""
    definition = definition_of(case)
    asked = required_papers(definition, case.answers, channel=case.channel)
    return [paper for paper in asked or definition.papers if paper.kind != "show"]


def _answer(
    request: HttpRequest, case: Case, account: Account, message: str
) -> list[tuple[str, str]]:
    """Send the supplement; what is wrong with it, as pairs of a paper's key and a sentence."""
    names = {paper.key: f"paper-{paper.key}" for paper in definition_of(case).papers}
    uploads = [
        (key, upload) for key, name in names.items() for upload in request.FILES.getlist(name)
    ]
    at: list[tuple[str, str]] = []
    strip = "strip" in request.POST

    def in_order() -> Iterator[tuple[str, UploadedFile[Any]]]:
        for key, upload in uploads:
            at.append((key, upload.name or ""))
            yield key, upload

    try:
        answer_supplement(
            case=case, account=account, message=message, uploads=in_order(), strip=strip
        )
    except FileRefused as problem:
        key, name = at[-1]
        return [(key, f"“{name}”: {problem}")]
    except CaseError as problem:
        return [(MESSAGE, str(problem))]
    return []


def is_out(case: Case, issued: Document) -> bool:
    """Whether a result has been released to its applicant."""
    return issued.kind in RESULT_KINDS and case.state in (
        CaseStatus.RESULT_READY,
        CaseStatus.RETURNED,
    )


def _record_saving(request: HttpRequest, verb: str, case: Case, what: UUID, name: str) -> None:
    record_opening(
        verb=verb,
        subject_id=case.pk,
        what=what,
        actor=Actor.citizen(account_of(request)),
        details={"case": case.code, "name": name},
    )


def _pdf(request: HttpRequest, issued: Document, case: Case) -> HttpResponseBase:
    if request.method == "GET":
        _record_saving(request, DOCUMENT_SAVED, case, issued.pk, issued.title)
    stored = get_object_or_404(StoredFile, pk=issued.file_id)
    return file_response(stored, name=f"{issued.title} {case.code}.pdf")
