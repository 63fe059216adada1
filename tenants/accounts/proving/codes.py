"""Codes of six digits: sent to a phone or an address, typed back in the same browser.

What waits for its code lies sealed in the session: the database that keeps sessions holds neither
phone numbers nor codes. A page acts the same whether or not a code went out, so that nobody learns
from it who has an account; the owner of the number or address is told by the message.
"""

from __future__ import annotations

import base64
import hmac
import json
import time
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any
from uuid import uuid4

from allauth.core.internal.cryptokit import generate_user_code, normalize_user_code
from django.http import HttpRequest
from django.utils.translation import gettext as _

from tenants.accounts import limits
from tenants.accounts.proving import letters
from tenants.accounts.proving.contacts import is_phone
from tenants.accounts.proving.letters import Purpose
from tenants.kit.crypto import SealBroken, blind_index, seal, unseal

# How long a code serves, and how long its page stays, from which a new one can be asked for.
CODE_LIFE = 10 * 60
PAGE_LIFE = 60 * 60
DIGITS = 6
# A form sent twice, or corrected at once, does not send a second message.
_JUST_NOW = 60


class CodeNotSent(Exception):
    """No code goes out now; the text says why and what to do."""


class Verdict(Enum):
    """What a typed code is."""

    RIGHT = "right"
    WRONG = "wrong"
    TOO_OLD = "too old"
    TOO_OFTEN = "too often"


@dataclass
class PendingCode:
    """A code that was asked for, and what is to happen when it comes back."""

    purpose: Purpose
    contact: str
    real: bool
    """Whether a code goes out at all; else the message says why not."""
    about: dict[str, Any] = field(default_factory=dict)
    number: str = ""
    digest: str = ""
    sent_at: float = 0.0

    @property
    def by_phone(self) -> bool:
        """Whether the code comes to a phone."""
        return is_phone(self.contact)


def begin(request: HttpRequest, asked: PendingCode) -> None:
    """Send a code and wait for it in this session; raises CodeNotSent.

    Asked again within a minute for the same contact, the code that was sent stays the right one.
    """
    before = load(request, asked.purpose)
    if before and before.contact == asked.contact and time.time() - before.sent_at < _JUST_NOW:
        before.about = asked.about
        keep(request, before)
        return
    send_new(request, asked)


def send_new(request: HttpRequest, pending: PendingCode) -> None:
    """Send another code, with which the one before ends; raises CodeNotSent."""
    _count(request, pending.contact)
    number, code = uuid4().hex, generate_user_code(length=DIGITS, numeric=True, dashed=False)
    letter = (
        letters.code_letter(pending.purpose, code)
        if pending.real
        else letters.refusal_letter(pending.purpose)
    )
    try:
        letters.send(pending.contact, letter)
    except letters.NotSent:
        _uncount(request, pending.contact)
        raise CodeNotSent(_gateway_down(pending.contact)) from None
    pending.number, pending.sent_at = number, time.time()
    pending.digest = _digest(number, code) if pending.real else ""
    keep(request, pending)


def check(request: HttpRequest, pending: PendingCode, typed: str) -> Verdict:
    """Compare what was typed; every try counts, also those at one moment."""
    if time.time() - pending.sent_at > CODE_LIFE:
        return Verdict.TOO_OLD
    address = limits.client_address(request)
    if not limits.CODE_ADDRESS.take(address) or not limits.CODE.take(pending.number):
        return Verdict.TOO_OFTEN
    digest = _digest(pending.number, normalize_user_code(typed))
    if not hmac.compare_digest(digest, pending.digest):
        return Verdict.WRONG
    limits.CODE_ADDRESS.give_back(address)
    return Verdict.RIGHT


def load(request: HttpRequest, purpose: Purpose) -> PendingCode | None:
    """Return what waits for a code in this session, or None."""
    sealed = request.session.get(_name(purpose))
    if not isinstance(sealed, str):
        return None
    try:
        plain = unseal(base64.b64decode(sealed), context=_name(purpose))
    except (SealBroken, ValueError):
        return None
    values = json.loads(plain)
    pending = PendingCode(**{**values, "purpose": Purpose(values["purpose"])})
    return pending if time.time() - pending.sent_at <= PAGE_LIFE else None


def keep(request: HttpRequest, pending: PendingCode) -> None:
    """Write down in the session what waits."""
    plain = json.dumps(asdict(pending)).encode()
    sealed = seal(plain, context=_name(pending.purpose))
    request.session[_name(pending.purpose)] = base64.b64encode(sealed).decode()


def drop(request: HttpRequest, purpose: Purpose) -> None:
    """Forget what waits: the code has served, or is not wanted any more."""
    request.session.pop(_name(purpose), None)


def _name(purpose: Purpose) -> str:
    return f"accounts.code.{purpose}"


def _digest(number: str, code: str) -> str:
    return blind_index(code, purpose=f"accounts.code.{number}")


def _count(request: HttpRequest, contact: str) -> None:
    by_phone = is_phone(contact)
    minute = limits.SMS_MINUTE if by_phone else limits.MAIL_MINUTE
    address = limits.SMS_ADDRESS if by_phone else limits.MAIL_ADDRESS
    if not address.take(limits.client_address(request)):
        raise CodeNotSent(
            _(
                "Từ mạng anh/chị đang dùng đã xin quá nhiều mã. Hãy thử lại sau một giờ, "
                "hoặc dùng mạng khác."
            )
        )
    if not minute.take(contact):
        raise CodeNotSent(_("Mã vừa được gửi chưa đầy một phút. Hãy chờ một phút rồi xin mã mới."))
    if not (limits.SMS_DAY if by_phone else limits.MAIL_DAY).take(contact):
        raise CodeNotSent(
            _(
                "Hôm nay đã gửi đến đây đủ số mã cho phép. Hãy dùng cách liên lạc khác, thử lại "
                "ngày mai, hoặc đến bộ phận một cửa để được giúp."
            )
        )


def _uncount(request: HttpRequest, contact: str) -> None:
    by_phone = is_phone(contact)
    (limits.SMS_MINUTE if by_phone else limits.MAIL_MINUTE).give_back(contact)
    (limits.SMS_DAY if by_phone else limits.MAIL_DAY).give_back(contact)
    (limits.SMS_ADDRESS if by_phone else limits.MAIL_ADDRESS).give_back(
        limits.client_address(request)
    )


def _gateway_down(contact: str) -> str:
    if is_phone(contact):
        return _(
            "Hệ thống chưa gửi được tin nhắn. Hãy thử lại sau vài phút, hoặc dùng thư điện tử thay "
            "số điện thoại."
        )
    return _(
        "Hệ thống chưa gửi được thư. Hãy thử lại sau vài phút, hoặc dùng số điện thoại thay thư "
        "điện tử."
    )
