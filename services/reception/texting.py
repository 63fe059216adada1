"""The link to confirm by, sent to the phone that the form names."""

from __future__ import annotations

import logging

from django.utils.translation import gettext as _

from tenants.accounts import limits
from tenants.accounts.phone import PhoneNotValid, normalise_phone
from tenants.kit.sms import SmsFailed, send_sms

logger = logging.getLogger(__name__)


def mask_phone(phone: str) -> str:
    """A phone number of which the middle is left out: ``098***321``."""
    digits = "".join(ch for ch in phone if ch.isdigit())
    return f"{digits[:3]}***{digits[-3:]}" if len(digits) >= 8 else ""


def text_link(phone: str, url: str) -> str:
    """Send the link; what stood in the way, in words, or nothing.

    At once and not by a job: the key of the link may be written down nowhere.
    """
    try:
        number = normalise_phone(phone)
    except PhoneNotValid as error:
        return str(error)
    if not (limits.SMS_MINUTE.take(number) and limits.SMS_DAY.take(number)):
        return _("Số này vừa nhận tin nhắn. Chờ một phút, hoặc quét mã trên màn hình.")
    text = _("Xem lai va xac nhan ho so tai quay (trong 15 phut): %(url)s") % {"url": url}
    try:
        send_sms(number, text)
    except SmsFailed as error:
        logger.error("The gateway of phones did not take a message: %s", type(error).__name__)
        return _("Chưa gửi được tin nhắn. Quét mã trên màn hình bằng điện thoại.")
    return ""
