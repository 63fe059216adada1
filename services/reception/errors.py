"""What can stand in the way at the hall, worded for the person who reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from services.reception.models import Ticket


class ReceptionError(Exception):
    """Something that was asked for cannot be done; the text says why and what to do."""


class LineClosed(ReceptionError):
    """The line gives no numbers now."""

    def __init__(self) -> None:
        super().__init__(_("Dãy số này đang không phát số. Chọn dãy khác hoặc hỏi cán bộ."))


class NotAtWindow(ReceptionError):
    """The official sits at no window, or somebody else sits there meanwhile."""

    def __init__(self) -> None:
        super().__init__(_("Anh/chị chưa ngồi quầy nào. Chọn quầy rồi gọi số."))


class WindowTaken(ReceptionError):
    """Another official sits at the window."""

    def __init__(self, number: int, name: str) -> None:
        super().__init__(
            _("Quầy %(number)d đang có %(name)s ngồi. Chọn quầy khác, hoặc nhờ người đó rời quầy.")
            % {"number": number, "name": name}
        )


class TicketMoved(ReceptionError):
    """The ticket is no longer as the page showed it."""

    def __init__(self, ticket: Ticket) -> None:
        super().__init__(
            _("Số %(label)s đã sang “%(state)s” từ lúc anh/chị mở trang. Xem lại rồi làm tiếp.")
            % {"label": ticket.label, "state": ticket.get_state_display().lower()}
        )


class StillCalling(ReceptionError):
    """A number was called and nobody said yet whether its holder came."""

    def __init__(self, ticket: Ticket) -> None:
        super().__init__(
            _(
                "Đang gọi số %(label)s. Bấm “Bắt đầu phục vụ” nếu người đã đến, “Vắng mặt” nếu "
                "không."
            )
            % {"label": ticket.label}
        )


class NoSuchWindow(ReceptionError):
    """No window has that number."""

    def __init__(self) -> None:
        super().__init__(_("Không có quầy này. Tải lại trang rồi chọn lại."))


class NumberTaken(ReceptionError):
    """A line's letter or a window's number is there already."""

    def __init__(self, what: str) -> None:
        super().__init__(_("%(what)s đã có rồi. Chọn chữ hoặc số khác.") % {"what": what})


class PeopleWaiting(ReceptionError):
    """What is to be removed is still needed."""

    def __init__(self) -> None:
        super().__init__(
            _("Hôm nay còn người giữ số của dãy này. Tắt phát số trước, xóa vào ngày mai.")
        )


class SlotFull(ReceptionError):
    """The time was given to others meanwhile, or is not offered."""

    def __init__(self) -> None:
        super().__init__(_("Giờ này vừa hết chỗ hoặc không còn nhận hẹn. Chọn giờ khác."))


class AlreadyBooked(ReceptionError):
    """The person has an open appointment for the same procedure."""

    def __init__(self) -> None:
        super().__init__(
            _("Anh/chị đã có lịch hẹn cho thủ tục này. Hủy lịch cũ trước khi đặt giờ khác.")
        )


class AppointmentOver(ReceptionError):
    """The appointment was cancelled, is past, or its holder came already."""

    def __init__(self) -> None:
        super().__init__(_("Lịch hẹn này đã qua, đã hủy hoặc đã dùng."))


class NoAppointment(ReceptionError):
    """No open appointment of today has that code."""

    def __init__(self) -> None:
        super().__init__(
            _("Hôm nay không có lịch hẹn nào mang mã này. Xem lại mã, hoặc lấy số thường.")
        )


class TooEarly(ReceptionError):
    """The appointment is later today."""

    def __init__(self, at: str) -> None:
        super().__init__(
            _("Lịch hẹn của anh/chị lúc %(at)s. Quay lại trước giờ hẹn 30 phút để nhận số.")
            % {"at": at}
        )


class PlanInUse(ReceptionError):
    """People booked times of a plan that is to be removed."""

    def __init__(self, count: int) -> None:
        super().__init__(
            _(
                "Còn %(count)d người đã đặt giờ trong khung này. Khung sẽ xóa được khi các lịch "
                "hẹn đó đã qua hoặc đã hủy."
            )
            % {"count": count}
        )


class ConfirmationVoid(ReceptionError):
    """The link on the phone is used up, out of time, or the form was changed since."""

    def __init__(self) -> None:
        super().__init__(
            _("Mã này đã dùng, đã hết hạn, hoặc bản điền đã thay đổi. Nhờ cán bộ tạo mã mới.")
        )
