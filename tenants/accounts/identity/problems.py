"""What can stand in the way of signing in by an identity provider, worded for who reads it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Problem:
    """A page: its key (for logs and tests), status, title, and what to do, as %(name)s says it.

    `again` tells whether trying once more can help.
    """

    key: str
    status: int
    title: str | Promise
    advice: str | Promise
    again: bool = True


class IdentityProblem(Exception):
    """Signing in by a provider came to an end; nothing of the person is in it."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.key)
        self.problem = problem


CANCELLED = Problem(
    "cancelled",
    200,
    _("Anh/chị đã dừng đăng nhập bằng %(name)s"),
    _("Chưa có gì thay đổi. Anh/chị có thể thử lại, hoặc đăng nhập bằng mật khẩu."),
)
REFUSED_THERE = Problem(
    "refused-there",
    502,
    _("%(name)s không cho đăng nhập lần này"),
    _("Hãy thử lại sau ít phút, hoặc đăng nhập bằng mật khẩu."),
)
PROVIDER_DOWN = Problem(
    "down",
    503,
    _("%(name)s đang không trả lời"),
    _("Lỗi không phải do anh/chị. Hãy thử lại sau ít phút, hoặc đăng nhập bằng mật khẩu."),
)
STATE_UNKNOWN = Problem(
    "state",
    400,
    _("Lượt đăng nhập này đã dùng hoặc đã quá hạn"),
    _(
        "Mỗi lượt chỉ dùng một lần, trong 10 phút, trên đúng trình duyệt đã bắt đầu. "
        "Hãy bắt đầu lại bằng nút dưới đây."
    ),
)
ANSWER_NOT_TRUSTED = Problem(
    "not-trusted",
    502,
    _("Không xác minh được câu trả lời của %(name)s"),
    _(
        "Để bảo vệ anh/chị, lượt đăng nhập này bị dừng và chưa có gì thay đổi. "
        "Hãy thử lại; nếu vẫn vậy, đăng nhập bằng mật khẩu."
    ),
)
NUMBER_MISSING = Problem(
    "number-missing",
    422,
    _("%(name)s không cho biết số định danh"),
    _(
        "Tài khoản ở đó có thể chưa được định danh. Hãy định danh mức 2 tại công an xã, phường, "
        "hoặc đăng nhập bằng mật khẩu."
    ),
    again=False,
)
NUMBER_MALFORMED = Problem(
    "number-malformed",
    422,
    _("Số định danh mà %(name)s gửi sang không đúng"),
    _(
        "Số định danh cá nhân gồm 12 chữ số. Hãy xem lại thông tin của anh/chị ở %(name)s, "
        "hoặc đăng nhập bằng mật khẩu."
    ),
    again=False,
)
NAME_MISSING = Problem(
    "name-missing",
    422,
    _("%(name)s không cho biết họ và tên"),
    _("Hãy xem lại thông tin của anh/chị ở %(name)s, hoặc đăng nhập bằng mật khẩu."),
    again=False,
)
BUSINESS_ACCOUNT = Problem(
    "business",
    403,
    _("Đây là tài khoản của tổ chức, doanh nghiệp"),
    _(
        "Mỗi tài khoản ở đây là của một người. Hãy đăng nhập %(name)s bằng tài khoản cá nhân của "
        "người nộp; tên và mã số doanh nghiệp được khai trong từng hồ sơ."
    ),
)
ACCOUNT_CLOSED = Problem(
    "closed",
    403,
    _("Tài khoản này đã được đóng"),
    _("Nếu cần dùng lại, anh/chị mang giấy tờ tùy thân đến bộ phận một cửa của xã, phường nơi ở."),
    again=False,
)
NUMBER_CHANGED = Problem(
    "number-changed",
    409,
    _("Số định danh không khớp với lần trước"),
    _(
        "Tài khoản %(name)s này đã liên kết với một số định danh khác. Anh/chị mang thẻ căn cước "
        "đến bộ phận một cửa của xã, phường để được kiểm tra."
    ),
    again=False,
)
OTHER_ACCOUNT = Problem(
    "other-account",
    409,
    _("Số định danh này thuộc một tài khoản khác"),
    _(
        "Mỗi người có một tài khoản. Hãy đăng xuất rồi đăng nhập bằng %(name)s để vào tài khoản "
        "đã xác thực số định danh ấy."
    ),
    again=False,
)
OTHER_PERSON = Problem(
    "other-person",
    409,
    _("Tài khoản đang đăng nhập thuộc người khác"),
    _(
        "Tài khoản đang mở đã xác thực một số định danh khác. Hãy đăng xuất rồi đăng nhập bằng "
        "%(name)s của mình."
    ),
    again=False,
)
SIGNED_IN_MEANWHILE = Problem(
    "signed-in-meanwhile",
    409,
    _("Tài khoản đang đăng nhập đã đổi giữa chừng"),
    _("Chưa có gì thay đổi. Hãy xem mình đang dùng tài khoản nào rồi thử lại."),
)
PENDING_OVER = Problem(
    "pending-over",
    410,
    _("Thông tin từ %(name)s đã quá hạn"),
    _("Vì an toàn, thông tin ấy chỉ được giữ 15 phút. Hãy đăng nhập bằng %(name)s lần nữa."),
)
