"""Tasks in words an operator knows."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TASK_NAMES: dict[str, str | Promise] = {
    "citizens.profile.tasks.close_due_accounts": _("Đóng tài khoản theo yêu cầu của người dân"),
    "documents.files.tasks.check_file": _("Kiểm tra một tệp vừa nộp"),
    "documents.files.tasks.draw_pages": _("Vẽ ảnh các trang của một tệp"),
    "documents.registers.tasks.render_document": _("In văn bản đã ban hành"),
    "services.cases.calendar_moves.follow_calendar": _("Dời hẹn theo ngày nghỉ vừa khai"),
    "services.cases.calendar_moves.move_due_times": _("Tính lại hẹn trả của hồ sơ đang làm"),
    "services.cases.warnings.warn_of_deadlines": _("Nhắc hạn cán bộ, trưởng phòng, lãnh đạo"),
    "services.cases.tasks.make_register": _("In Sổ theo dõi hồ sơ"),
    "services.cases.tasks.settle_paid_case": _("Cho hồ sơ đã nộp đủ tiền được làm tiếp"),
    "services.cases.tasks.sweep": _("Dọn bản nháp hết hạn, tệp thừa; đếm lại số liệu"),
    "services.reception.tasks.end_the_day": _("Khép ngày ở sảnh: lịch hẹn đã qua, số cũ"),
    "services.reception.tasks.remind_of_appointments": _("Nhắc người có lịch hẹn ngày mai"),
    "tenants.fleet.tasks.onboard_item": _("Đưa một đơn vị vào hệ thống"),
    "tenants.accounts.tasks.remove_expired_sessions": _("Dọn phiên đăng nhập đã hết hạn"),
    "tenants.organisation.tasks.send_invitation": _("Gửi lời mời làm việc"),
    "tenants.notices.tasks.deliver_notice": _("Chọn cách gửi một thông báo"),
    "tenants.notices.tasks.send_delivery": _("Gửi một thông báo"),
    "tenants.notices.tasks.remove_old_notices": _("Dọn thông báo đã hết thời gian lưu"),
    "tenants.history.tasks.keep_daily_head": _("Ghi đầu chuỗi lịch sử ra nơi lưu khác"),
    "tenants.jobs.tasks.remove_done_jobs": _("Dọn việc nền đã xong"),
}


def task_name(task: str) -> str:
    """Return a task in words; one that has none by its name in the code."""
    return str(TASK_NAMES.get(task, task))
