"""By which ways a notice leaves the house, and the handing over to the partner.

Letters go to an address that its owner has proved, unless they wish otherwise; messages only to
a proved number and with consent (Law 91/2025/QH15), for what the consent names. A notice that
the law wants (Decree 224/2026/NĐ-CP: the person is told at every turn) goes by letter in spite of
the wish when no message goes out. Who has no account is told at what they gave for this purpose.
"""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage

from tenants.accounts.consent import SMS, consented, consents_of
from tenants.accounts.models import Account
from tenants.accounts.proving.contacts import is_platform_address, is_proved
from tenants.communes.hosts import commune_url
from tenants.kit.sms import SmsFailed, send_sms
from tenants.kit.text import unaccented
from tenants.notices.models import Channel, Delivery, Notice, NoticePreference

# One message of the GSM alphabet; with accents it holds 70 and costs three times as much.
SMS_LENGTH = 160
_Reason = Delivery.Reason


@dataclass(frozen=True)
class _Way:
    """Where to, or why not."""

    address: str = ""
    reason: str = ""

    @property
    def is_open(self) -> bool:
        return not self.reason


def plan(notice: Notice) -> list[Delivery]:
    """Return the deliveries of a notice, not saved: what waits to be sent, and why others do not.

    Asked when it is sent, so that consent taken back in the meantime counts.
    """
    if notice.account_id is None:
        given = notice.content
        letter = _Way(given.get("email", ""), "" if given.get("email") else _Reason.NO_ADDRESS)
        message = _Way(given.get("phone", ""), "" if given.get("phone") else _Reason.NO_ADDRESS)
    else:
        letter, message = _ways_of_account(notice, notice.account_id)
    return [_delivery(notice, Channel.EMAIL, letter), _delivery(notice, Channel.SMS, message)]


def _ways_of_account(notice: Notice, account_id: UUID) -> tuple[_Way, _Way]:
    account = Account.objects.filter(pk=account_id, is_active=True).first()
    if account is None:
        nowhere = _Way(reason=_Reason.NO_ADDRESS)
        return nowhere, nowhere
    message = _message_to(account, notice)
    return _letter_to(account, must=notice.mandatory and not message.is_open), message


def _message_to(account: Account, notice: Notice) -> _Way:
    if not account.phone:
        return _Way(reason=_Reason.NO_ADDRESS)
    if not is_proved(account, account.phone):
        return _Way(reason=_Reason.NOT_PROVED)
    if not notice.needs_person:
        return _Way(reason=_Reason.NOT_COVERED)
    if consented(consents_of(account.pk), SMS) is None:
        return _Way(reason=_Reason.NO_CONSENT)
    return _Way(account.phone)


def _letter_to(account: Account, *, must: bool) -> _Way:
    if not account.email or is_platform_address(account.email):
        return _Way(reason=_Reason.NO_ADDRESS)
    if not is_proved(account, account.email):
        return _Way(reason=_Reason.NOT_PROVED)
    wish = NoticePreference.objects.filter(account_id=account.pk).first()
    if wish is not None and not wish.email and not must:
        return _Way(reason=_Reason.OPTED_OUT)
    return _Way(account.email)


def _delivery(notice: Notice, channel: Channel, way: _Way) -> Delivery:
    return Delivery(
        notice=notice,
        commune_code=notice.commune_code,
        channel=channel,
        address=way.address or None,
        state=Delivery.State.WAITING if way.is_open else Delivery.State.NOT_SENT,
        reason=way.reason,
    )


def hand_to_partner(delivery: Delivery) -> None:
    """Hand a delivery over; the partner recognises its key, should it come a second time.

    Raises whatever the partner's fault comes out as.
    """
    notice, address = delivery.notice, str(delivery.address)
    if delivery.channel == Channel.SMS:
        send_sms(address, sms_text(notice), key=str(delivery.pk))
        return
    host = settings.BASE_DOMAIN
    EmailMessage(
        notice.content["title"],
        _letter(notice),
        to=[address],
        headers={"Message-ID": f"<{delivery.pk}@{host}>", "Auto-Submitted": "auto-generated"},
    ).send()


def sms_text(notice: Notice) -> str:
    """Return what the phone shows: one message long, with the way to the page where that fits."""
    said = notice.content.get("sms") or notice.content["title"]
    if not settings.SMS_ACCENTS:
        said = unaccented(said)
    whole = f"{said} {_link(notice)}"
    return whole if len(whole) <= SMS_LENGTH else said[:SMS_LENGTH]


def _letter(notice: Notice) -> str:
    link = _link(notice)
    return (
        f"Kính gửi anh/chị,\n\n{notice.content['body']}\n\nXem hồ sơ: {link}\n\n"
        "Thư này do hệ thống tự gửi, anh/chị không cần trả lời.\n"
    )


def _link(notice: Notice) -> str:
    return commune_url(notice.commune_code, notice.path)


def what_went_wrong(error: Exception) -> str:
    """Return an error for the desk: its kind and the partner's code, never its words.

    Gateways like to repeat whom the message was for.
    """
    code = ""
    if isinstance(error, SmsFailed) and error.status:
        code = f" {error.status}"
    elif isinstance(error, smtplib.SMTPResponseException):
        code = f" {error.smtp_code}"
    return f"{type(error).__name__}{code}"[:200]
