"""What can stand in the way of money, worded for the person who reads it."""

from __future__ import annotations

from django.utils.translation import gettext as _


class PaymentError(Exception):
    """Something that was asked about money cannot be done; the text says why and what to do."""


class NothingDue(PaymentError):
    """There is nothing left to pay."""

    def __init__(self, code: str) -> None:
        super().__init__(_("Hồ sơ %(code)s không còn khoản nào phải nộp.") % {"code": code})


class DueChanged(PaymentError):
    """What is due is no longer what the page showed."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Số tiền phải nộp đã thay đổi từ lúc mở trang; chưa ghi gì. "
                "Xem lại số tiền rồi thu tiếp nếu còn cần."
            )
        )


class TooLittleGiven(PaymentError):
    """The cash that was handed over is less than what is due."""

    def __init__(self) -> None:
        super().__init__(_("Số tiền khách đưa ít hơn số phải nộp. Kiểm tra lại rồi ghi nhận."))


class GroundMissing(PaymentError):
    """A waiver, refund or difference came without its ground."""

    def __init__(self) -> None:
        super().__init__(_("Ghi rõ căn cứ hoặc lý do để sau này còn tra lại được."))


class NumberMissing(PaymentError):
    """A transfer is confirmed by the bank's number, and none was given."""

    def __init__(self) -> None:
        super().__init__(_("Ghi số giao dịch của ngân hàng, xem trong sao kê hoặc tin báo có."))


class NumberUsed(PaymentError):
    """The bank's number was booked already."""

    def __init__(self, code: str) -> None:
        super().__init__(
            _("Số giao dịch này đã ghi nhận cho hồ sơ %(code)s, không ghi hai lần được.")
            % {"code": code}
        )


class MayNotCollect(PaymentError):
    """The official's roles do not include this part of the cash desk."""

    def __init__(self) -> None:
        super().__init__(_("Việc này thuộc người thu phí hoặc lãnh đạo, không thuộc anh/chị."))


class ChargeSettled(PaymentError):
    """The fee was paid or waived in the meantime."""

    def __init__(self) -> None:
        super().__init__(_("Khoản này đã nộp hoặc đã được miễn nên không đổi được nữa."))


class TooMuchToRefund(PaymentError):
    """More is to be paid back than was received."""

    def __init__(self) -> None:
        super().__init__(_("Số tiền hoàn phải lớn hơn 0 và không quá số đã nhận mà chưa hoàn."))


class RefundSettled(PaymentError):
    """The refund was made or declined in the meantime."""

    def __init__(self) -> None:
        super().__init__(_("Khoản hoàn này đã được giải quyết rồi."))


class DayClosed(PaymentError):
    """The day was closed; what is found later counts to the next day."""

    def __init__(self, day: str) -> None:
        super().__init__(
            _("Ngày thu %(day)s đã chốt; điều chỉnh sau đó được ghi vào ngày thu kế tiếp.")
            % {"day": day}
        )


class DayNotOver(PaymentError):
    """Only today and earlier days with money can be closed."""

    def __init__(self) -> None:
        super().__init__(_("Chỉ chốt được ngày hôm nay, hoặc ngày đã qua có khoản thu."))


class LineSettled(PaymentError):
    """The bank line was booked or undone in the meantime."""

    def __init__(self) -> None:
        super().__init__(_("Dòng sao kê này đã được xử lý rồi; tải lại trang để xem kết quả."))


class GatewayNotReady(PaymentError):
    """The commune has not set up the gateway, or the deployment does not know it."""

    def __init__(self) -> None:
        super().__init__(
            _("Đơn vị chưa mở nộp tiền qua cổng này. Anh/chị chuyển khoản hoặc nộp tại quầy.")
        )
