"""A question as a Django field: what was typed goes in, an answer or a clear refusal comes out."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from services.catalogue.display import show
from services.catalogue.forms.widgets import (
    ChoicesWidget,
    ChoiceWidget,
    CommuneWidget,
    DatePartsWidget,
    widget_for,
)
from services.catalogue.places import AmbiguousCommune, TypedCommune, commune_name
from services.catalogue.places import parse_commune as read_commune
from services.catalogue.places import parse_province as read_province
from services.catalogue.schema import FieldSpec
from services.catalogue.values import (
    PARSERS,
    InvalidAnswer,
    JSONValue,
    parse_choices,
    parse_date,
    split_date,
)
from services.catalogue.words import grouped


def parse_raw(spec: FieldSpec, raw: Any, today: dt.date) -> JSONValue:
    """An answer from what a widget read, or InvalidAnswer."""
    match spec.type:
        case "date" | "partial_date":
            return parse_date(spec, raw, today) if isinstance(raw, tuple) else None
        case "commune":
            return read_commune(raw) if isinstance(raw, TypedCommune) else None
        case "choices":
            return parse_choices(spec, raw) if isinstance(raw, list) else None
        case "province":
            return read_province(raw) if isinstance(raw, str) else None
        case "date_in_words":
            return None
    return PARSERS[spec.type](spec, raw) if isinstance(raw, str) else None


def to_raw(spec: FieldSpec, answer: Any) -> Any:
    """What a widget shows for a stored answer; an answer of a wrong type shows as nothing."""
    match spec.type:
        case "date" | "partial_date":
            return split_date(answer) if isinstance(answer, str) else ("", "", "")
        case "commune":
            if not isinstance(answer, str):
                return TypedCommune()
            return TypedCommune(text=commune_name(answer), code=answer)
        case "choices":
            return [a for a in answer if isinstance(a, str)] if isinstance(answer, list) else []
        case "yes_no" | "declaration":
            return {True: "yes", False: "no"}.get(answer, "") if isinstance(answer, bool) else ""
        case "money":
            return grouped(answer) if isinstance(answer, int) else ""
    if isinstance(answer, bool):
        return ""
    return str(answer) if isinstance(answer, str | int) else ""


def missing_message(spec: FieldSpec) -> str:
    """What to say when a question that must be answered was not."""
    named = {"label": spec.label.rstrip("?:. ")}
    match spec.type:
        case "choice" | "choices" | "yes_no" | "province":
            return _("Anh/chị chọn một mục cho câu “%(label)s”.") % named
        case "declaration":
            return _("Anh/chị đánh dấu vào ô cam đoan để tiếp tục.")
        case "commune":
            return _("Anh/chị ghi tên phường, xã rồi chọn trong danh sách.")
        case "date":
            return _("Anh/chị ghi ngày, tháng, năm cho câu “%(label)s”.") % named
        case "partial_date":
            return _("Anh/chị ghi ít nhất là năm cho câu “%(label)s”.") % named
        case "repeat":
            return _("Anh/chị ghi ít nhất một dòng cho “%(label)s”.") % named
    return _("Anh/chị chưa ghi “%(label)s”.") % named


class AnswerBoundField(BoundField):
    """A question on its page, with what the page's template needs to know of it."""

    field: AnswerField

    @property
    def spec(self) -> FieldSpec:
        """The question's definition."""
        return self.field.spec

    @property
    def kind(self) -> str:
        """The type of the question."""
        return self.field.spec.type

    @property
    def hint(self) -> str:
        """The line under the label; empty when there is none."""
        return " ".join(filter(None, (self.field.spec.hint, self.field.note)))

    @property
    def optional(self) -> bool:
        """Whether the question may be left empty."""
        return self.field.optional

    @property
    def condition_json(self) -> str:
        """The condition for the page's script; empty when the question is always shown."""
        return self.field.condition_json

    @property
    def columns(self) -> tuple[FieldSpec, ...]:
        """The columns of a repeating question."""
        return self.field.spec.columns

    @property
    def is_fieldset(self) -> bool:
        """Whether several controls answer the question, so that it needs a legend."""
        widget = self.field.widget
        if isinstance(widget, ChoiceWidget):
            return not widget.is_select
        return isinstance(widget, DatePartsWidget | ChoicesWidget) or self.kind in (
            "repeat",
            "declaration",
        )

    @property
    def hint_id(self) -> str:
        """The id of the hint's element."""
        return f"{self.auto_id}-hint"

    @property
    def error_id(self) -> str:
        """The id of the error's element."""
        return f"{self.auto_id}-error"

    @property
    def described_by(self) -> str:
        """The ids that describe the control to a screen reader."""
        ids = [self.hint_id] if self.hint else []
        return " ".join([*ids, self.error_id] if self.errors else ids)

    @cached_property
    def shown(self) -> str:
        """The answer as people read it; for what is shown and not typed."""
        return show(self.spec, self.initial)

    def build_widget_attrs(self, attrs: dict[str, Any], widget: Any = None) -> dict[str, Any]:
        """Describe the control by its hint and error, and mark it when it is wrong."""
        result = dict(attrs)
        if described := self.described_by:
            result["aria-describedby"] = described
        if self.errors:
            result["aria-invalid"] = "true"
        return result


class AnswerField(forms.Field):
    """One question of a page."""

    widget: Any

    def __init__(self, spec: FieldSpec, *, optional: bool, condition_json: str = "") -> None:
        super().__init__(required=False, label=spec.label, widget=widget_for(spec))
        self.spec = spec
        self.optional = optional
        self.condition_json = condition_json
        # What to add to the hint on this page, such as where the first value comes from.
        self.note = ""

    def parse(self, raw: Any, today: dt.date) -> JSONValue:
        """The answer, or InvalidAnswer; the widget learns what was wrong."""
        try:
            return parse_raw(self.spec, raw, today)
        except AmbiguousCommune as error:
            if isinstance(self.widget, CommuneWidget):
                self.widget.matches = tuple(error.matches)
            raise
        except InvalidAnswer as error:
            if isinstance(self.widget, DatePartsWidget):
                self.widget.bad_part = error.part
            raise

    def prepare_value(self, value: Any) -> Any:
        """What the widget shows; typed values are already in its own form."""
        return value

    def get_bound_field(self, form: Any, field_name: str) -> AnswerBoundField:
        """The question on its page."""
        return AnswerBoundField(form, self, field_name)
