"""Help where one is: the first case by role, the states of a case, the keys."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from services.cases.states import CaseStatus
from services.desk.guide import courses_for
from services.desk.views.common import desk_page
from tenants.organisation.desk_access import DeskRequest, desk_view

STATES = (
    (CaseStatus.REGISTERED, _("Người dân vừa nộp. Chưa có giờ hẹn; bộ phận tiếp nhận xem trước.")),
    (CaseStatus.RECEIVED, _("Đã có giấy hẹn; chờ người xử lý nhận.")),
    (CaseStatus.REFUSED, _("Không thuộc thẩm quyền hoặc không đủ điều kiện; có phiếu mẫu 03.")),
    (CaseStatus.IN_PROCESS, _("Đang qua các bước. Thời hạn chạy, kể cả khi chờ phòng khác.")),
    (CaseStatus.SUPPLEMENT, _("Chờ người nộp, thời hạn dừng. Quá ngày bổ sung thì trình dừng.")),
    (CaseStatus.PAYMENT, _("Chờ người nộp trả tiền, thời hạn dừng. Đủ tiền thì tự đi tiếp.")),
    (CaseStatus.WITHDRAWING, _("Người nộp xin rút sau khi đã tiếp nhận; lãnh đạo trả lời.")),
    (CaseStatus.STOPPED, _("Dừng giải quyết, có thông báo mẫu 05 và căn cứ.")),
    (CaseStatus.RESULT_READY, _("Kết quả đã phát hành, chờ người nộp nhận.")),
    (CaseStatus.RETURNED, _("Đã trả kết quả; người nộp được mời đánh giá.")),
)


@require_safe
@desk_view
def guide(request: DeskRequest) -> HttpResponse:
    """The official's first case, step by step, and what the words of the desk mean."""
    official = request.official
    context = {
        "courses": [
            (role.label, lessons, sum(one.done for one in lessons))
            for role, lessons in courses_for(official)
        ],
        "states": [(state.label, text) for state, text in STATES],
    }
    return desk_page(request, official, "services/desk/guide.html", context, current="guide")
