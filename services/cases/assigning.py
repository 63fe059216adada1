"""Who has a case in hand: a head gives it out, its holder passes it on or puts it back."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from services.cases.authority import grant_for
from services.cases.errors import CaseError, MoveNotAllowed
from services.cases.lifecycle import lock_case, move_case, note_on_case
from services.cases.models import Case
from services.cases.states import CaseStatus
from tenants.history.events import Actor
from tenants.kit.rows import read_rows
from tenants.organisation.models import Official, Role
from tenants.organisation.powers import Grant, actor_of, with_powers

# These give out everybody's cases; anybody else only what they hold themselves.
MAY_ASSIGN = (Role.HEAD.value, Role.ADMINISTRATOR.value)


class MayNotAssign(CaseError):
    """Neither a head nor an administrator nor the holder asks."""

    def __init__(self, case: Case) -> None:
        super().__init__(
            _(
                "Chỉ trưởng phòng, quản trị hoặc người đang giữ hồ sơ %(code)s mới giao được "
                "cho người khác."
            )
            % {"code": case.code}
        )


class ColleagueCannot(CaseError):
    """The colleague's rights do not reach the step at which the case stands."""

    def __init__(self, case: Case, colleague: Official) -> None:
        super().__init__(
            _("%(name)s không làm được bước “%(step)s” của hồ sơ %(code)s. Hãy chọn người khác.")
            % {"name": colleague.name, "step": case.step_name, "code": case.code}
        )


def may_assign(case: Case, official: Official) -> bool:
    """Whether this official may say who has the case in hand, as it stands."""
    if not _is_worked_on(case):
        return False
    return case.handler_id == official.pk or _assigner(case, official) is not None


def colleagues() -> list[Official]:
    """Everybody who works for the commune today, by name, with their rights, in one statement."""
    return list(with_powers(Official.objects.filter(active=True)).order_by("name", "id"))


def everybody() -> list[Official]:
    """Everybody who works for the commune today, by name; what they were given is not read."""
    return read_rows(Official, "WHERE a.active ORDER BY a.name, a.id", [])


def able_for(case: Case, officials: list[Official]) -> list[Official]:
    """Those of the officials whose rights reach the case's present step, its holder left out."""
    return [
        one
        for one in officials
        if one.pk != case.handler_id and grant_for(case, one, case.step_role) is not None
    ]


@transaction.atomic
def assign_case(*, case: Case, official: Official, to: Official | None, seen: str = "") -> Case:
    """Give a case to a colleague who may do its step; with none it goes back to the step.

    A case that was received but taken by nobody is in process from now on. Raises
    ``MayNotAssign``, ``ColleagueCannot``, ``MoveNotAllowed`` or ``CaseChanged``.
    """
    case = lock_case(case.pk, seen=seen)
    if not _is_worked_on(case):
        raise MoveNotAllowed(case)
    if not may_assign(case, official):
        raise MayNotAssign(case)
    if to is not None and (not to.active or grant_for(case, to, case.step_role) is None):
        raise ColleagueCannot(case, to)
    grant = _assigner(case, official)
    by = actor_of(official, grant) if grant is not None else Actor.official(official)
    changes = {
        "handler_id": to.pk if to else None,
        "handler_name": to.name if to else "",
    }
    details = {"from": case.handler_name, "to": to.name if to else ""}
    if case.state == CaseStatus.RECEIVED and to is not None:
        return move_case(
            case, CaseStatus.IN_PROCESS, verb="assign", by=by, details=details, **changes
        )
    return note_on_case(case, verb="assign", by=by, details=details, **changes)


def _assigner(case: Case, official: Official) -> Grant | None:
    return grant_for(case, official, *MAY_ASSIGN)


def _is_worked_on(case: Case) -> bool:
    """A result that waits at the counter is with nobody."""
    return case.is_open and case.state != CaseStatus.RESULT_READY
