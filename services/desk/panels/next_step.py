"""What comes next for a case, said to the official who reads it."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from services.cases.models import Case
from services.cases.states import CaseStatus, StepKind
from services.desk.panels import Reading

# What whoever may act does now.
_YOURS: dict[CaseStatus, str | Promise] = {
    CaseStatus.REGISTERED: gettext_lazy(
        "Đối chiếu tờ khai với giấy tờ. Đủ thì tiếp nhận và in giấy hẹn; thiếu thì yêu cầu bổ sung "
        "một lần, ghi cho đủ; không thuộc thẩm quyền thì từ chối, có lý do."
    ),
    CaseStatus.SUPPLEMENT: gettext_lazy(
        "Chờ người nộp bổ sung trên mạng. Nếu họ mang giấy tờ đến quầy, bấm “Nhận giấy tờ bổ sung”."
    ),
    CaseStatus.PAYMENT: gettext_lazy(
        "Chờ người nộp thực hiện nghĩa vụ tài chính. Thu tại quầy ở mục “Phí, lệ phí”; tiền đến "
        "qua ngân hàng thì hồ sơ tự đi tiếp."
    ),
    CaseStatus.WITHDRAWING: gettext_lazy(
        "Người nộp xin rút hồ sơ. Đồng ý thì hồ sơ dừng và có thông báo bằng văn bản; không đồng ý "
        "thì ghi lý do, hồ sơ được giải quyết tiếp."
    ),
    CaseStatus.RESULT_READY: gettext_lazy(
        "Kết quả đã xong. Xem căn cước của người nhận, trao kết quả và ghi tên người nhận."
    ),
}
# What waits for the leader goes before the step.
_FIRST: dict[str, str | Promise] = {
    "stop": gettext_lazy(
        "Hồ sơ chờ anh/chị quyết định có dừng giải quyết hay không. Đọc căn cứ và lý do, xem thông "
        "báo người nộp sẽ nhận rồi hãy ký."
    ),
    "decline-proposal": gettext_lazy(
        "Có đề nghị chờ anh/chị trả lời; không đồng ý thì ghi lý do để người trình làm tiếp."
    ),
}
_AT_STEP: dict[StepKind, str | Promise] = {
    StepKind.WORK: gettext_lazy(
        "Kiểm tra tờ khai và giấy tờ, nhập phần cán bộ điền, rồi chuyển lãnh đạo với đề nghị của "
        "anh/chị."
    ),
    StepKind.DECIDE: gettext_lazy(
        "Đọc văn bản sẽ ban hành trước khi ký. Ký xong, văn bản có số và ngày, không sửa được nữa."
    ),
    StepKind.FINISH: gettext_lazy(
        "Văn bản đã ký. Kiểm tra, đóng dấu và phát hành; người nộp được báo đến nhận."
    ),
}


def next_step(reading: Reading) -> dict[str, Any]:
    """The sentence under a case's head: what to do, or for whom the case waits."""
    case = reading.case
    mine = bool(reading.actions)
    return {"next_step": _yours(reading) if mine else _others(case), "next_is_mine": mine}


def _yours(reading: Reading) -> str:
    case = reading.case
    said = _FIRST.get(reading.actions[0].name) or _YOURS.get(case.state)
    if said is None and case.step_position < len(reading.steps):
        said = _AT_STEP.get(StepKind(reading.steps[case.step_position].kind))
    return str(said or "")


def _others(case: Case) -> str:
    if not case.is_open:
        return _("Hồ sơ đã kết thúc, không còn việc gì phải làm.")
    if case.state == CaseStatus.SUPPLEMENT:
        return _("Hồ sơ chờ người nộp bổ sung; anh/chị chưa phải làm gì.")
    if case.state == CaseStatus.PAYMENT:
        return _("Hồ sơ chờ người nộp thực hiện nghĩa vụ tài chính; anh/chị chưa phải làm gì.")
    if case.state == CaseStatus.RESULT_READY:
        return _("Kết quả chờ người nộp đến nhận, hoặc nhận trên mạng.")
    if case.handler_name:
        return _("%(who)s đang xử lý bước “%(step)s”; anh/chị chưa phải làm gì.") % {
            "who": case.handler_name,
            "step": case.step_name,
        }
    return _("Hồ sơ chờ ở bước “%(step)s”; anh/chị chưa phải làm gì.") % {"step": case.step_name}
