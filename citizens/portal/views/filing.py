"""Filling in and sending a form: the list of its parts, one page at a time, review, send."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citizens.portal.views.common import account_of, assurance_of, personal_page
from citizens.portal.views.parked import forget_parked, keeps_typed, unpark
from services.cases.access import get_case_of_draft, get_draft_for_applicant
from services.cases.drafts import discard_draft, save_page
from services.cases.errors import CaseError, CaseIncomplete, IdentityNotAssured
from services.cases.filing import file_case
from services.cases.form_flow import (
    changed_elsewhere,
    page_after,
    page_token,
    review_of,
    task_list,
    typed_on,
)
from services.cases.models import Draft
from services.cases.states import Channel, ReturnWay
from services.catalogue.forms.checks import check_warnings
from services.catalogue.forms.page_form import page_form
from services.catalogue.forms.pages import visible_pages
from services.catalogue.registry import get_version
from tenants.accounts.identity.assurance import level_of_sign_in
from tenants.accounts.models import Account
from tenants.communes.current import current_commune


@require_safe
@keeps_typed
def tasks(request: HttpRequest, draft_id: UUID) -> HttpResponseBase:
    """The parts of the form, each with its state in words; any order."""
    draft = get_draft_for_applicant(account_of(request), draft_id)
    context = _frame(draft) | {"tasks": task_list(draft, Channel.ONLINE)}
    return personal_page(request, "citizens/portal/draft.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_typed
def page(request: HttpRequest, draft_id: UUID, page_key: str) -> HttpResponseBase:
    """One page of the form."""
    account = account_of(request)
    draft = get_draft_for_applicant(account, draft_id)
    definition = get_version(draft.procedure_code, draft.procedure_version)
    spec = definition.page(page_key)
    if spec is None:
        raise Http404
    posted = request.method == "POST"
    parked = None if posted else unpark(request)
    data = request.POST if posted else parked or typed_on(draft, page_key)
    form = page_form(
        definition,
        spec,
        draft.answers,
        data=data,
        prefill=prefill_of(account),
        commune=current_commune().code,
    )
    overtaken = False
    if posted and not form.wants_refresh:
        forget_parked(request)
        if form.is_valid():
            overtaken = changed_elsewhere(
                draft, spec, seen=request.POST.get("seen", ""), answers=form.cleaned_answers()
            )
        if form.is_valid() and not overtaken:
            draft = save_page(draft=draft, page_key=page_key, answers=form.cleaned_answers())
            return _onward(request, draft, page_key)
        if not overtaken:
            save_page(draft=draft, page_key=page_key, typed=form.typed())
    context = _frame(draft) | {
        "form": form,
        "page": spec,
        "section": definition.section_of[spec.key],
        "was_parked": parked is not None,
        "overtaken": overtaken,
        "seen": page_token(draft, spec),
        **_position(draft, page_key),
    }
    status = 422 if posted and not form.wants_refresh else 200
    return personal_page(request, "citizens/portal/draft_page.html", context, status)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_typed
def review(request: HttpRequest, draft_id: UUID) -> HttpResponseBase:
    """Everything on one page, the declaration, and sending; sending twice is once."""
    account = account_of(request)
    try:
        draft = get_draft_for_applicant(account, draft_id)
    except Http404:
        # The draft became a case: a second click, a retry, or the back button.
        return _confirmation(get_case_of_draft(account, draft_id).code)
    parked = unpark(request) if request.method == "GET" else None
    problems: list[Any] | None = None
    message = not_assured = ""
    if request.method == "POST":
        forget_parked(request)
        try:
            case = file_case(
                draft=draft,
                declared="declared" in request.POST,
                account=account,
                assurance_level=level_of_sign_in(request),
                return_way=request.POST.get("return_way", ""),
            )
        except CaseIncomplete as error:
            problems = error.problems
        except IdentityNotAssured as error:
            # The page shows the way to it, as it did before it was sent.
            not_assured = str(error)
        except CaseError as error:
            message = str(error)
        else:
            return _confirmation(case.code)
    context = _frame(draft) | review_of(draft, Channel.ONLINE)
    if problems is not None:
        context["problems"] = problems
    context |= {
        "message": message,
        "declared": "declared" in (parked or request.POST),
        "return_ways": ReturnWay.choices,
        "return_way": (parked or request.POST).get("return_way") or ReturnWay.ONLINE,
        "posted": request.method == "POST",
        "was_parked": parked is not None,
        "warnings": check_warnings(context["definition"], draft.answers),
        "not_assured": not_assured,
        **assurance_of(request, context["definition"]),
    }
    status = 422 if problems or message or not_assured else 200
    return personal_page(request, "citizens/portal/draft_review.html", context, status)


@require_POST
@keeps_typed
def discard(request: HttpRequest, draft_id: UUID) -> HttpResponseBase:
    """Throw the form away."""
    discard_draft(draft=get_draft_for_applicant(account_of(request), draft_id))
    messages.success(request, _("Đã xóa bản điền và các tệp của nó."))
    return redirect("home")


def _confirmation(code: str) -> HttpResponse:
    return redirect(reverse("my-case", args=[code]) + "?moi=1")


def _onward(request: HttpRequest, draft: Draft, page_key: str) -> HttpResponse:
    if "leave" in request.POST or request.GET.get("tu") == "xem-lai":
        name = "draft" if "leave" in request.POST else "draft-review"
        return redirect(name, draft_id=draft.pk)
    following = page_after(draft, page_key)
    if following is None:
        return redirect("draft-papers", draft_id=draft.pk)
    return redirect("draft-page", draft_id=draft.pk, page_key=following.key)


def _frame(draft: Draft) -> dict[str, Any]:
    definition = get_version(draft.procedure_code, draft.procedure_version)
    return {"draft": draft, "definition": definition, "place": "my-cases"}


def prefill_of(account: Account) -> dict[str, Any]:
    """What the account already knows, for the questions that ask for it."""
    return {
        "full_name": account.full_name,
        "phone": account.phone,
        "email": account.email,
        "birth_date": account.birth_date,
        "national_id": account.national_id,
        "address": account.address,
    }


def _position(draft: Draft, page_key: str) -> dict[str, Any]:
    """Where the page stands among all, and the page before it."""
    definition = get_version(draft.procedure_code, draft.procedure_version)
    pages = visible_pages(definition, draft.answers)
    keys = [item.key for item in pages]
    at = keys.index(page_key) if page_key in keys else 0
    return {
        "number": at + 1,
        "count": len(keys),
        "before_url": (
            reverse("draft-page", args=[draft.pk, keys[at - 1]])
            if at
            else reverse("draft", args=[draft.pk])
        ),
    }
