"""How a result leaves the office: over the counter, or by post."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from documents.files.models import StoredFile
from documents.files.serving import file_response, not_open_because
from services.cases.access import get_case_for_official
from services.cases.actions import HAND_OVER, SEND_BY_POST
from services.cases.delivery import documents_of, hand_over, send_by_post
from services.cases.intake import definition_of
from services.cases.models import Case
from services.catalogue.people import applicant_of
from services.desk.move_forms import HandOverForm, PostForm
from services.desk.views.common import record_sight
from services.desk.views.move_page import Move, move_page
from tenants.history.sights import PAPER_SEEN
from tenants.organisation.desk_access import DeskRequest, desk_view, readable_desk_view


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
def hand_over_view(request: DeskRequest, code: str) -> HttpResponse:
    """Give the result to a person at the counter."""
    official = request.official
    case = get_case_for_official(official, code)
    form = HandOverForm(
        request.POST or None, request.FILES or None, initial={"receiver": case.applicant_name}
    )

    def act(seen: str) -> Case:
        return hand_over(
            case=case,
            official=official,
            receiver=form.cleaned_data["receiver"],
            signature=form.signature(),
            seen=seen,
        )

    move = Move(
        HAND_OVER,
        act,
        said=_("Đã trả kết quả, hồ sơ kết thúc."),
        then=_(
            "Trao bản giấy, hoặc in bản điện tử bên cạnh. Tên và chữ ký người nhận được ghi vào "
            "sổ theo dõi; hồ sơ kết thúc."
        ),
    )
    return move_page(request, case, form, move, documents=documents_of(case), signs=True)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_view
def send_by_post_view(request: DeskRequest, code: str) -> HttpResponse:
    """Send the result by post."""
    official = request.official
    case = get_case_for_official(official, code)
    form = PostForm(request.POST or None)

    def act(seen: str) -> Case:
        post_code = form.cleaned_data["post_code"]
        return send_by_post(case=case, official=official, post_code=post_code, seen=seen)

    applicant = applicant_of(definition_of(case), case.answers)
    address = applicant.address or _("chưa ghi địa chỉ trong tờ khai, hỏi lại người nộp")
    move = Move(
        SEND_BY_POST,
        act,
        said=_("Đã ghi gửi qua bưu chính, hồ sơ kết thúc."),
        then=_(
            "Gửi đến: %(name)s, %(address)s. Người nộp được báo số hiệu bưu gửi; hồ sơ kết thúc."
        )
        % {"name": applicant.name, "address": address},
    )
    return move_page(request, case, form, move, documents=documents_of(case))


@require_safe
@readable_desk_view("paper")
def signature(request: DeskRequest, code: str) -> HttpResponseBase:
    """What the receiver signed on the counter's screen."""
    case = get_case_for_official(request.official, code)
    if case.signature_file_id is None:
        raise Http404
    stored = get_object_or_404(StoredFile, pk=case.signature_file_id)
    name = _("Chữ ký người nhận")
    if not_open_because(stored) is None:
        record_sight(request, case, verb=PAPER_SEEN, what=stored.pk, name=name)
    return file_response(stored, name=f"{name} {case.code}.png", inline=True)
