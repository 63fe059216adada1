"""What can stand in the way of a rating or a petition, worded for the person who reads it."""

from __future__ import annotations

from django.utils.translation import gettext as _


class FeedbackError(Exception):
    """It cannot be done; the text says why and what to do."""


class NotFinished(FeedbackError):
    """A case is rated once its result was given."""

    def __init__(self) -> None:
        super().__init__(_("Hồ sơ chưa trả kết quả nên chưa đánh giá được."))


class RatingClosed(FeedbackError):
    """The time in which a rating may be changed is over."""

    def __init__(self, days: int) -> None:
        super().__init__(
            _("Đánh giá chỉ gửi, sửa được trong %(days)d ngày từ khi trả kết quả.") % {"days": days}
        )


class PetitionClosed(FeedbackError):
    """It was answered already, perhaps by a colleague a moment ago."""

    def __init__(self, code: str) -> None:
        super().__init__(
            _("%(code)s đã được trả lời, nên không sửa được nữa. Anh/chị xem lại câu trả lời.")
            % {"code": code}
        )


class NotYetAnswered(FeedbackError):
    """Only an answer can be judged."""

    def __init__(self, code: str) -> None:
        super().__init__(_("%(code)s chưa có trả lời nên chưa đánh giá được.") % {"code": code})


class MayNotHandle(FeedbackError):
    """The official whom it was to be given to does not handle petitions."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _("%(name)s không còn làm việc ở đây. Hãy chọn người khác.") % {"name": name}
        )
