"""Everything that was answered, page by page, as people read it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import gettext as _

from services.catalogue.answers import Answers, AnswerScope
from services.catalogue.display import residence, show
from services.catalogue.schema import FieldSpec, ProcedureDefinition

Row = tuple[str, str]


@dataclass(frozen=True)
class SummarySection:
    """The answers of one page; ``rows`` are pairs of label and text."""

    title: str
    page_key: str
    rows: list[Row] = field(default_factory=list)


def summary(
    definition: ProcedureDefinition, answers: Answers, *, today: dt.date | None = None
) -> list[SummarySection]:
    """The visible pages with their answers, and what must still be answered."""
    scope = AnswerScope(definition, answers, today=today or timezone.localdate())
    sections = []
    for page in definition.pages:
        rows = [row for spec in page.fields for row in _rows(spec, answers, scope)]
        if rows:
            sections.append(SummarySection(page.title, page.key, rows))
    return sections


def _rows(spec: FieldSpec, answers: Answers, scope: AnswerScope) -> Iterator[Row]:
    if spec.type == "group":
        commune = next((leaf for leaf in spec.leaves() if leaf.type == "commune"), None)
        if commune is not None and commune.key.endswith("commune") and _is_residence(spec):
            if scope.is_visible(commune.key):
                text = residence(commune.key.removesuffix("commune"), answers)
                if text or scope.is_required(commune):
                    yield spec.label, text or _("Chưa ghi")
            return
        for inner in spec.fields:
            yield from _rows(inner, answers, scope)
    elif scope.is_visible(spec.key) and spec.type != "declaration":
        if spec.type == "repeat":
            yield from _repeat(spec, scope)
            return
        text = show(spec, answers.get(spec.key), answers)
        if text or scope.is_required(spec):
            yield spec.label, text or _("Chưa ghi")


def _is_residence(spec: FieldSpec) -> bool:
    endings = ("commune", "address_detail", "province")
    return all(leaf.key.endswith(endings) for leaf in spec.leaves())


def _repeat(spec: FieldSpec, scope: AnswerScope) -> Iterator[Row]:
    for number, row in enumerate(scope.rows(spec.key)):
        named = spec.rows[number] if number < len(spec.rows) else ""
        label = named or f"{spec.row_label or spec.label} {number + 1}"
        shown = [
            f"{column.label.rstrip(':')}: {text}"
            for column in spec.columns
            if row.is_visible(column) and (text := show(column, row.row.get(column.key)))
        ]
        yield label, "; ".join(shown)
