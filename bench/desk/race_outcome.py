"""What a race left in the database, and what of it must not be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.cases.models import Case


@dataclass
class Outcome:
    """What the attempts came to. Anything but 0 in the last four is a fault."""

    attempts: int = 0
    done: int = 0
    refused: int = 0
    cases: int = 0
    duplicates: int = 0
    gaps: int = 0
    illegal: int = 0
    broken: int = 0
    errors: list[str] = field(default_factory=list)


def look(outcome: Outcome, taken: dict[str, list[int]]) -> None:
    """Count what must not be: numbers twice or missing, steps that the table does not have.

    ``taken`` are the numbers that nothing but their takers knows of, by series.
    """
    from documents.registers.models import Document, Series
    from services.cases.models import Case
    from services.tracking.models import TrackedCase
    from tenants.history.events import ChainBroken, verify_chain

    cases = list(Case.objects.all())
    outcome.cases = len(cases)
    series = dict(taken)
    for case in cases:
        if case.accepted_at and case.register_number:
            series.setdefault(f"register:{case.accepted_at.year}", []).append(case.register_number)
        prefix, _, number = case.code.rpartition("-")
        agency, _, day = prefix.rpartition("-")
        series.setdefault(f"case:{agency}:{day}", []).append(int(number))
    for document in Document.objects.exclude(register="").defer("content"):
        name = f"{document.register}:{document.year}"
        series.setdefault(name, []).append(document.number or 0)
    last = dict(Series.objects.values_list("name", "last"))
    for name, numbers in series.items():
        distinct = set(numbers)
        outcome.duplicates += len(numbers) - len(distinct)
        outcome.gaps += len(set(range(1, max(last.get(name, 0), *distinct, 0) + 1)) - distinct)
    tracked = dict(TrackedCase.objects.values_list("case_id", "status"))
    outcome.illegal = sum(_illegal_steps(case, tracked.get(case.pk)) for case in cases)
    try:
        verify_chain()
    except ChainBroken as error:
        outcome.illegal += 1
        outcome.errors.append(str(error))


def _illegal_steps(case: Case, tracked: int | None) -> int:
    """Events of a case that do not follow from the one before by an arc of the table."""
    from services.cases.states import ALLOWED_MOVES, CLOSED, CaseStatus
    from tenants.history.events import events_of
    from tenants.history.sights import SIGHTS

    wrong, state = 0, ""
    for event in events_of(case.pk):
        if event.verb in SIGHTS or not event.to_state:
            continue
        before, after = event.from_state, event.to_state
        over = bool(state) and CaseStatus(int(state)) in CLOSED
        moved = bool(before) and before != after
        legal = before == state and not over
        if legal and moved:
            legal = CaseStatus(int(after)) in ALLOWED_MOVES[CaseStatus(int(before))]
        wrong += not legal
        state = after
    return wrong + (state != str(case.status)) + (tracked != case.status)
