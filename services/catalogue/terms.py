"""What must hold of a procedure as a whole: its steps, its terms, and conditions that settle."""

from __future__ import annotations

from collections.abc import Iterator

from services.catalogue.positions import Finding
from services.catalogue.schema import Limit, ProcedureDefinition


def step_problems(d: ProcedureDefinition) -> Iterator[Finding]:
    """The steps begin with intake, end with finish, and decide once."""
    kinds = [step.kind for step in d.steps]
    if kinds[0] != "intake" or kinds.count("intake") != 1:
        yield ("steps", 0, "kind"), "bước đầu, và chỉ bước đầu, là intake"
    if kinds[-1] != "finish":
        yield ("steps", len(kinds) - 1, "kind"), "bước cuối là finish"
    if kinds.count("decide") != 1:
        yield ("steps",), "phải có đúng một bước decide"
    for i, step in enumerate(d.steps):
        if step.kind == "decide" and step.role not in ("leader", "head"):
            yield ("steps", i, "role"), "bước decide do leader ký, hoặc head khi được giao"


def term_problems(d: ProcedureDefinition) -> Iterator[Finding]:
    """The time limit, the online level and the days of force agree with themselves."""
    limits: dict[tuple[str, ...], Limit] = {("time_limit",): d.time_limit}
    if d.time_limit.online is not None:
        limits["time_limit", "online"] = d.time_limit.online
    for where, limit in limits.items():
        if (limit.kind == "same_day") != (limit.amount is None):
            yield (*where, "amount"), "same_day không có amount; các loại khác phải có"
    if d.online.level == "partial" and not d.online.reason:
        yield ("online", "reason"), "level: partial phải nói lý do"
    if d.valid_to and d.valid_to < d.valid_from:
        yield ("valid_to",), "valid_to trước valid_from"


def cycle_problems(d: ProcedureDefinition) -> Iterator[Finding]:
    """A condition that depends on itself would never be settled."""
    needs: dict[str, set[str]] = {name: set(e.names) for name, e in d.defined.items()}
    for key, conditions in d.conditions.items():
        needs[key] = {name for condition in conditions for name in condition.names}
    state: dict[str, int] = {}

    def visit(name: str) -> str | None:
        if state.get(name) == 1:
            return name
        if state.get(name) == 2 or name not in needs:
            return None
        state[name] = 1
        found = next((c for c in map(visit, sorted(needs[name])) if c), None)
        state[name] = 2
        return found

    for name in needs:
        if found := visit(name):
            where: tuple[str | int, ...] = ("define", found) if found in d.define else ("sections",)
            yield where, f"điều kiện của {found!r} phụ thuộc vào chính nó"
            return
