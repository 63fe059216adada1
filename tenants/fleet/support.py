"""An operator's access to one commune's cases: asked for with a reason, for a while, to read.

The access is a row here and an event in the commune's own chain, in one transaction; the chain
decides whether it lasts (tenants.organisation.support). An operator without one finds no page of
any commune's desk.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.accounts.models import Account, DeskSession
from tenants.communes.current import current_commune, in_commune
from tenants.fleet.acts import Operator, record_act
from tenants.fleet.models import OperatorAct, SupportAccess
from tenants.history.events import Actor
from tenants.organisation.support import operator_actor, record_ended, record_opened

SHORTEST_REASON, LONGEST_REASON = 10, 300
# Minutes that an access may last.
SHORTEST, LONGEST = 15, 240


class SupportRefused(ValueError):
    """The reason says nothing, or the time is not one that is given."""

    def __init__(self) -> None:
        super().__init__(
            _("Lý do cần từ %(least)d đến %(most)d ký tự; thời gian từ 15 phút đến 4 giờ.")
            % {"least": SHORTEST_REASON, "most": LONGEST_REASON}
        )


@transaction.atomic
def open_support(*, code: str, operator: Account, reason: str, minutes: int) -> SupportAccess:
    """Let an operator look at a commune's cases until some minutes from now.

    Raises SupportRefused, CommuneNotOnboarded.
    """
    reason = " ".join(reason.split())
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON or not SHORTEST <= minutes <= LONGEST:
        raise SupportRefused
    until = timezone.now() + timedelta(minutes=minutes)
    access = SupportAccess.objects.create(
        commune_code=code,
        account_id=operator.pk,
        name=operator.full_name[:100],
        reason=reason,
        ends_at=until,
    )
    record_act(
        act=OperatorAct.Act.SUPPORT,
        operator=Operator.of(operator),
        commune_code=code,
        note=reason,
    )
    actor = operator_actor(operator.pk, access.name)
    with in_commune(code):
        record_opened(support_id=access.pk, actor=actor, reason=reason, until=until)
    return access


@transaction.atomic
def end_support(*, support_id: UUID, actor: Actor) -> bool:
    """End an access to the current commune before its time; tell whether it was still open.

    An official of the commune does so, or the operator whose access it is.
    """
    code = current_commune().code
    ended = SupportAccess.objects.filter(
        pk=support_id, commune_code=code, ended_at=None, ends_at__gt=timezone.now()
    ).update(ended_at=Now())
    if not ended:
        return False
    DeskSession.objects.filter(support_id=support_id, commune_code=code).delete()
    record_ended(support_id=support_id, actor=actor)
    return True


def open_access(code: str, account_id: UUID) -> SupportAccess | None:
    """Return an operator's latest access to a commune that is not over, if there is one."""
    found: SupportAccess | None = (
        SupportAccess.objects.filter(
            commune_code=code, account_id=account_id, ended_at=None, ends_at__gt=timezone.now()
        )
        .order_by("-id")
        .first()
    )
    return found
