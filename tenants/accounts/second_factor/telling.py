"""Telling somebody that their second factor was changed, so that a theft does not stay unseen."""

from __future__ import annotations

import contextlib
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from tenants.accounts.models import Account
from tenants.accounts.proving.letters import Letter, NotSent, send


def tell_of_change(account: Account) -> None:
    """Write to the account's address, or to its number, once the change is committed.

    A gateway that fails is in the log; the change stands.
    """
    contact = account.email or account.phone
    if contact:
        transaction.on_commit(partial(_send, contact, _change_letter()))


def _send(contact: str, letter: Letter) -> None:
    with contextlib.suppress(NotSent):
        send(contact, letter)


def _change_letter() -> Letter:
    body = _(
        "Cách xác thực hai bước của tài khoản Xã Số vừa được thêm, gỡ hoặc tạo lại mã dự phòng.\n\n"
        "Nếu không phải anh/chị làm, hãy đổi mật khẩu và đăng xuất mọi thiết bị khác ngay."
    )
    sms = _(
        "Xã Số: xác thực hai bước của tài khoản vừa thay đổi. Không phải anh/chị làm thì đổi mật "
        "khẩu ngay."
    )
    return Letter(_("Xác thực hai bước vừa thay đổi"), f"{body}\n", sms)
