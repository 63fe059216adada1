"""The same move with many cases: each in a transaction of its own, each with its own answer.

What stands in the way of one case stands in nobody else's: it is said beside that case, and the
others go on. A case that changed since its row was shown is left alone. Nothing that is signed is
done in bulk, since a signature follows from reading.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.db import DatabaseError, transaction
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from services.cases.access import get_case_for_official
from services.cases.assigning import assign_case, may_assign
from services.cases.authority import grant_for, seen_cases
from services.cases.delivery import MAY_HAND_OVER, hand_over
from services.cases.errors import CaseChanged, CaseError
from services.cases.intake import accept_case, definition_of
from services.cases.lifecycle import seen_token
from services.cases.models import Case, CaseStep
from services.cases.processing import complete_step, findings_complete, take_case
from services.cases.states import CaseStatus, Outcome, StepKind
from tenants.history.events import events_of
from tenants.organisation.models import Official

logger = logging.getLogger(__name__)

OPEN_TO_WORK = (CaseStatus.RECEIVED, CaseStatus.IN_PROCESS)


@dataclass(frozen=True)
class Tick:
    """A row that was ticked: the case's code and how it stood when the row was shown."""

    code: str
    seen: str


@dataclass(frozen=True)
class Choice:
    """What is the same for all cases of one move: who gets them, who fetches the results."""

    to: Official | None = None
    receiver: str = ""


@dataclass(frozen=True)
class BulkMove:
    """A move that many cases can make at once.

    ``why_not`` says what stands in the way before anything is tried, or nothing; it reads no
    more than the case and its steps. ``act`` makes the move with one case.
    """

    name: str
    label: str | Promise
    done: str | Promise
    why_not: Callable[[Case, Sequence[CaseStep], Official], str]
    act: Callable[[Case, Official, Choice, str], Case]


@dataclass(frozen=True)
class Result:
    """What became of one ticked case; ``text`` is read beside it."""

    code: str
    name: str
    done: bool
    text: str


@dataclass(frozen=True)
class Planned:
    """A ticked case as it stands now, and why the move is not for it, if so."""

    tick: Tick
    case: Case | None
    problem: str


def read_ticks(values: Iterable[str], most: int) -> list[Tick]:
    """The rows that a form names (``code|token``), each once, in their order."""
    parted = (value.replace("\0", "").partition("|") for value in values)
    ticks = {code[:50]: Tick(code[:50], seen or "-") for code, _bar, seen in parted if code}
    return list(ticks.values())[:most]


def plan(official: Official, ticks: Sequence[Tick], move: BulkMove) -> list[Planned]:
    """What the move would meet, case by case, without doing it."""
    codes = [tick.code for tick in ticks]
    found = Case.objects.filter(seen_cases(official), code__in=codes)
    cases = {case.code: case for case in found}
    steps: dict[object, list[CaseStep]] = defaultdict(list)
    for step in CaseStep.objects.filter(case__in=[case.pk for case in cases.values()]):
        steps[step.case_id].append(step)
    return [_planned(official, tick, cases.get(tick.code), steps, move) for tick in ticks]


def run(official: Official, ticks: Sequence[Tick], move: BulkMove, choice: Choice) -> list[Result]:
    """Make the move with each ticked case that it fits; say of each what became of it."""
    return [_run_one(official, tick, move, choice) for tick in ticks]


def _planned(
    official: Official,
    tick: Tick,
    case: Case | None,
    steps: dict[object, list[CaseStep]],
    move: BulkMove,
) -> Planned:
    if case is None:
        return Planned(tick, None, _missing())
    if tick.seen != seen_token(case):
        return Planned(tick, case, str(CaseChanged(case, events_of(case.pk).last())))
    return Planned(tick, case, move.why_not(case, steps[case.pk], official))


def _run_one(official: Official, tick: Tick, move: BulkMove, choice: Choice) -> Result:
    name = ""
    try:
        with transaction.atomic():
            case = get_case_for_official(official, tick.code)
            name = case.applicant_name
            if tick.seen == seen_token(case):
                problem = move.why_not(case, list(case.steps.all()), official)
                if problem:
                    return Result(tick.code, name, False, problem)
            # A token that is no longer right is refused under the lock, with who did what.
            move.act(case, official, choice, tick.seen)
    except Http404:
        return Result(tick.code, name, False, _missing())
    except CaseError as error:
        return Result(tick.code, name, False, str(error))
    except DatabaseError:
        # Somebody holds the case, or the server is short of time: the others still go on.
        logger.exception("bulk %s of one case failed", move.name)
        text = _("Người khác đang xử lý hồ sơ này nên chưa có gì thay đổi. Hãy thử lại sau.")
        return Result(tick.code, name, False, text)
    return Result(tick.code, name, True, str(move.done))


def _missing() -> str:
    return _("Không có hồ sơ này trong phạm vi của anh/chị.")


# ── What stands in the way ───────────────────────────────────────────────────
def _state(case: Case) -> str:
    return _("Đang ở trạng thái “%(state)s”, bước “%(step)s”.") % {
        "state": case.state.label,
        "step": case.step_name,
    }


def _not_ours(case: Case) -> str:
    return _("Bước “%(step)s” không thuộc việc của anh/chị.") % {"step": case.step_name}


def _held(case: Case, official: Official) -> str:
    if case.handler_id in (None, official.pk):
        return ""
    return _("%(name)s đang giữ hồ sơ này.") % {"name": case.handler_name}


def _not_accepted(case: Case, _steps: Sequence[CaseStep], official: Official) -> str:
    if case.state != CaseStatus.REGISTERED:
        return _state(case)
    if grant_for(case, official, case.step_role) is None:
        return _not_ours(case)
    return _held(case, official)


def _not_taken(case: Case, steps: Sequence[CaseStep], official: Official) -> str:
    if case.state not in OPEN_TO_WORK or steps[case.step_position].kind != StepKind.WORK:
        return _state(case)
    if grant_for(case, official, case.step_role) is None:
        return _not_ours(case)
    if case.handler_id == official.pk:
        return _("Anh/chị đang giữ hồ sơ này rồi.")
    return _held(case, official)


def _not_assigned(case: Case, _steps: Sequence[CaseStep], official: Official) -> str:
    if may_assign(case, official):
        return ""
    return _("Chỉ trưởng phòng, quản trị hoặc người đang giữ mới giao được hồ sơ này.")


def _not_forwarded(case: Case, steps: Sequence[CaseStep], official: Official) -> str:
    if case.state not in OPEN_TO_WORK or steps[case.step_position].kind != StepKind.WORK:
        return _state(case)
    if grant_for(case, official, case.step_role) is None:
        return _not_ours(case)
    if held := _held(case, official):
        return held
    if steps[case.step_position - 1].outcome == Outcome.REJECTED:
        return _("Bước trước đề nghị không chấp thuận. Hãy mở hồ sơ, đọc rồi quyết định.")
    if not findings_complete(definition_of(case), case):
        return _("Chưa điền đủ dự thảo kết quả. Hãy mở hồ sơ để điền.")
    return ""


def _not_handed_over(case: Case, _steps: Sequence[CaseStep], official: Official) -> str:
    if case.state != CaseStatus.RESULT_READY:
        return _state(case)
    return "" if grant_for(case, official, *MAY_HAND_OVER) else _not_ours(case)


# ── The moves ────────────────────────────────────────────────────────────────
def _accept(case: Case, official: Official, _choice: Choice, seen: str) -> Case:
    return accept_case(case=case, official=official, seen=seen)


def _take(case: Case, official: Official, _choice: Choice, seen: str) -> Case:
    return take_case(case=case, official=official, seen=seen)


def _assign(case: Case, official: Official, choice: Choice, seen: str) -> Case:
    return assign_case(case=case, official=official, to=choice.to, seen=seen)


def _forward(case: Case, official: Official, _choice: Choice, seen: str) -> Case:
    return complete_step(case=case, official=official, outcome=Outcome.APPROVED, seen=seen)


def _hand_over(case: Case, official: Official, choice: Choice, seen: str) -> Case:
    receiver = choice.receiver or case.applicant_name
    return hand_over(case=case, official=official, receiver=receiver, seen=seen)


MOVES = {
    move.name: move
    for move in (
        BulkMove(
            "accept",
            gettext_lazy("Tiếp nhận"),
            gettext_lazy("Đã tiếp nhận, có giấy hẹn."),
            _not_accepted,
            _accept,
        ),
        BulkMove(
            "take",
            gettext_lazy("Nhận xử lý"),
            gettext_lazy("Nay do anh/chị xử lý."),
            _not_taken,
            _take,
        ),
        BulkMove(
            "forward",
            gettext_lazy("Chuyển bước"),
            gettext_lazy("Đã xong bước, đề nghị chấp thuận."),
            _not_forwarded,
            _forward,
        ),
        BulkMove(
            "hand-over",
            gettext_lazy("Trả kết quả"),
            gettext_lazy("Đã trả kết quả."),
            _not_handed_over,
            _hand_over,
        ),
        BulkMove(
            "assign",
            gettext_lazy("Giao"),
            gettext_lazy("Đã giao."),
            _not_assigned,
            _assign,
        ),
    )
}
