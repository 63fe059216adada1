"""Texts of a procedure with their placeholders filled in from one case.

``values`` are the answers, the entries of the result and what the commune and the signing give
(``EXTRA_NAMES``) in one mapping; dates in it are ISO text. A hidden question prints nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from services.catalogue.answers import AnswerScope, typed_value
from services.catalogue.display import filtered, find_field
from services.catalogue.expressions import parse
from services.catalogue.placeholders import PREFIX_FILTERS, Placeholder, placeholders
from services.catalogue.schema import FieldSpec, ProcedureDefinition
from services.catalogue.values import earliest_day

Values = Mapping[str, Any]


def render_text(
    definition: ProcedureDefinition,
    template: str,
    answers: Values,
    extra: Values | None = None,
) -> str:
    """A template with every placeholder filled; a missing value gives empty text."""
    values = {**answers, **extra} if extra else answers
    scope = _scope(definition, values)
    return _fill(
        template,
        lambda holder: _one(find_field(definition, holder.key), holder, values, scope),
    )


def render_row(
    definition: ProcedureDefinition, of: str, template: str, row: Values, number: int = 0
) -> str:
    """A table cell's template for one row of a repeating field; ``number`` counts from 1."""
    spec = find_field(definition, of)
    columns = {column.key: column for column in spec.columns} if spec else {}
    labels = spec.rows if spec else ()
    label = labels[number - 1] if 0 < number <= len(labels) else ""
    values = {"row_number": str(number or ""), "row_label": label, **row}
    return _fill(template, lambda h: _one(columns.get(h.key), h, values, None))


def notation_of(definition: ProcedureDefinition, answers: Values) -> str:
    """How the result's number is written, such as ``{seq}/TLKT-BS``, for these answers."""
    number = definition.result.number
    if number.notation_by is None:
        return number.notation
    chosen = answers.get(number.notation_by.field)
    return number.notation_by.notations.get(str(chosen), number.notation)


def truth(definition: ProcedureDefinition, condition: str | None, values: Values) -> bool:
    """Whether a condition of the result is met by the answers, entries and extras."""
    return condition is None or parse(condition).holds(_scope(definition, values))


def _fill(template: str, value_of: Any) -> str:
    pieces, at = [], 0
    for holder in placeholders(template):
        pieces += [template[at : holder.start], value_of(holder)]
        at = holder.end
    return "".join([*pieces, template[at:]])


def _one(
    spec: FieldSpec | None, holder: Placeholder, values: Values, scope: AnswerScope | None
) -> str:
    shown = _hidden_removed(holder.key, values, scope)
    text, first = "", True
    for name, argument in holder.filters or (("", ""),):
        if name == "or":
            base = (
                text
                if not first
                else filtered(spec, shown.get(holder.key), holder.key, shown, None)
            )
            text = base or argument
        elif first:
            text = filtered(spec, shown.get(holder.key), holder.key, shown, name or None)
        elif name in ("upper", "lower"):
            text = text.upper() if name == "upper" else text.lower()
        first = False
    return text


def _hidden_removed(key: str, values: Values, scope: AnswerScope | None) -> Values:
    """The values a placeholder reads, without the answers to questions that are not asked."""
    if scope is None:
        return values
    if key in scope.definition.define:
        return {key: scope.value(key)}
    fields = scope.definition.fields
    if key in fields:
        return values if scope.is_visible(key) else {}
    endings = {ending for group in PREFIX_FILTERS.values() for ending in group}
    names = [key + ending for ending in (*endings, "id_doc_date", "id_doc_issuer")]
    hidden = [name for name in names if name in fields and not scope.is_visible(name)]
    return {k: v for k, v in values.items() if k not in hidden} if hidden else values


def _scope(definition: ProcedureDefinition, values: Values) -> AnswerScope:
    today = _day(values.get("today")) or timezone.localdate()
    others = {
        name: typed_value(definition.entry_fields.get(name), value)
        if name in definition.entry_fields
        else value
        for name, value in values.items()
        if name not in definition.fields and name not in ("today", "filed_on", "channel")
    }
    return AnswerScope(
        definition,
        values,
        today=today,
        filed_on=_day(values.get("filed_on")),
        channel=str(values.get("channel") or "online"),
        extra=others,
    )


def _day(value: Any) -> dt.date | None:
    if isinstance(value, dt.date):
        return value
    return earliest_day(value) if isinstance(value, str) else None
