"""Giving rights to another for some days (Decree 30/2020/NĐ-CP, article 13).

Who leads and may sign lets a deputy sign in their place (KT.), the head of a division act by order
(TL., without signing results), or authorises somebody in writing (TUQ.). Anybody else lets a
colleague stand in for their own roles. Only one's own rights are given, never received ones, and
never an administrator's.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.history.events import Actor, record_event
from tenants.kit.text import fold
from tenants.organisation.errors import MayNotGive
from tenants.organisation.models import Delegation, Official, Role
from tenants.organisation.people import close_desks
from tenants.organisation.powers import MARKS, NOT_GIVEN

LONGEST = datetime.timedelta(days=366)
Capacity = Delegation.Capacity


@transaction.atomic
def give_rights(
    *,
    giver: Official,
    receiver: Official,
    by: Official,
    capacity: str,
    roles: Collection[str],
    ground: str,
    starts_on: datetime.date,
    ends_on: datetime.date,
) -> Delegation:
    """Give some of an official's own roles to another for some days, by a written ground.

    The giver does so, or an administrator writes down what the giver decided. Raises MayNotGive.
    """
    keys = sorted({giver.pk, receiver.pk, by.pk})
    rows = Official.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    locked = {one.pk: one for one in rows}
    giver, receiver, by = locked[giver.pk], locked[receiver.pk], locked[by.pk]
    _check_people(giver, receiver, by)
    _check_capacity(capacity, giver, receiver)
    chosen = [role for role in Role.values if role in roles]
    if not chosen or not set(chosen) <= set(giver.roles.split()) - NOT_GIVEN:
        raise MayNotGive(_("Chỉ giao được vai trò mà người giao đang có, trừ vai trò quản trị."))
    _check_days(giver, receiver, starts_on, ends_on)
    delegation = Delegation.objects.create(
        giver=giver,
        receiver=receiver,
        capacity=capacity,
        roles=" ".join(chosen),
        ground=ground,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    close_desks(receiver)
    _record("delegation.given", delegation, by)
    return delegation


@transaction.atomic
def end_delegation(*, delegation: Delegation, by: Official) -> None:
    """End a delegation before its last day; ending it twice changes nothing. Raises MayNotGive."""
    locked = (
        Delegation.objects.select_for_update(of=("self",))
        .select_related("giver", "receiver")
        .get(pk=delegation.pk)
    )
    if by.pk != locked.giver_id and not by.has_role(Role.ADMINISTRATOR):
        raise MayNotGive(_("Chỉ người giao hoặc người quản trị chấm dứt được ủy quyền này."))
    if locked.ended_at is not None:
        return
    Delegation.objects.filter(pk=locked.pk).update(ended_at=Now())
    close_desks(locked.receiver)
    _record("delegation.ended", locked, by)


def may_give(official: Official) -> list[str]:
    """Return the roles that an official can let others act in."""
    return [role for role in official.roles.split() if role not in NOT_GIVEN]


def delegations_for(official: Official) -> QuerySet[Delegation]:
    """Return the delegations that an official may read of, the latest first."""
    every = Delegation.objects.select_related("giver", "receiver").order_by("-id")
    if official.has_role(Role.ADMINISTRATOR):
        return every
    return every.filter(Q(giver=official) | Q(receiver=official))


def _check_people(giver: Official, receiver: Official, by: Official) -> None:
    if giver.pk == receiver.pk:
        raise MayNotGive(_("Hãy chọn một người khác để giao quyền."))
    if not (giver.active and receiver.active):
        raise MayNotGive(_("Cả hai người phải đang làm việc ở đơn vị."))
    if by.pk == giver.pk:
        return
    if not by.has_role(Role.ADMINISTRATOR) or not by.active:
        raise MayNotGive(_("Chỉ giao được quyền của chính mình."))
    if by.pk == receiver.pk:
        raise MayNotGive(
            _("Không ai tự nhận quyền của người khác. Người giao tự làm việc này ở trang của họ.")
        )


def _check_capacity(capacity: str, giver: Official, receiver: Official) -> None:
    leads = giver.has_role(Role.LEADER) and giver.may_sign
    if capacity == Capacity.DEPUTY and not (leads and fold(receiver.title).startswith("pho ")):
        raise MayNotGive(
            _(
                "Ký thay (KT.) là người đứng đầu giao cho cấp phó của mình."
                " Với người khác, hãy chọn thừa ủy quyền (TUQ.)."
            )
        )
    if capacity == Capacity.ORDER and not (leads and receiver.has_role(Role.HEAD)):
        raise MayNotGive(
            _("Thừa lệnh (TL.) là người đứng đầu giao cho trưởng phòng. Hãy chọn tư cách khác.")
        )


def _check_days(
    giver: Official, receiver: Official, starts_on: datetime.date, ends_on: datetime.date
) -> None:
    if starts_on < timezone.localdate():
        raise MayNotGive(_("Ủy quyền bắt đầu từ hôm nay hoặc một ngày sắp tới."))
    if ends_on < starts_on:
        raise MayNotGive(_("Ngày cuối phải từ ngày bắt đầu trở đi."))
    if ends_on - starts_on > LONGEST:
        raise MayNotGive(_("Ủy quyền có thời hạn, dài nhất là một năm."))
    same = Delegation.objects.filter(
        giver=giver,
        receiver=receiver,
        ended_at=None,
        starts_on__lte=ends_on,
        ends_on__gte=starts_on,
    )
    if same.exists():
        raise MayNotGive(
            _("Người này đã được giao quyền trong những ngày đó. Hãy chấm dứt ủy quyền cũ trước.")
        )


def _record(verb: str, delegation: Delegation, by: Official) -> None:
    record_event(
        verb=verb,
        subject_id=delegation.receiver_id,
        actor=Actor.official(by),
        details={
            "name": delegation.receiver.name,
            "giver": delegation.giver.name,
            "mark": MARKS[delegation.capacity],
            "roles": delegation.roles,
            "ground": delegation.ground,
            "starts_on": delegation.starts_on.isoformat(),
            "ends_on": delegation.ends_on.isoformat(),
        },
    )
