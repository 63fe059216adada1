"""Closing an account: asked for, thought over, carried out.

What a person filed and what communes issued stays with the communes, as the law on archives
demands; a case carries its applicant as they were on the day of filing and does not need the
account. All that the account itself holds goes. The row stays, empty, so that the keys in cases
and histories keep leading to nobody else.
"""

from __future__ import annotations

import datetime
from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.accounts.models import Account, Consent, DeskSession

# Long enough to come back from a journey and find that somebody else asked.
THINKING_DAYS = 30
# The name that ends in .invalid is reserved (RFC 2606): nobody can ever own it, and no letter
# arrives. An account must have an address or a number; a closed one gets this one.
CLOSED_DOMAIN = "da-dong.invalid"
CLOSED_NAME = "Tài khoản đã đóng"


class ClosingRefused(Exception):
    """The account works for somebody else too, so its person cannot close it alone."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Tài khoản này đang dùng để làm việc. Anh/chị nhờ người quản trị của xã, hoặc đơn "
                "vị vận hành, ghi là đã thôi việc trước, rồi quay lại đây."
            )
        )


def closing_day(account: Account) -> datetime.date | None:
    """The first day on which the account may be closed; None when nobody asked for it."""
    if account.closing_asked_at is None:
        return None
    return timezone.localdate(account.closing_asked_at) + timedelta(days=THINKING_DAYS)


@transaction.atomic
def ask_closing(*, account: Account) -> None:
    """Record that the person wants the account closed; asking again moves no date.

    No reason is asked: none is needed, and one that nobody reads should not be kept. Raises
    ClosingRefused for operators and for whoever has a desk open. Who else holds a post somewhere
    is known to that commune alone; looking through all takes too long for a page, so each commune
    forgets the requests of its own officials in the course of a night.
    """
    if account.is_operator or DeskSession.objects.filter(account_id=account.pk).exists():
        raise ClosingRefused
    Account.objects.filter(pk=account.pk, closing_asked_at=None).update(
        closing_asked_at=timezone.now()
    )


@transaction.atomic
def undo_closing(*, account: Account) -> None:
    """Forget that the person wanted the account closed."""
    Account.objects.filter(pk=account.pk).update(closing_asked_at=None)


def accounts_to_close() -> QuerySet[Account]:
    """The accounts whose days to think it over have passed, the longest waiting first."""
    # By local days, as the page promises: the whole last day belongs to the person.
    first_today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    before = first_today - timedelta(days=THINKING_DAYS - 1)
    asked = Account.objects.filter(is_active=True, is_operator=False, closing_asked_at__lt=before)
    return asked.order_by("closing_asked_at")


@transaction.atomic
def close_account(*, account: Account) -> bool:
    """Empty the account and end every way into it; False when the person has changed their mind.

    Whether cases are open or a post is held is the caller's to know.
    """
    locked = Account.objects.select_for_update().get(pk=account.pk)
    if locked.closing_asked_at is None or not locked.is_active:
        return False
    _end_sessions(locked)
    EmailAddress.objects.filter(user=locked).delete()
    Authenticator.objects.filter(user=locked).delete()
    SocialAccount.objects.filter(user=locked).delete()
    Consent.objects.filter(account_id=locked.pk, withdrawn_at=None).update(
        withdrawn_at=timezone.now()
    )
    _empty(locked)
    return True


def _end_sessions(account: Account) -> None:
    sessions = UserSession.objects.filter(user=account)
    Session.objects.filter(session_key__in=sessions.values("session_key")).delete()
    sessions.delete()
    DeskSession.objects.filter(account_id=account.pk).delete()


def _empty(account: Account) -> None:
    account.full_name = CLOSED_NAME
    account.email, account.phone = f"{account.pk}@{CLOSED_DOMAIN}", None
    account.birth_date, account.address = None, ""
    account.phone_verified_at = account.national_id_verified_at = None
    account.assurance_level = 0
    account.is_active = False
    account.set_national_id(None)
    account.set_unusable_password()
    account.save()
