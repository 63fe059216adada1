"""Suspending a commune: its pages say so to everybody, its data stay as they are."""

from __future__ import annotations

import enum

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from tenants.communes.current import CommuneNotOnboarded, at_centre, forget_communes
from tenants.communes.hosts import forget_hosts
from tenants.communes.models import Commune
from tenants.fleet.acts import Operator, record_act
from tenants.fleet.models import OperatorAct
from tenants.kit.rows import lock_row

SHORTEST_REASON = 5
LONGEST_REASON = 300

State = Commune.State
Act = OperatorAct.Act


class Suspension(enum.Enum):
    """What suspending or resuming found to do."""

    DONE = "done"
    ALREADY = "already"
    """It was in that state before; nothing was written."""


class ReasonNotValid(ValueError):
    """The reason is too short to tell anybody anything, or too long for the log."""

    def __init__(self) -> None:
        super().__init__(
            _("Lý do cần từ %(least)d đến %(most)d ký tự.")
            % {"least": SHORTEST_REASON, "most": LONGEST_REASON}
        )


class CommuneMerged(Exception):
    """The commune was merged into another: its pages lead there and are not opened again."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _("%(name)s đã sáp nhập vào đơn vị khác nên không tạm ngừng hay mở lại được nữa.")
            % {"name": name}
        )


def suspend_commune(*, code: str, operator: Operator, reason: str) -> Suspension:
    """Close a commune's pages; other processes notice within a minute.

    Raises CommuneNotOnboarded, CommuneMerged, ReasonNotValid.
    """
    return _change(code, State.SUSPENDED, Act.SUSPEND, operator, reason)


def resume_commune(*, code: str, operator: Operator, reason: str) -> Suspension:
    """Open a suspended commune's pages again; other processes notice within a minute.

    Raises CommuneNotOnboarded, CommuneMerged, ReasonNotValid.
    """
    return _change(code, State.ACTIVE, Act.RESUME, operator, reason)


def _change(code: str, state: State, act: Act, operator: Operator, reason: str) -> Suspension:
    reason = " ".join(reason.split())
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise ReasonNotValid
    with at_centre():
        found = _write(code, state, act, operator, reason)
        # Also when nothing was to do: another process may have done it a moment ago.
        forget_communes(code)
        forget_hosts(code)
    return found


@transaction.atomic
def _write(code: str, state: State, act: Act, operator: Operator, reason: str) -> Suspension:
    commune = lock_row(Commune, "a.code = %s", [code])
    if commune is None:
        raise CommuneNotOnboarded(code)
    if commune.state == State.MERGED:
        raise CommuneMerged(commune.name)
    if commune.state == state:
        return Suspension.ALREADY
    Commune.objects.filter(code=code).update(state=state, state_changed_at=Now())
    record_act(act=act, operator=operator, commune_code=code, note=reason)
    return Suspension.DONE
