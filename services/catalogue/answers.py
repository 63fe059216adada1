"""Answers as the expressions of a procedure see them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from services.catalogue.expressions import parse
from services.catalogue.schema import FieldSpec, ProcedureDefinition
from services.catalogue.values import earliest_day

Answers = Mapping[str, Any]


class AnswerScope:
    """Gives expressions typed values; the answer to a hidden question counts as missing.

    ``filed_on`` is today until the case has been filed. Values are computed once.
    """

    def __init__(
        self,
        definition: ProcedureDefinition,
        answers: Answers,
        *,
        today: dt.date,
        filed_on: dt.date | None = None,
        channel: str = "online",
        commune: str | None = None,
        extra: Answers | None = None,
    ) -> None:
        self.definition = definition
        self.answers = answers
        self._known: dict[str, Any] = {
            "today": today,
            "filed_on": filed_on or today,
            "channel": channel,
            "this_commune": commune,
        }
        if extra:
            self._known.update(extra)
        self._visible: dict[str, bool] = {}

    def value(self, name: str) -> Any:
        """The typed value of a field, a defined name or a name of the context."""
        if name in self._known:
            return self._known[name]
        if name in self.definition.defined:
            # Set first, so that a definition that names itself ends.
            self._known[name] = None
            value = self.definition.defined[name].value(self)
        else:
            spec = self.definition.fields.get(name)
            shown = spec is not None and self.is_visible(name)
            value = typed_value(spec, self.answers.get(name)) if shown else None
        self._known[name] = value
        return value

    def is_visible(self, key: str) -> bool:
        """Whether the question is asked, given the other answers."""
        if key not in self._visible:
            self._visible[key] = False
            conditions = self.definition.conditions.get(key, ())
            self._visible[key] = all(condition.holds(self) for condition in conditions)
        return self._visible[key]

    def holds(self, text: str | None) -> bool:
        """Whether a condition is met; no condition is always met."""
        return text is None or parse(text).holds(self)

    def is_required(self, spec: FieldSpec) -> bool:
        """Whether a shown question must be answered."""
        if spec.type == "date_in_words":
            return False
        if spec.required_when is not None:
            return parse(spec.required_when).holds(self)
        return spec.required

    def rows(self, key: str) -> Iterator[RowScope]:
        """A scope for each row of a repeating field, its columns being names."""
        spec = self.definition.fields.get(key)
        rows = self.value(key)
        if spec and isinstance(rows, list):
            for row in rows:
                yield RowScope(self, spec, row)


class RowScope:
    """One row of a repeating field: its columns first, then the answers around it."""

    def __init__(self, outer: AnswerScope, spec: FieldSpec, row: Answers) -> None:
        self.outer = outer
        self.spec = spec
        self.row = row
        self._columns = {column.key: column for column in spec.columns}
        self._visible: dict[str, bool] = {}

    def value(self, name: str) -> Any:
        """The typed value of a column that is asked, else of a name around the row."""
        column = self._columns.get(name)
        if column is None:
            return self.outer.value(name)
        return typed_value(column, self.row.get(name)) if self.is_visible(column) else None

    def is_visible(self, column: FieldSpec) -> bool:
        """Whether a column is asked in this row."""
        if column.key not in self._visible:
            # Set first, so that a column that depends on itself ends.
            self._visible[column.key] = False
            self._visible[column.key] = column.when is None or parse(column.when).holds(self)
        return self._visible[column.key]

    def asks(self, key: str) -> bool:
        """Whether the column with this key is asked in this row."""
        return key in self._columns and self.is_visible(self._columns[key])

    def is_required(self, column: FieldSpec) -> bool:
        """Whether a shown column must be filled in this row."""
        if column.required_when is not None:
            return parse(column.required_when).holds(self)
        return column.required


def typed_value(spec: FieldSpec | None, answer: Any) -> Any:
    """A stored answer as an expression compares it; ``None`` when missing or damaged."""
    if spec is None or answer is None or answer == "":
        return None
    match spec.type:
        case "date" | "partial_date":
            return earliest_day(answer) if isinstance(answer, str) else None
        case "number" | "money":
            return answer if isinstance(answer, int) and not isinstance(answer, bool) else None
        case "yes_no" | "declaration":
            return answer if isinstance(answer, bool) else None
        case "choices":
            return [a for a in answer if isinstance(a, str)] if isinstance(answer, list) else None
        case "repeat":
            return (
                [r for r in answer if isinstance(r, Mapping)] if isinstance(answer, list) else None
            )
        case _:
            return answer if isinstance(answer, str) else None


def visible_answers(
    definition: ProcedureDefinition, answers: Answers, *, today: dt.date
) -> dict[str, Any]:
    """Only the answers to questions that are asked: what a case keeps when it is filed."""
    scope = AnswerScope(definition, answers, today=today)
    return {
        key: answers[key] for key in definition.fields if key in answers and scope.is_visible(key)
    }
