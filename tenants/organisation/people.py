"""Officials: their posts and rights, their leaving and coming back.

Every change is an event of the commune. Who changes rights is locked with all administrators, so
that of two who take the role from each other at the same moment one is refused, and the commune
never stands without an administrator.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from tenants.accounts.models import DeskSession
from tenants.communes.current import current_commune
from tenants.history.events import Actor, record_event
from tenants.organisation.errors import (
    LastAdministrator,
    NotAdministrator,
    NotYet,
    OwnRights,
    SignsWithoutLeading,
)
from tenants.organisation.models import Delegation, Department, Official, Role
from tenants.organisation.work import HandedOver, get_work

RIGHTS = ("roles", "scope", "may_sign")


@dataclass(frozen=True)
class Post:
    """Where somebody works, as what, and with which rights."""

    name: str
    title: str
    department: Department | None
    roles: Collection[str]
    may_sign: bool = False
    scope: Collection[str] = ()

    def columns(self) -> dict[str, Any]:
        """Return the post as an official's columns hold it.

        Raises SignsWithoutLeading for one who signs and does not lead.
        """
        if self.may_sign and Role.LEADER not in self.roles:
            raise SignsWithoutLeading
        return {
            "name": self.name,
            "title": self.title,
            "department_id": self.department.pk if self.department else None,
            "roles": " ".join(role for role in Role.values if role in self.roles),
            "may_sign": self.may_sign,
            "scope": " ".join(sorted(self.scope)),
        }


@transaction.atomic
def change_official(*, official: Official, post: Post, by: Official) -> Official:
    """Change who an official is and may do; a change of rights closes their open desks here.

    Raises OwnRights, LastAdministrator, NotAdministrator, SignsWithoutLeading.
    """
    official, others = _lock(official, by)
    columns = post.columns()
    changes = {
        name: [_plain(getattr(official, name)), _plain(value)]
        for name, value in columns.items()
        if getattr(official, name) != value
    }
    if not changes:
        return official
    of_rights = not changes.keys().isdisjoint(RIGHTS)
    if of_rights and official.pk == by.pk:
        raise OwnRights
    if Role.ADMINISTRATOR not in post.roles and not others:
        raise LastAdministrator
    if "department_id" in changes:
        # Names are what the history is read by.
        old, new = official.department, post.department
        changes["department"] = [old.name if old else "", new.name if new else ""]
        del changes["department_id"]
    details = {"name": official.name, "changes": changes}
    for name, value in columns.items():
        setattr(official, name, value)
    official.save(update_fields=[*columns])
    if of_rights:
        close_desks(official)
    _record("official.changed", official, by, **details)
    return official


@transaction.atomic
def end_work(
    *, official: Official, left_on: datetime.date, by: Official, to: Official | None = None
) -> HandedOver:
    """End an official's work here: rights, desks and delegations end, cases go to others.

    The account stays the person's own, for other communes and for their own cases. Raises
    OwnRights, LastAdministrator, NotAdministrator, NotYet.
    """
    if left_on > timezone.localdate():
        raise NotYet
    official, others = _lock(official, by)
    if official.pk == by.pk:
        raise OwnRights
    if not others:
        raise LastAdministrator
    if not official.active:
        return HandedOver(0, 0)
    official.active, official.left_on = False, left_on
    official.save(update_fields=["active", "left_on"])
    given = Delegation.objects.filter(Q(giver=official) | Q(receiver=official), ended_at=None)
    ended = given.filter(ends_on__gte=timezone.localdate()).update(ended_at=Now())
    close_desks(official)
    handed = get_work().hand_over(of=official, to=to, by=by)
    _record(
        "official.left",
        official,
        by,
        left_on=left_on.isoformat(),
        taken=handed.taken,
        returned=handed.returned,
        delegations=ended,
        to=to.name if to else "",
    )
    return handed


@transaction.atomic
def bring_back(*, official: Official, by: Official) -> Official:
    """Let somebody who left work here again, with the rights they had."""
    official, _others = _lock(official, by)
    if official.active:
        return official
    official.active, official.left_on = True, None
    official.save(update_fields=["active", "left_on"])
    rights = {name: _plain(getattr(official, name)) for name in RIGHTS}
    _record("official.returned", official, by, **rights)
    return official


def close_desks(official: Official) -> None:
    """Close all desks that the official has open in this commune."""
    DeskSession.objects.filter(
        account_id=official.account_id, commune_code=current_commune().code
    ).delete()


def check_administrator(official: Official) -> None:
    """Raise NotAdministrator unless the official manages the organisation as it stands now."""
    if not official.active or not official.has_role(Role.ADMINISTRATOR):
        raise NotAdministrator


def _lock(official: Official, by: Official) -> tuple[Official, list[Official]]:
    """Lock the official and all administrators; return the former and the latter besides."""
    rows = Official.objects.select_for_update(of=("self",)).select_related("department")
    wanted = Q(pk__in=(official.pk, by.pk)) | Q(active=True, roles__contains=Role.ADMINISTRATOR)
    locked = {one.pk: one for one in rows.filter(wanted).order_by("pk")}
    check_administrator(locked[by.pk])
    others = [
        one
        for one in locked.values()
        if one.pk != official.pk and one.active and one.has_role(Role.ADMINISTRATOR)
    ]
    return locked[official.pk], others


def _plain(value: Any) -> Any:
    return value if isinstance(value, bool) else str(value or "")


def _record(verb: str, official: Official, by: Official, **details: Any) -> None:
    record_event(
        verb=verb,
        subject_id=official.pk,
        actor=Actor.official(by),
        details={"name": official.name, **details},
    )
