"""Writing notices, reading them, and marking them read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from tenants.notices.models import Audience, Delivery, Notice, NoticePreference
from tenants.notices.tasks import deliver_notice, send_delivery


@dataclass(frozen=True, kw_only=True)
class Message:
    """What one person is to be told.

    `account_id` or, for somebody without one, `email` and `phone` as given for this purpose.
    `path` is a page of the commune's site. `sms` is what a phone shows, without a link; empty
    for the title. `mandatory`: the law wants the person told. `needs_person`: something is
    needed from them, or lies ready for them.
    """

    account_id: UUID | None
    commune_code: str
    subject_id: UUID
    code: str
    kind: str
    title: str
    body: str
    path: str
    email: str = ""
    phone: str = ""
    sms: str = ""
    mandatory: bool = False
    needs_person: bool = False
    audience: str = Audience.CITIZEN


def notify(
    *,
    account_id: UUID | None,
    commune_code: str,
    subject_id: UUID,
    code: str,
    kind: str,
    title: str,
    body: str,
    path: str,
    email: str = "",
    phone: str = "",
    sms: str = "",
    mandatory: bool = False,
    needs_person: bool = False,
    audience: str = Audience.CITIZEN,
) -> Notice:
    """Tell one person something, in the caller's transaction (see `Message`); two statements.

    It stands on the person's page at once; letter and message are sent by jobs of the commune we
    are in, after the commit. Officials are told on the page alone.
    """
    message = Message(
        account_id=account_id,
        commune_code=commune_code,
        subject_id=subject_id,
        code=code,
        kind=kind,
        title=title,
        body=body,
        path=path,
        email=email,
        phone=phone,
        sms=sms,
        mandatory=mandatory,
        needs_person=needs_person,
        audience=audience,
    )
    return notify_all([message])[0]


@transaction.atomic
def notify_all(messages: Iterable[Message]) -> list[Notice]:
    """Tell several people at once: one statement, and one for each who may have an address."""
    notices = [_notice(message) for message in messages]
    if notices:
        Notice.objects.bulk_create(notices)
    for notice in notices:
        if leaves_the_house(notice):
            deliver_notice.enqueue(str(notice.pk))
    return notices


def leaves_the_house(notice: Notice) -> bool:
    """Whether there may be an address; an official's notices stay on the page."""
    if notice.audience == Audience.OFFICIAL:
        return False
    given = notice.content
    return notice.account_id is not None or bool(given.get("email") or given.get("phone"))


def notices_of_subject(subject_id: UUID) -> list[Notice]:
    """All that people were told about something, oldest first, with `deliveries` read along."""
    notices = Notice.objects.filter(subject_id=subject_id).order_by("id")
    return list(notices.prefetch_related("deliveries"))


def own_notices_of_subject(subject_id: UUID, account_id: UUID) -> list[Notice]:
    """What this person was told about something, newest first."""
    mine = Notice.objects.filter(
        subject_id=subject_id, account_id=account_id, audience=Audience.CITIZEN
    )
    return list(mine.order_by("-id"))


def notices_of_citizen(account_id: UUID) -> QuerySet[Notice]:
    """What a person was told as a citizen in all communes, newest first."""
    return Notice.objects.filter(account_id=account_id, audience=Audience.CITIZEN).order_by("-id")


def notices_of_official(account_id: UUID, commune_code: str) -> QuerySet[Notice]:
    """What an official was told at a commune's desk, newest first."""
    return Notice.objects.filter(
        account_id=account_id, audience=Audience.OFFICIAL, commune_code=commune_code
    ).order_by("-id")


def unread_of_citizen(account_id: UUID) -> int:
    """How many notices of all communes the person has not opened."""
    return notices_of_citizen(account_id).filter(read_at=None).count()


def unread_of_official(account_id: UUID, commune_code: str) -> int:
    """How many notices an official has not opened at a commune's desk."""
    return notices_of_official(account_id, commune_code).filter(read_at=None).count()


def mark_read(notices: Iterable[Notice]) -> None:
    """Note that these were shown to the person; those that were read before keep their time."""
    unread = [notice.pk for notice in notices if notice.read_at is None]
    if unread:
        Notice.objects.filter(pk__in=unread, read_at=None).update(read_at=timezone.now())


def masked_address(delivery: Delivery) -> str:
    """Return where a delivery goes, so much of it that its owner would know it again."""
    address = str(delivery.address or "")
    if "@" in address:
        name, at, domain = address.partition("@")
        return f"{name[:1]}…{at}{domain}"
    return f"{address[:4]}…{address[-2:]}" if len(address) > 6 else address and "…"


def resend(delivery: Delivery) -> bool:
    """Send again what could not be sent; False when it is not such a delivery (any more).

    The partner knows it by the same key, so what it took after all it does not send twice.
    """
    waiting = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.FAILED).update(
        state=Delivery.State.WAITING, attempts=0
    )
    if waiting:
        send_delivery.enqueue(str(delivery.pk))
    return waiting == 1


def takes_letters(account_id: UUID) -> bool:
    """Whether a person wishes to be told by letter also where the law does not want it."""
    preference = NoticePreference.objects.filter(account_id=account_id).first()
    return preference is None or preference.email


def set_takes_letters(*, account_id: UUID, email: bool) -> None:
    """Note whether a person wishes to be told by letter."""
    NoticePreference.objects.update_or_create(account_id=account_id, defaults={"email": email})


@transaction.atomic
def forget_account(account_id: UUID) -> None:
    """Take a person out of their notices, for when their account is closed.

    That somebody was told, and when, stays with the case; where to goes.
    """
    NoticePreference.objects.filter(account_id=account_id).delete()
    mine = Notice.objects.filter(account_id=account_id)
    Delivery.objects.filter(notice__in=mine).update(address=None)
    mine.update(account_id=None)


def _notice(message: Message) -> Notice:
    content = {"title": message.title, "body": message.body}
    given = {"sms": message.sms, "email": message.email, "phone": message.phone}
    content |= {name: value for name, value in given.items() if value}
    return Notice(
        commune_code=message.commune_code,
        account_id=message.account_id,
        audience=message.audience,
        subject_id=message.subject_id,
        code=message.code,
        kind=message.kind,
        path=message.path,
        content=content,
        mandatory=message.mandatory,
        needs_person=message.needs_person,
    )
