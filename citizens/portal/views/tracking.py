"""Looking a case up without an account: its code and the applicant's identity number."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from citizens.portal.views.common import ENDED, personal_page, state_tag
from services.cases.states import CaseStatus
from services.tracking.models import TrackedCase
from services.tracking.tracking import find_tracked
from tenants.accounts import limits
from tenants.communes.hosts import commune_url
from tenants.communes.official_list import official_commune

BOX = {"class": "box", "autocomplete": "off", "spellcheck": "false"}
NEXT = {
    CaseStatus.REGISTERED: _("Cán bộ sẽ xem và tiếp nhận hồ sơ trong ngày làm việc."),
    CaseStatus.RECEIVED: _("Hồ sơ đã có giấy hẹn và sắp được chuyển đi giải quyết."),
    CaseStatus.IN_PROCESS: _("Cán bộ đang giải quyết; kết quả có vào giờ hẹn hoặc sớm hơn."),
    CaseStatus.SUPPLEMENT: _("Cần bổ sung giấy tờ. Đăng nhập, hoặc đến Trung tâm để bổ sung."),
    CaseStatus.RESULT_READY: _("Đã có kết quả. Nhận trên mạng hoặc tại Trung tâm."),
    CaseStatus.RETURNED: _("Kết quả đã được trả."),
    CaseStatus.REFUSED: _("Hồ sơ không được tiếp nhận; lý do ghi trên phiếu từ chối."),
    CaseStatus.STOPPED: _("Hồ sơ đã dừng, không giải quyết tiếp."),
}


class TrackForm(forms.Form):
    """A case code with its applicant's identity number; neither is any use alone."""

    code = forms.CharField(
        label=_("Mã hồ sơ"),
        max_length=50,
        help_text=_("In trên giấy hẹn. Ví dụ: H26.00004-261122-0001"),
        widget=forms.TextInput(attrs={**BOX, "autocapitalize": "characters"}),
        error_messages={"required": _("Nhập mã in trên giấy hẹn.")},
    )
    national_id = forms.CharField(
        label=_("Số định danh của người nộp"),
        max_length=20,
        help_text=_("12 số trên thẻ căn cước của người đứng tên nộp hồ sơ."),
        widget=forms.TextInput(attrs={**BOX, "inputmode": "numeric"}),
        error_messages={"required": _("Nhập 12 số trên thẻ căn cước.")},
    )


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def track_anywhere(request: HttpRequest) -> HttpResponse:
    """Look up a case of any commune."""
    return _track(request)


# The same page on both sites: a code names its commune already.
track_here = track_anywhere


def _track(request: HttpRequest) -> HttpResponse:
    initial = {"code": request.GET.get("ma", "")[:50]}
    form = TrackForm(request.POST if request.method == "POST" else None, initial=initial)
    tracked: TrackedCase | None = None
    if request.method == "POST" and form.is_valid():
        if not limits.TRACK_ADDRESS.take(limits.client_address(request)):
            return limits.too_often(request)
        tracked = find_tracked(**form.cleaned_data)
        if tracked is None:
            form.add_error(
                None,
                _(
                    "Không có hồ sơ nào khớp cả mã và số định danh này. Xem lại hai số trên giấy "
                    "hẹn và thẻ căn cước, hoặc gọi nơi đã nhận hồ sơ."
                ),
            )
    context: dict[str, Any] = {"form": form, "tracked": tracked, "place": "track"}
    if tracked is not None:
        state = CaseStatus(tracked.status)
        context |= {
            "state": state,
            "tag": state_tag(state),
            "is_open": state not in (*ENDED, CaseStatus.RESULT_READY, CaseStatus.SUPPLEMENT),
            "next_text": NEXT.get(state, ""),
            "case_url": commune_url(tracked.commune_code, f"/ho-so/{tracked.code}/"),
            "where": official_commune(tracked.commune_code),
        }
    return personal_page(
        request, "citizens/portal/track.html", context, 422 if form.errors else 200
    )
