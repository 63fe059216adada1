"""What an official was told, and sending again what did not reach an applicant."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from services.cases.access import get_case_for_official
from services.desk.views.common import desk_page
from tenants.communes.current import current_commune
from tenants.notices.models import Audience, Delivery
from tenants.notices.notices import mark_read, notices_of_official, resend
from tenants.organisation.desk_access import DeskRequest, desk_view

PAGE = 50


@require_safe
@desk_view
def notices(request: DeskRequest) -> HttpResponse:
    """The newest notices; they count as read once they were shown."""
    official = request.official
    told = list(notices_of_official(official.account_id, current_commune().code)[:PAGE])
    context = {
        "notices": [{"notice": one, **one.content, "new": one.read_at is None} for one in told]
    }
    page = desk_page(request, official, "services/desk/notices.html", context, current="notices")
    if _is_read(request):
        mark_read(told)
    return page


@require_POST
@desk_view
def send_again(request: DeskRequest, code: str, delivery_id: UUID) -> HttpResponse:
    """Send a letter or message of a case once more that could not be sent."""
    case = get_case_for_official(request.official, code)
    of_case = Delivery.objects.filter(notice__subject_id=case.pk, notice__audience=Audience.CITIZEN)
    delivery = get_object_or_404(of_case, pk=delivery_id)
    if resend(delivery):
        messages.success(request, _("Đang gửi lại thông báo."))
    else:
        messages.warning(request, _("Thông báo này không cần gửi lại: đã gửi, hoặc đang gửi."))
    return redirect("desk-case", code=case.code)


def _is_read(request: HttpRequest) -> bool:
    """Whether somebody sees the page: a browser that loads it ahead shows it to nobody yet."""
    return request.method == "GET" and "prefetch" not in request.headers.get("Sec-Purpose", "")
