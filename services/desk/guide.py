"""The first case: what an official of each role does with one, and which of it they have done.

Done is what stands in the commune's history under the official's own name, of the last weeks:
enough for somebody new, and little to read for the database.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants.history.models import Event
from tenants.organisation.models import Official, Role
from tenants.organisation.powers import powers_of

LOOKED_BACK = datetime.timedelta(days=60)


@dataclass(frozen=True)
class Lesson:
    """One thing to do: its words, where it is done (name of an address), and how it is known."""

    title: str | Promise
    text: str | Promise
    page: str
    verbs: frozenset[str]


@dataclass(frozen=True)
class Course:
    """The lessons of one role, in the order of a case's way."""

    role: Role
    lessons: tuple[Lesson, ...]


@dataclass(frozen=True)
class Learnt:
    """A lesson, and whether the official has done it."""

    lesson: Lesson
    done: bool


def _lesson(title: str | Promise, text: str | Promise, page: str, *verbs: str) -> Lesson:
    return Lesson(title, text, page, frozenset(verbs))


COURSES: tuple[Course, ...] = (
    Course(
        Role.RECEPTION,
        (
            _lesson(
                _("Nhập hồ sơ cho người đến quầy"),
                _(
                    "Bấm “Nhận tại quầy”, chọn thủ tục, quét thẻ căn cước để điền sẵn, đọc lại cho "
                    "người nộp nghe rồi nhập."
                ),
                "desk-counter",
                "file",
            ),
            _lesson(
                _("Tiếp nhận một hồ sơ"),
                _(
                    "Mở hồ sơ ở “Chờ tiếp nhận”, đối chiếu tờ khai với giấy tờ. Bấm “Tiếp nhận, in "
                    "giấy hẹn”: hệ thống tính giờ hẹn và in mẫu 01."
                ),
                "desk-list",
                "accept",
            ),
            _lesson(
                _("Yêu cầu bổ sung một lần, cho đủ"),
                _(
                    "Chọn lý do có sẵn hoặc ghi thêm; xem phiếu mẫu 02 trước khi gửi. Trong lúc "
                    "chờ, thời hạn được tạm dừng."
                ),
                "desk-list",
                "request_supplement",
            ),
            _lesson(
                _("Trả kết quả"),
                _(
                    "Mở hồ sơ ở “Chờ trả kết quả”, xem căn cước người nhận, ghi tên và lấy chữ ký. "
                    "Trễ hẹn cũng vẫn trả, không chờ gì thêm."
                ),
                "desk-list",
                "hand_over",
            ),
        ),
    ),
    Course(
        Role.SPECIALIST,
        (
            _lesson(
                _("Nhận xử lý"),
                _("Mở hồ sơ gần hạn nhất trong “Việc cần làm” và bấm “Nhận xử lý”."),
                "desk-list",
                "take",
            ),
            _lesson(
                _("Thẩm định và chuyển lãnh đạo"),
                _(
                    "Nhập phần cán bộ điền; văn bản kết quả hiện ngay bên cạnh. Đề nghị chấp thuận "
                    "hoặc không, kèm lý do."
                ),
                "desk-list",
                "complete_step",
            ),
            _lesson(
                _("Xin gia hạn trước khi trễ"),
                _(
                    "Thấy không kịp thì trình gia hạn trước giờ hẹn: lãnh đạo ký thư xin lỗi mẫu "
                    "04, người nộp được báo ngay. Mỗi hồ sơ một lần."
                ),
                "desk-list",
                "propose_extension",
            ),
        ),
    ),
    Course(
        Role.HEAD,
        (
            _lesson(
                _("Giao việc"),
                _("Mở hồ sơ chưa ai giữ, hoặc chọn nhiều hồ sơ trong danh sách, rồi giao."),
                "desk-list",
                "assign",
            ),
            _lesson(
                _("Trả lời khi phòng khác hỏi ý kiến"),
                _("Việc hỏi ý kiến phòng anh/chị có hạn riêng và không làm dừng thời hạn hồ sơ."),
                "desk-list",
                "answer_referral",
            ),
        ),
    ),
    Course(
        Role.LEADER,
        (
            _lesson(
                _("Ký duyệt"),
                _(
                    "Đọc văn bản như người dân sẽ nhận, rồi ký bằng bước xác thực thứ hai. Ký xong "
                    "văn bản có số, ngày và không sửa được."
                ),
                "desk-list",
                "approve",
                "reject",
            ),
            _lesson(
                _("Trả lại bước trước"),
                _("Chưa đạt thì trả lại, ghi rõ cần làm lại gì; người nộp không đọc phần này."),
                "desk-list",
                "send_back",
            ),
            _lesson(
                _("Trả lời đề nghị gia hạn, dừng hồ sơ, rút hồ sơ"),
                _("Mỗi đề nghị có văn bản xem trước; không đồng ý thì ghi lý do."),
                "desk-list",
                "extend",
                "stop",
                "agree_withdrawal",
                "decline_proposal",
                "decline_withdrawal",
            ),
        ),
    ),
    Course(
        Role.CLERK,
        (
            _lesson(
                _("Đóng dấu, phát hành"),
                _("Mở hồ sơ đã ký, kiểm tra thể thức rồi phát hành; người nộp được báo đến nhận."),
                "desk-list",
                "release",
            ),
        ),
    ),
)


def courses_for(official: Official) -> list[tuple[Role, list[Learnt]]]:
    """The courses of the official's roles, each lesson with whether it was done."""
    powers = powers_of(official)
    mine = [course for course in COURSES if powers.has_role(course.role)]
    verbs = _verbs_of(official, (lesson for course in mine for lesson in course.lessons))
    return [
        (
            course.role,
            [Learnt(lesson, not lesson.verbs.isdisjoint(verbs)) for lesson in course.lessons],
        )
        for course in mine
    ]


def _verbs_of(official: Official, lessons: Iterable[Lesson]) -> set[str]:
    """What of these the official did lately. Keys begin with their time, so old ones end it."""
    wanted = {verb for lesson in lessons for verb in lesson.verbs}
    oldest = UUID(int=int((timezone.now() - LOOKED_BACK).timestamp() * 1000) << 80)
    events = Event.objects.filter(id__gte=oldest, actor_id=official.pk, verb__in=wanted)
    return set(events.values_list("verb", flat=True).distinct().order_by("verb"))
