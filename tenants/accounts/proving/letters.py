"""What is written to a phone number or an address, and the sending of it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from enum import StrEnum

from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils.translation import gettext as _

from tenants.accounts.proving.contacts import is_phone
from tenants.communes.hosts import central_url
from tenants.kit.sms import SmsFailed, send_sms

logger = logging.getLogger(__name__)


class Purpose(StrEnum):
    """What a code is asked for."""

    SIGN_UP = "sign_up"
    SIGN_IN = "sign_in"
    RESET = "reset"
    CHANGE_PHONE = "change_phone"
    CHANGE_EMAIL = "change_email"


class NotSent(Exception):
    """The gateway did not take the message."""


@dataclass(frozen=True)
class Letter:
    """One message, in the words of a letter and in those of a phone."""

    subject: str
    body: str
    sms: str


def code_letter(purpose: Purpose, code: str) -> Letter:
    """Return the message that brings a code; it says what for, so that it is not read out."""
    what = {
        Purpose.SIGN_UP: _("tạo tài khoản"),
        Purpose.SIGN_IN: _("đăng nhập"),
        Purpose.RESET: _("đặt lại mật khẩu"),
        Purpose.CHANGE_PHONE: _("xác nhận số điện thoại"),
        Purpose.CHANGE_EMAIL: _("xác nhận thư điện tử"),
    }[purpose]
    body = _(
        "Mã để %(what)s trên Xã Số là: %(code)s\n\n"
        "Mã dùng được trong 10 phút. Không đọc mã này cho ai, kể cả người xưng là cán bộ.\n"
        "Nếu không phải anh/chị yêu cầu, hãy bỏ qua thư này; không có gì thay đổi."
    ) % {"what": what, "code": code}
    sms = _("Xã Số: mã để %(what)s là %(code)s, dùng trong 10 phút. Không đọc mã cho ai.")
    return Letter(
        _("Mã %(what)s Xã Số") % {"what": what}, _letter(body), sms % {"what": what, "code": code}
    )


def refusal_letter(purpose: Purpose) -> Letter:
    """Return what goes out where no code may: the page says the same in both cases."""
    links = {"sign_in": _central("account_login"), "sign_up": _central("account_signup")}
    if purpose in (Purpose.RESET, Purpose.SIGN_IN):
        body = _(
            "Có người vừa yêu cầu đặt lại mật khẩu bằng địa chỉ này, nhưng địa chỉ này chưa có "
            "tài khoản. Nếu là anh/chị, có thể anh/chị đã đăng ký bằng số điện thoại, hoặc chưa có "
            "tài khoản. Tạo tài khoản tại: %(sign_up)s\n\n"
            "Nếu không phải anh/chị, hãy bỏ qua thư này."
        )
        sms = _("Xã Số: số này chưa có tài khoản nên không đặt lại mật khẩu được.")
        return Letter(_("Địa chỉ này chưa có tài khoản Xã Số"), _letter(body % links), sms)
    body = _(
        "Có người vừa ghi địa chỉ này để dùng cho một tài khoản, nhưng địa chỉ này đã có tài khoản "
        "rồi. Nếu là anh/chị, hãy đăng nhập, hoặc đặt lại mật khẩu nếu đã quên: %(sign_in)s\n\n"
        "Nếu không phải anh/chị, hãy bỏ qua thư này; tài khoản của anh/chị vẫn như cũ."
    )
    sms = _("Xã Số: số này đã có tài khoản. Hãy đăng nhập, hoặc đặt lại mật khẩu nếu đã quên.")
    return Letter(_("Địa chỉ này đã có tài khoản Xã Số"), _letter(body % links), sms)


def change_letter() -> Letter:
    """Return what the former number or address is told, so that a theft does not stay unseen."""
    body = _(
        "Số điện thoại hoặc thư điện tử của tài khoản Xã Số vừa được đổi. Từ nay hệ thống không "
        "gửi tin đến đây nữa.\n\n"
        "Nếu không phải anh/chị đổi, hãy mang giấy tờ tùy thân đến bộ phận một cửa ngay."
    )
    sms = _(
        "Xã Số: số điện thoại của tài khoản vừa được đổi. Không phải anh/chị đổi thì đến bộ phận "
        "một cửa ngay."
    )
    return Letter(_("Tài khoản Xã Số vừa đổi nơi liên lạc"), _letter(body), sms)


def send(contact: str, letter: Letter) -> None:
    """Hand the message over to the gateway of phones or of letters; raises NotSent."""
    try:
        if is_phone(contact):
            send_sms(contact, letter.sms)
        else:
            EmailMessage(letter.subject, letter.body, to=[contact]).send()
    except (SmsFailed, OSError) as error:  # what smtplib raises is an OSError too
        # Not the error itself: gateways like to repeat whom the message was for.
        kind = "phone" if is_phone(contact) else "mail"
        logger.error("The %s gateway did not take a message: %s", kind, type(error).__name__)
        raise NotSent from None


def _letter(body: str) -> str:
    return f"{_('Kính gửi anh/chị,')}\n\n{body}\n"


def _central(name: str) -> str:
    return central_url(reverse(name, urlconf="config.urls_central"))
