"""Repeating questions: rows that are added and taken away with plain submit buttons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from services.catalogue.answers import AnswerScope, RowScope
from services.catalogue.forms.fields import (
    AnswerBoundField,
    AnswerField,
    missing_message,
    to_raw,
)
from services.catalogue.forms.widgets import AnswerWidget, one_text
from services.catalogue.schema import FieldSpec
from services.catalogue.values import InvalidAnswer

FormData = Mapping[str, Any]


class RowForm(forms.Form):
    """One row of a repeating question; its columns are named ``key-0-column``."""

    def __init__(
        self,
        spec: FieldSpec,
        index: int,
        data: FormData | None,
        answer: Mapping[str, Any],
        today: dt.date,
    ) -> None:
        super().__init__(data=data, prefix=f"{spec.key}-{index}", auto_id="id_%s")
        self.spec = spec
        self.index = index
        self.today = today
        for column in spec.columns:
            field = AnswerField(column, optional=not column.required)
            default = answer.get(column.key, column.default)
            field.initial = to_raw(column, default)
            self.fields[column.key] = field

    @property
    def label(self) -> str:
        """The fixed label of the row, or its number."""
        return row_name(self.spec, self.index)

    @property
    def remove_value(self) -> str:
        """What the button that takes this row away sends."""
        return f"{self.spec.key}-{self.index}"

    def _clean_fields(self) -> None:
        """Parse the columns; what is missing is judged by ``check_row``."""
        self.cleaned_data = {}
        for name, field in self.fields.items():
            assert isinstance(field, AnswerField)  # noqa: S101
            try:
                self.cleaned_data[name] = field.parse(self[name].data, self.today)
            except InvalidAnswer as error:
                self.add_error(name, str(error))

    @property
    def is_blank(self) -> bool:
        """Whether nothing at all was typed in the row."""
        return not self.errors and all(v is None for v in self.cleaned_data.values())

    def check_row(self, outer: AnswerScope) -> dict[str, Any]:
        """The answers of the row; adds an error for each column that must be filled."""
        scope = RowScope(outer, self.spec, dict(self.cleaned_data))
        row: dict[str, Any] = {}
        for column in self.spec.columns:
            if not scope.is_visible(column):
                self.errors.pop(column.key, None)
            elif column.key not in self.errors:
                row[column.key] = self.cleaned_data.get(column.key)
                if row[column.key] is None and scope.is_required(column):
                    self.add_error(column.key, missing_message(column))
        return row


class RepeatField(AnswerField):
    """A repeating question; its rows are forms of their own."""

    rows: tuple[RowForm, ...] = ()
    problem: str = ""

    def __init__(self, spec: FieldSpec, *, optional: bool, condition_json: str = "") -> None:
        super().__init__(spec, optional=optional, condition_json=condition_json)
        self.widget = RepeatWidget(spec)

    def get_bound_field(self, form: Any, field_name: str) -> RepeatBoundField:
        """The question on its page."""
        return RepeatBoundField(form, self, field_name)

    @property
    def filled_rows(self) -> list[RowForm]:
        """The sent rows in which anything was typed."""
        return [row for row in self.rows if not row.is_blank]


class RepeatWidget(AnswerWidget):
    """Draws all rows with their buttons."""

    field: RepeatBoundField

    def value_from_datadict(self, data: FormData, files: Any, name: str) -> Any:
        """Nothing of its own: the rows read their columns."""
        return None

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The rows."""
        renderer = renderer or forms.renderers.get_default_renderer()
        return SafeString(renderer.render("forms/widgets/repeat.html", {"field": self.field}))

    def id_for_label(self, id_: str, index: Any = None) -> str:
        """The first control of the first row."""
        return self.field.first_id if getattr(self, "field", None) else id_


class RepeatBoundField(AnswerBoundField):
    """A repeating question on its page: rows and the values of its buttons."""

    field: RepeatField

    def __init__(self, form: Any, field: RepeatField, name: str) -> None:
        super().__init__(form, field, name)
        field.widget.field = self

    @property
    def rows(self) -> tuple[RowForm, ...]:
        """The rows, each a form of its columns."""
        return self.field.rows

    @property
    def count_name(self) -> str:
        """The hidden input that says how many rows were drawn."""
        return f"{self.name}-count"

    @property
    def can_add(self) -> bool:
        """Whether another row may be added."""
        return not self.spec.rows and len(self.rows) < self.spec.max_rows

    @property
    def can_remove(self) -> bool:
        """Whether a row may be taken away."""
        return not self.spec.rows and len(self.rows) > 1

    @property
    def first_id(self) -> str:
        """The id of the first control, which an error about the whole links to."""
        first = next((bound for row in self.rows for bound in row), None)
        return str(first.id_for_label) if first is not None else escape(self.auto_id)


def row_name(spec: FieldSpec, index: int) -> str:
    """The fixed label of a row, or its number; ``index`` counts from 0."""
    if index < len(spec.rows):
        return spec.rows[index]
    return f"{spec.row_label or _('Dòng')} {index + 1}"


def rows_problem(spec: FieldSpec) -> str:
    """What a repeating question says when something in its rows is wrong."""
    return _("Có chỗ cần sửa trong “%(label)s”.") % {"label": spec.label}


def row_count(spec: FieldSpec, data: FormData) -> int:
    """How many rows the browser says it sent, within what the question allows."""
    if spec.rows:
        return len(spec.rows)
    text = one_text(data, f"{spec.key}-count").strip()
    if text.isascii() and text.isdecimal():
        count = int(text[:6])
    else:
        names = [f"{spec.key}-{i}-" for i in range(spec.max_rows)]
        sent = [str(name) for name in data if str(name).startswith(f"{spec.key}-")]
        present = [i for i, start in enumerate(names) if any(n.startswith(start) for n in sent)]
        count = max(present, default=-1) + 1
    return max(1, min(count, spec.max_rows))


def make_rows(
    spec: FieldSpec, data: FormData | None, answer: Any, today: dt.date, *, add: int = 0
) -> tuple[RowForm, ...]:
    """The rows to draw: as sent, else as answered, else the least number, empty."""
    given = [r for r in answer if isinstance(r, Mapping)] if isinstance(answer, list) else []
    if spec.rows:
        count = len(spec.rows)
    elif data is not None:
        count = min(row_count(spec, data) + add, spec.max_rows)
    else:
        count = min(max(len(given), spec.min_rows, 1), spec.max_rows)
    return tuple(
        RowForm(spec, i, data, given[i] if i < len(given) else {}, today) for i in range(count)
    )


def clean_rows(field: RepeatField, scope: AnswerScope, *, required: bool) -> list[Any] | None:
    """The answers of all rows; ``problem`` of the field says what is wrong as a whole."""
    spec = field.spec
    answers = []
    filled = [row for row in field.rows if spec.rows or not row.is_blank]
    needed = max(spec.min_rows, 1) if required and not spec.rows else 0
    if len(filled) < needed:
        filled = list(field.rows[:needed])
        if needed > len(field.rows):
            field.problem = _("Cần ít nhất %(count)s dòng. Anh/chị thêm dòng.") % {"count": needed}
        elif all(row.is_blank for row in filled):
            field.problem = missing_message(spec)
    for row in filled:
        answers.append(row.check_row(scope))
        if row.errors and not field.problem:
            field.problem = rows_problem(spec)
    return answers or None


def without_row(data: FormData, spec: FieldSpec, index: int) -> MultiValueDict[str, Any]:
    """The sent data with one row taken away and the rows after it moved up."""
    result: MultiValueDict[str, Any] = MultiValueDict()
    start = f"{spec.key}-"
    for name in data:
        getlist = getattr(data, "getlist", None)
        values = getlist(name) if getlist else [data[name]]
        number, dash, rest = str(name).removeprefix(start).partition("-")
        if str(name).startswith(start) and dash and number.isdecimal() and len(number) < 4:
            row = int(number)
            if row == index:
                continue
            if row > index:
                name = f"{start}{row - 1}-{rest}"
        result.setlist(str(name), values)
    result[f"{spec.key}-count"] = str(max(1, row_count(spec, data) - 1))
    return result
