"""Filing with help: the counter's side with its code, and the page on the person's phone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from documents.rendering.qr import qr_svg
from services.cases.access import get_draft_for_official
from services.cases.form_flow import review_of
from services.cases.models import Draft
from services.cases.paper_counts import sheets_of
from services.cases.states import Channel
from services.catalogue.people import applicant_of
from services.catalogue.registry import get_version
from services.desk.reading import sections_of
from services.reception.confirming import (
    LASTS,
    MOST_REMARK,
    State,
    answer_confirmation,
    ask_confirmation,
    confirmation_of,
    find_confirmation,
)
from services.reception.errors import ConfirmationVoid
from services.reception.texting import mask_phone, text_link
from services.reception.views.common import hall_page, plain_page, reception_view
from tenants.accounts.devices import device_words, user_agent
from tenants.organisation.desk_access import DeskRequest


@require_http_methods(["GET", "HEAD", "POST"])
@reception_view
def ask(request: DeskRequest, draft_id: UUID) -> HttpResponse:
    """Show the code to the person; see whether they confirmed."""
    draft = get_draft_for_official(request.official, draft_id)
    definition = get_version(draft.procedure_code, draft.procedure_version)
    found = review_of(draft, Channel.COUNTER)
    phone = applicant_of(definition, draft.answers).phone
    context: dict[str, Any] = {}
    if request.method == "POST" and not found["problems"]:
        wants_text = "sms" in request.POST and bool(phone)
        draft, token = ask_confirmation(
            draft=draft, sent_to=mask_phone(phone) if wants_text else ""
        )
        url = request.build_absolute_uri(reverse("confirm", args=[token]))
        context |= {"url": url, "qr": qr_svg(url)}
        if wants_text:
            error = text_link(phone, url)
            if error:
                messages.warning(request, error)
            else:
                context["sent_to"] = mask_phone(phone)
    context |= {
        "draft": draft,
        "definition": definition,
        "problems": found["problems"],
        "phone": mask_phone(phone),
        "confirmation": confirmation_of(draft),
        "minutes": int(LASTS.total_seconds()) // 60,
    }
    return hall_page(request, "ask_confirmation", context, current="counter")


@require_safe
@reception_view
def state(request: DeskRequest, draft_id: UUID) -> HttpResponse:
    """How far it is: what the counter's page asks for every few seconds."""
    draft = get_draft_for_official(request.official, draft_id)
    context = {"draft": draft, "confirmation": confirmation_of(draft)}
    response = render(request, "services/reception/confirmation_state.html", context)
    response["Cache-Control"] = "no-store"
    return response


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """On the phone: all that was typed, and whether it is right."""
    if request.method == "POST":
        return _answered(request, token)
    found = find_confirmation(token)
    if found is None:
        return plain_page(request, "confirm_void", {"message": str(ConfirmationVoid())}, 404)
    draft, confirmation = found
    if confirmation.state is not State.ASKED:
        words = {
            State.EXPIRED: _("Mã này đã hết hạn. Nhờ cán bộ tạo mã mới."),
            State.CHANGED: _(
                "Bản điền đã sửa sau khi tạo mã này. Nhờ cán bộ tạo mã mới để xem lại."
            ),
            State.CONFIRMED: _("Anh/chị đã xác nhận. Cán bộ sẽ nộp hồ sơ và đưa giấy hẹn."),
            State.DECLINED: _("Anh/chị đã báo chưa đúng. Cán bộ sẽ sửa rồi đưa mã mới."),
        }
        return plain_page(request, "confirm_void", {"message": words[confirmation.state]}, 410)
    return plain_page(request, "confirm", _summary(draft, token) | {"confirmation": confirmation})


def _summary(draft: Draft, token: str) -> dict[str, Any]:
    definition = get_version(draft.procedure_code, draft.procedure_version)
    found = review_of(draft, Channel.COUNTER)
    sheets = sheets_of(draft.pk)
    for item in found["papers"]:
        item["sheets"] = sheets.get(item["paper"].key)
    return {
        "token": token,
        "definition": definition,
        "sections": sections_of(definition, draft.answers),
        "papers": found["papers"],
        "fees": found["fees"],
        "most_remark": MOST_REMARK,
        "now": timezone.localtime(),
    }


def _answered(request: HttpRequest, token: str) -> HttpResponse:
    confirmed = "confirmed" in request.POST
    remark = " ".join(request.POST.get("remark", "").split())
    if not confirmed and not remark:
        found = find_confirmation(token)
        if found is not None and found[1].state is State.ASKED:
            context = _summary(found[0], token) | {"confirmation": found[1], "needs_remark": True}
            return plain_page(request, "confirm", context, 422)
    account = request.user if request.user.is_authenticated else None
    try:
        answer_confirmation(
            token=token,
            confirmed=confirmed,
            remark=remark,
            account=account,
            device=device_words(user_agent(request)),
        )
    except ConfirmationVoid as error:
        return plain_page(request, "confirm_void", {"message": str(error)}, 410)
    return plain_page(request, "confirm_done", {"confirmed": confirmed})
