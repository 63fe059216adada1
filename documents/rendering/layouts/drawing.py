"""A layout and a content put together: blocks whose texts are ready to print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.utils.safestring import SafeString

from documents.rendering.layouts.schema import (
    Closing,
    Column,
    Cover,
    Fields,
    Foot,
    Head,
    Layout,
    Picture,
    Place,
    Shown,
    Signatures,
    Table,
    Words,
)
from documents.rendering.layouts.texts import Scope, draw_text, is_empty
from documents.rendering.qr import qr_svg


@dataclass(frozen=True)
class Drawn:
    """A block as its template prints it; ``number`` is its place among the layout's blocks."""

    kind: str
    number: int
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def template(self) -> str:
        """The template that prints it."""
        return f"documents/blocks/{self.kind}.html"


@dataclass(frozen=True)
class DrawnCopy:
    """One copy of the paper; ``name`` is empty where all copies are alike."""

    name: str
    head: dict[str, Any]
    blocks: list[Drawn]


def draw_copies(layout: Layout, content: Mapping[str, Any]) -> list[DrawnCopy]:
    """Every copy of the paper, each on pages of its own."""
    return [_copy(layout, content, name) for name in layout.copies or ("",)]


def _copy(layout: Layout, content: Mapping[str, Any], name: str) -> DrawnCopy:
    scope = Scope({**content, "copy_name": name})
    blocks = [
        Drawn(block.kind, number, _draw(block, scope))
        for number, block in enumerate(layout.blocks)
        if is_shown(block, scope)
    ]
    return DrawnCopy(name=name, head=_head(layout.head, scope), blocks=blocks)


def is_shown(part: Shown, scope: Scope) -> bool:
    """Whether a part is printed with this content."""
    if part.when is not None and is_empty(scope.value(part.when)):
        return False
    return part.unless is None or is_empty(scope.value(part.unless))


def _head(head: Head, scope: Scope) -> dict[str, Any]:
    def lines(texts: Iterable[str]) -> list[SafeString]:
        return [line for line in (draw_text(text, scope) for text in texts) if line]

    return {
        "kind": head.kind,
        "template": f"documents/blocks/head_{head.kind}.html",
        "titles": head.titles,
        "number": draw_text(head.number, scope),
        "about": draw_text(head.about, scope),
        "subject": draw_text(head.subject, scope),
        "under": lines(head.under),
        "left": lines(head.left),
        "right": lines(head.right),
    }


def _draw(block: Shown, scope: Scope) -> dict[str, Any]:
    match block:
        case Fields():
            rows = [row for row in block.rows if is_shown(row, scope)]
            return {
                "rows": [
                    {"label": row.label, "value": draw_text(row.value, scope), "strong": row.strong}
                    for row in rows
                ]
            }
        case Table():
            return _table(block, scope)
        case Words():
            return {"text": draw_text(block.text, scope), "style": block.style}
        case Signatures():
            places = [_place(place, scope) for place in block.places]
            half = (len(places) + 1) // 2
            return {"before": places[:half], "after": places[half:], "check": block.check}
        case Closing():
            place = _place(block.place, scope) if block.place else None
            return {"recipients": block.recipients, "place": place}
        case Picture():
            code = str(scope.value(block.code) or "")
            lines = [draw_text(line, scope) for line in block.lines]
            return {"qr": qr_svg(code) if code else "", "lines": [line for line in lines if line]}
        case Cover():
            return {"lines": [draw_text(line, scope) for line in block.lines]}
        case Foot():
            return {"text": draw_text(block.text, scope)}
    raise TypeError(f"{type(block).__name__} is no block of a layout.")


def _place(place: Place, scope: Scope) -> dict[str, Any]:
    return {
        "label": place.label,
        "how": draw_text(place.how, scope),
        "name": draw_text(place.name, scope),
    }


def _table(table: Table, scope: Scope) -> dict[str, Any]:
    given = scope.value(table.rows) or []
    rows = []
    for count, item in enumerate(given, start=1):
        row = item if isinstance(item, Mapping) else {"item": item}
        own = Scope(scope.content, row)
        rows.append(
            {
                "cells": [
                    (column.align, str(count) if column.counter else draw_text(column.value, own))
                    for column in table.columns
                ],
                "signed": [draw_text(text, own) for text in table.signed],
            }
        )
    return {
        "headings": _headings(table.columns),
        "columns": table.columns,
        "rows": rows,
        "half": max(1, len(table.columns) // 2),
        "rest": len(table.columns) - max(1, len(table.columns) // 2),
        "width": len(table.columns),
        "empty": draw_text(table.empty, scope),
        "numbered": table.numbered,
        "total": [
            {"text": draw_text(cell.text, scope), "span": cell.span, "align": cell.align}
            for cell in table.total
        ],
    }


def _headings(columns: tuple[Column, ...]) -> dict[str, Any]:
    """The heading's one or two lines; a column without a group is as high as both."""
    if not any(column.group for column in columns):
        return {"upper": [], "lower": [(column.title, at) for at, column in enumerate(columns)]}
    upper: list[dict[str, Any]] = []
    lower: list[tuple[str, int]] = []
    for group, members in groupby(enumerate(columns), key=lambda pair: pair[1].group):
        inside = list(members)
        if group:
            upper.append({"title": group, "span": len(inside), "at": None})
            lower.extend((column.title, at) for at, column in inside)
        else:
            upper.extend({"title": column.title, "span": 1, "at": at} for at, column in inside)
    return {"upper": upper, "lower": lower}
