"""Asking somebody to work for the commune: a link that is sent, opened once, and can be taken back.

The link's token is signed for this purpose and this commune and names the row and until when it
serves; sending anew makes a new time, so the link before it is dead. Accepting takes an account
that has the invited address or number, confirmed: a forwarded link gives nobody else a post.
"""

from __future__ import annotations

import enum
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

from allauth.account.models import EmailAddress
from django.core import signing
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.accounts.models import Account
from tenants.communes.current import CommuneNotOnboarded, commune_info, current_commune
from tenants.communes.hosts import commune_url
from tenants.history.events import Actor, record_event
from tenants.organisation.errors import AlreadyInvited, AlreadyOfficial
from tenants.organisation.models import Invitation, Official
from tenants.organisation.people import Post

VALID = timedelta(days=14)


class DeadLink(Exception):
    """The link was made by us and serves no more; the text says why and what to do."""

    def __init__(self, text: str, elsewhere: str = "") -> None:
        self.elsewhere = elsewhere
        super().__init__(text)


class NotALink(Exception):
    """Nothing that was signed here."""


class Holding(enum.Enum):
    """Whether an account has the contact that was invited."""

    YES = "yes"
    UNCONFIRMED = "unconfirmed"
    NO = "no"


@transaction.atomic
def invite(*, contact: str, post: Post, by: Official) -> Invitation:
    """Ask somebody to take a post; the message with the link goes out by a job.

    ``contact`` is an address or a number in its stored form. Raises AlreadyInvited,
    AlreadyOfficial, SignsWithoutLeading.
    """
    columns = post.columns()
    if _invited_now().filter(contact=contact).exists():
        raise AlreadyInvited
    owner = Account.objects.filter(Q(email=contact) | Q(phone=contact)).first()
    if owner and Official.objects.filter(account_id=owner.pk, active=True).exists():
        raise AlreadyOfficial
    del columns["scope"]  # is chosen once they are here
    invitation = Invitation.objects.create(
        contact=contact, invited_by=by.pk, expires_at=timezone.now() + VALID, **columns
    )
    _record("official.invited", invitation, Actor.official(by), roles=invitation.roles)
    _send(invitation)
    return invitation


@transaction.atomic
def resend_invitation(*, invitation: Invitation, by: Official) -> Invitation:
    """Send a new link for as long as a first one serves; the old link is dead."""
    invitation = _lock(invitation)
    if invitation.accepted_at or invitation.withdrawn_at:
        return invitation
    invitation.expires_at = timezone.now() + VALID
    invitation.save(update_fields=["expires_at"])
    _record("invitation.resent", invitation, Actor.official(by))
    _send(invitation)
    return invitation


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, by: Official) -> None:
    """Take an invitation back that nobody has accepted."""
    invitation = _lock(invitation)
    if invitation.accepted_at or invitation.withdrawn_at:
        return
    Invitation.objects.filter(pk=invitation.pk).update(withdrawn_at=Now())
    _record("invitation.withdrawn", invitation, Actor.official(by))


@transaction.atomic
def accept_invitation(*, token: str, account: Account) -> Official:
    """Make the account an official here, once. Raises DeadLink, NotALink, AlreadyOfficial.

    Who worked here before comes back into the new post. The caller has checked `holding_of`;
    it is checked again, for nobody else may come in by this call.
    """
    invitation = _lock(read_link(token))
    check_serves(invitation, token)
    if holding_of(account, invitation.contact) is not Holding.YES:
        raise PermissionError("The account does not have the invited contact.")
    post: dict[str, Any] = {
        "name": invitation.name,
        "title": invitation.title,
        "department_id": invitation.department_id,
        "roles": invitation.roles,
        "may_sign": invitation.may_sign,
        "scope": "",
    }
    here = Official.objects.select_for_update(of=("self",)).filter(account_id=account.pk).first()
    if here is not None and here.active:
        raise AlreadyOfficial
    official = here or Official(account_id=account.pk)
    for name, value in {**post, "active": True, "left_on": None}.items():
        setattr(official, name, value)
    official.save()
    Invitation.objects.filter(pk=invitation.pk).update(accepted_at=Now())
    record_event(
        verb="official.joined",
        subject_id=official.pk,
        actor=Actor.official(official),
        details={"name": official.name, "roles": official.roles, "may_sign": official.may_sign},
    )
    return official


def invitation_link(invitation: Invitation) -> str:
    """Return the full address at which the invitation is accepted."""
    payload = {
        "invitation": invitation.pk.hex,
        "commune": current_commune().code,
        "until": _until(invitation),
    }
    token = signing.dumps(payload, salt=_salt(payload["commune"]))
    path = reverse("organisation-accept", args=[token], urlconf="config.urls_commune")
    return commune_url(current_commune(), quote(path, safe="/:"))


def read_link(token: str) -> Invitation:
    """Return what a link invites to, without asking whether it still serves.

    Raises DeadLink for a link of another commune and NotALink for anything else.
    """
    payload = _payload(token)
    code = payload["commune"]
    if code != current_commune().code:
        raise _of_another_commune(code, token)
    found: Invitation | None = (
        Invitation.objects.select_related("department")
        .filter(pk=UUID(payload["invitation"]))
        .first()
    )
    if found is None:
        raise NotALink
    return found


def check_serves(invitation: Invitation, token: str) -> None:
    """Raise DeadLink unless the link may still be accepted."""
    if invitation.accepted_at:
        raise DeadLink(
            _("Lời mời này đã được nhận. Nếu anh/chị là người nhận thì vào thẳng bàn làm việc.")
        )
    if invitation.withdrawn_at:
        raise DeadLink(_("Đơn vị đã rút lời mời này. Hãy hỏi người quản trị của đơn vị."))
    if invitation.expires_at <= timezone.now():
        raise DeadLink(
            _("Lời mời này đã quá hạn 14 ngày. Hãy xin người quản trị của đơn vị gửi lại.")
        )
    if _payload(token)["until"] != _until(invitation):
        raise DeadLink(
            _("Đã có liên kết mới hơn thay cho liên kết này. Hãy mở liên kết gửi sau cùng.")
        )


def holding_of(account: Account, contact: str) -> Holding:
    """Return whether the account has this address or number, and has shown that it is theirs."""
    if "@" in contact:
        confirmed = EmailAddress.objects.filter(
            user_id=account.pk, email__iexact=contact, verified=True
        ).exists()
        has = account.email == contact
    else:
        has, confirmed = account.phone == contact, account.phone_verified_at is not None
    if not has:
        return Holding.NO
    return Holding.YES if confirmed else Holding.UNCONFIRMED


def masked_contact(contact: str) -> str:
    """Return a contact so that its owner knows it and nobody else can use it."""
    name, at, domain = contact.partition("@")
    if at:
        return f"{name[:2]}***@{domain}"
    return f"{contact[:3]}***{contact[-3:]}"


def invitations() -> QuerySet[Invitation]:
    """Return the invitations that may still be accepted or sent again, the latest first."""
    waiting = Invitation.objects.filter(accepted_at=None, withdrawn_at=None)
    return waiting.select_related("department").order_by("-id")


def _invited_now() -> QuerySet[Invitation]:
    return invitations().filter(expires_at__gt=timezone.now())


def _salt(code: str) -> str:
    return f"organisation.invitation:{code}"


def _until(invitation: Invitation) -> str:
    moment: datetime = invitation.expires_at
    return moment.astimezone(UTC).isoformat()


def _payload(token: str) -> dict[str, str]:
    """Read a token under the salt of the commune that it names itself."""
    try:
        named = signing.b64_decode(token.encode().partition(b":")[0])
        claimed = signing.JSONSerializer().loads(named)
        payload: dict[str, str] = signing.loads(token, salt=_salt(str(claimed["commune"])))
    except (signing.BadSignature, ValueError, KeyError, TypeError, UnicodeError) as error:
        raise NotALink from error
    return payload


def _of_another_commune(code: str, token: str) -> DeadLink:
    try:
        name = commune_info(code).name
    except CommuneNotOnboarded:
        return DeadLink(_("Liên kết này của một đơn vị không còn dùng hệ thống."))
    path = reverse("organisation-accept", args=[token], urlconf="config.urls_commune")
    return DeadLink(
        _("Liên kết này mời anh/chị làm việc ở %(name)s, không phải ở đây.") % {"name": name},
        elsewhere=commune_url(code, quote(path, safe="/:")),
    )


def _lock(invitation: Invitation) -> Invitation:
    locked: Invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    return locked


def _send(invitation: Invitation) -> None:
    from tenants.organisation.tasks import send_invitation

    send_invitation.enqueue(str(invitation.pk))


def _record(verb: str, invitation: Invitation, actor: Actor, **details: Any) -> None:
    record_event(
        verb=verb,
        subject_id=invitation.pk,
        actor=actor,
        details={"name": invitation.name, "title": invitation.title, **details},
    )
