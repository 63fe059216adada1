"""Walk-ins: an official fills the form with a person who has no account, and receives the case.

Only who receives cases may do so; for the others these pages do not exist.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from documents.files.errors import FileRefused
from services.cases.access import get_draft_for_official
from services.cases.authority import receives
from services.cases.drafts import (
    DraftGone,
    attach_paper,
    discard_draft,
    drafts_of_official,
    remove_paper,
    save_page,
    start_draft,
)
from services.cases.errors import CaseError, CaseIncomplete
from services.cases.filing import file_case
from services.cases.form_flow import PAPERS, page_after, papers_of, review_of, typed_on
from services.cases.intake import accept_case
from services.cases.models import CopyKind, Draft
from services.cases.paper_counts import (
    MOST_SETS,
    MOST_SHEETS,
    Sheets,
    bounded,
    keep_sheets,
    sets_of,
    sheets_of,
    shown_of,
)
from services.cases.states import Channel, ReturnWay
from services.catalogue.errors import ProcedureNotFound
from services.catalogue.forms.page_form import page_form
from services.catalogue.forms.pages import visible_pages
from services.catalogue.registry import (
    current_procedure,
    current_procedures,
    get_version,
    search_procedures,
)
from services.desk.paper_offers import take_offer, with_offers
from services.desk.reading import sections_of
from services.desk.views.common import desk_page, done
from services.desk.views.counter_card import card_was_sent, read_card, takes_card
from services.reception.confirming import confirmation_of, file_confirmed
from services.reception.errors import ReceptionError
from tenants.communes.current import current_commune
from tenants.organisation.desk_access import DeskRequest, desk_view
from tenants.organisation.powers import powers_of

COUNTER = Channel.COUNTER
REVIEW = "xem-lai"


def counter_view(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A view of the desk for those who receive cases; 404 for the others."""

    @wraps(view)
    def checked(request: DeskRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not powers_of(request.official).has_role("reception"):
            raise Http404
        return view(request, *args, **kwargs)

    return desk_view(checked)


@require_safe
@counter_view
def procedures(request: DeskRequest) -> HttpResponse:
    """Which procedure is it about?"""
    query = request.GET.get("tim", "").strip()[:100]
    found = search_procedures(query) if query else current_procedures()
    found = [one for one in found if receives(request.official, one.code)]
    names = {procedure.code: procedure.short_name for procedure in current_procedures()}
    drafts = [
        {"draft": draft, "name": names.get(draft.procedure_code, draft.procedure_code)}
        for draft in drafts_of_official(request.official)
    ]
    context = {"procedures": found, "query": query, "drafts": drafts}
    return desk_page(
        request, request.official, "services/desk/counter.html", context, current="counter"
    )


@require_POST
@counter_view
def start(request: DeskRequest, procedure_code: str) -> HttpResponse:
    """Begin a form for the person at the counter."""
    try:
        definition = current_procedure(procedure_code)
    except ProcedureNotFound as error:
        raise Http404 from error
    if not receives(request.official, procedure_code):
        raise Http404
    draft = start_draft(definition=definition, official=request.official)
    return redirect(
        "desk-counter-page", draft_id=draft.pk, page_key=visible_pages(definition, {})[0].key
    )


@require_safe
@counter_view
def resume(request: DeskRequest, draft_id: UUID) -> HttpResponse:
    """Go on with a form where it was left."""
    draft = get_draft_for_official(request.official, draft_id)
    definition = get_version(draft.procedure_code, draft.procedure_version)
    done_pages = draft.content.get("done", [])
    pages = visible_pages(definition, draft.answers)
    page_left = next((page for page in pages if page.key not in done_pages), None)
    if page_left is None:
        return redirect("desk-counter-papers", draft_id=draft.pk)
    return redirect("desk-counter-page", draft_id=draft.pk, page_key=page_left.key)


@require_http_methods(["GET", "HEAD", "POST"])
@counter_view
def page(request: DeskRequest, draft_id: UUID, page_key: str) -> HttpResponse:
    """One page of the form."""
    draft = get_draft_for_official(request.official, draft_id)
    definition = get_version(draft.procedure_code, draft.procedure_version)
    spec = definition.page(page_key)
    if spec is None:
        raise Http404
    posted = request.method == "POST"
    place: Any = {"channel": COUNTER, "commune": current_commune().code}
    card = None
    if posted and card_was_sent(request):
        card = read_card(request, definition, spec, draft, **place)
    data = request.POST if posted else typed_on(draft, page_key)
    form = page_form(definition, spec, draft.answers, data=card.data if card else data, **place)
    if posted and not form.wants_refresh and form.is_valid():
        draft = save_page(draft=draft, page_key=page_key, answers=form.cleaned_answers())
        return _onward(draft, page_key)
    if posted and (card or not form.wants_refresh):
        save_page(draft=draft, page_key=page_key, typed=form.typed())
    context = _frame(draft, page_key) | {
        "form": form,
        "page": spec,
        "card": card,
        "takes_card": takes_card(definition, spec),
    }
    status = 422 if posted and (card.error if card else not form.wants_refresh) else 200
    return _counter_page(request, "page", context, status)


@require_http_methods(["GET", "HEAD", "POST"])
@counter_view
def papers(request: DeskRequest, draft_id: UUID) -> HttpResponse:
    """The papers brought along: scanned, or shown only."""
    draft = get_draft_for_official(request.official, draft_id)
    errors: dict[str, str] = {}
    if request.method == "POST":
        errors = _keep_papers(request, draft) | take_offer(request, draft, request.official)
        draft = _keep_sheets(request, draft)
        if not errors and {"upload", "remove", "reuse"} & set(request.POST):
            return redirect("desk-counter-papers", draft_id=draft.pk)
        if not errors:
            save_page(draft=draft, page_key=PAPERS, answers={})
            return redirect("desk-counter-review", draft_id=draft.pk)
    sheets = sheets_of(draft.pk)
    items = [
        {
            **item,
            "error": errors.get(item["paper"].key),
            "sheets": sheets.get(item["paper"].key, Sheets()),
        }
        for item in with_offers(papers_of(draft, COUNTER), draft, request.official)
    ]
    context = _frame(draft, PAPERS) | {
        "papers": items,
        "errors": errors,
        "takes_files": any(item["paper"].kind != "show" for item in items),
        "sets": sets_of(draft),
        "most_sets": MOST_SETS,
        "shown": shown_of(draft),
        "copy_kinds": CopyKind.choices,
    }
    return _counter_page(request, "papers", context, 422 if errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@counter_view
def review(request: DeskRequest, draft_id: UUID) -> HttpResponse:
    """Read everything back to the person, then file and receive in one go."""
    problems: list[Any] = []
    message = ""
    if request.method == "POST":
        try:
            return _filed(request, draft_id)
        except CaseIncomplete as error:
            problems = error.problems
        except DraftGone as error:
            raise Http404 from error
        except (CaseError, ReceptionError) as error:
            message = str(error)
    draft = get_draft_for_official(request.official, draft_id)
    found = review_of(draft, COUNTER)
    context = _frame(draft, REVIEW) | found
    sheets = sheets_of(draft.pk)
    for item in context["papers"]:
        item["sheets"] = sheets.get(item["paper"].key)
    context |= {
        "sets": sets_of(draft),
        "shown": shown_of(draft),
        "sections": sections_of(context["definition"], draft.answers, in_full=True),
        "problems": problems or found["problems"],
        "message": message,
        "confirmation": confirmation_of(draft),
        "return_ways": ReturnWay.choices,
        "return_way": request.POST.get("return_way") or ReturnWay.COUNTER,
    }
    return _counter_page(request, "review", context, 422 if problems or message else 200)


def _filed(request: DeskRequest, draft_id: UUID) -> HttpResponse:
    """File the form, once however often it is sent, and receive the case if that was asked.

    Raises what ``file_case`` raises.
    """
    official = request.official
    try:
        draft = get_draft_for_official(official, draft_id)
    except Http404:
        # Sent twice: the form has become a case already.
        draft = Draft(pk=draft_id)
    way = request.POST.get("return_way", "")
    if "confirmed" in request.POST:
        case = file_confirmed(draft=draft, official=official, return_way=way)
    else:
        case = file_case(
            draft=draft,
            declared="declared" in request.POST,
            official=official,
            channel=COUNTER,
            return_way=way,
        )
    if "accept" not in request.POST or case.accepted_at is not None:
        messages.success(request, _("Đã nhập hồ sơ tại quầy."))
        return redirect("desk-case", code=case.code)
    try:
        case = accept_case(case=case, official=official)
    except CaseError as error:
        messages.warning(request, str(error))
        return redirect("desk-case", code=case.code)
    return done(request, official, case, _("Đã nhập và tiếp nhận, giấy hẹn ở ngay dưới đây."))


@require_POST
@counter_view
def discard(request: DeskRequest, draft_id: UUID) -> HttpResponse:
    """Throw the form away."""
    discard_draft(draft=get_draft_for_official(request.official, draft_id))
    messages.success(request, _("Đã bỏ bản điền."))
    return redirect("desk-counter")


def _keep_papers(request: HttpRequest, draft: Draft) -> dict[str, str]:
    """Store what was sent; which papers were refused, and why."""
    if "remove" in request.POST:
        try:
            remove_paper(draft=draft, attachment_id=UUID(request.POST["remove"]))
        except ValueError:
            raise Http404 from None
        return {}
    errors: dict[str, str] = {}
    for name in request.FILES:
        key = name.removeprefix("paper-")
        kind = request.POST.get(f"kind-{key}", "")
        copy_kind = kind if kind in CopyKind.values else CopyKind.COPY
        for upload in request.FILES.getlist(name):
            try:
                attach_paper(draft=draft, paper_key=key, upload=upload, copy_kind=copy_kind)
            except (FileRefused, CaseError) as error:
                errors[key] = f"{upload.name}: {error}"
    return errors


def _keep_sheets(request: HttpRequest, draft: Draft) -> Draft:
    """Keep the numbers of sheets and of sets, and which papers were only shown."""
    sent = request.POST
    keys = [item["paper"].key for item in papers_of(draft, COUNTER, given=[])]
    sheets = {
        key: Sheets(
            *(
                bounded(sent.get(f"{kind}-{key}"), MOST_SHEETS)
                for kind in ("original", "certified", "copy")
            )
        )
        for key in keys
    }
    shown = [key for key in keys if f"shown-{key}" in sent]
    sets = bounded(sent.get("sets"), MOST_SETS, least=1)
    try:
        return keep_sheets(draft=draft, sheets=sheets, sets=sets, shown=shown)
    except DraftGone as error:
        raise Http404 from error


def _onward(draft: Draft, page_key: str) -> HttpResponse:
    following = page_after(draft, page_key)
    if following is None:
        return redirect("desk-counter-papers", draft_id=draft.pk)
    return redirect("desk-counter-page", draft_id=draft.pk, page_key=following.key)


def _frame(draft: Draft, current: str) -> dict[str, Any]:
    definition = get_version(draft.procedure_code, draft.procedure_version)
    done_pages = set(draft.content.get("done", []))
    return {
        "draft": draft,
        "definition": definition,
        "pages": [
            {"page": page, "done": page.key in done_pages, "now": page.key == current}
            for page in visible_pages(definition, draft.answers)
        ],
        "papers_done": PAPERS in done_pages,
        "current_page": current,
    }


def _counter_page(
    request: DeskRequest, name: str, context: dict[str, Any], status: int
) -> HttpResponse:
    template = f"services/desk/counter_{name}.html"
    return desk_page(request, request.official, template, context, current="counter", status=status)
