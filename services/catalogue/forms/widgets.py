"""What a question looks like: small widgets whose values are what was typed, bounded.

Most join a few strings: a page of selects must not cost a template for every option.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from services.catalogue.places import TypedCommune
from services.catalogue.schema import FieldSpec
from services.catalogue.values import MAX_RAW
from tenants.communes.official_list import OfficialCommune, provinces

# Up to here all options are shown at once; more are easier found in a list.
MAX_RADIOS = 7
MAX_LIST = 200
DateParts = tuple[str, str, str]
_AUTOCOMPLETE = {
    "account.full_name": "name",
    "account.phone": "tel",
    "account.email": "email",
}


def one_text(data: Mapping[str, Any], name: str) -> str:
    """What came under a name, as text of a bounded length, whatever was sent."""
    value = data.get(name)
    if isinstance(value, list | tuple):
        value = value[-1] if value else ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value) if abs(value) < 10**18 else ""
    return value[: MAX_RAW + 1] if isinstance(value, str) else ""


def many_texts(data: Mapping[str, Any], name: str) -> list[str]:
    """All that came under a name, bounded in number and length."""
    getlist = getattr(data, "getlist", None)
    values = getlist(name) if getlist else data.get(name)
    if not isinstance(values, list | tuple):
        values = [values]
    return [value[:MAX_RAW] for value in values[:MAX_LIST] if isinstance(value, str)]


def attributes(attrs: Mapping[str, Any] | None) -> str:
    """HTML attributes with their leading space."""
    parts = []
    for name, value in (attrs or {}).items():
        if value is True:
            parts.append(f" {name}")
        elif value is not None and value is not False:
            parts.append(f' {name}="{escape(str(value))}"')
    return "".join(parts)


def option_tags(options: Iterable[tuple[str, str]], chosen: str, empty: str | None) -> str:
    """The options of a select; ``empty`` is the first, unchosen one."""
    tags = [] if empty is None else [f'<option value="">{escape(empty)}</option>']
    for value, label in options:
        selected = " selected" if value == chosen else ""
        tags.append(f'<option value="{escape(value)}"{selected}>{escape(label)}</option>')
    return "".join(tags)


def _safe(html: str) -> SafeString:
    """Markup whose every inserted text went through ``escape``."""
    return mark_safe(html)  # noqa: S308


def _drawn(template: str, context: dict[str, Any], renderer: Any) -> SafeString:
    drawing = renderer or forms.renderers.get_default_renderer()
    return SafeString(drawing.render(f"forms/widgets/{template}.html", context).strip())


class AnswerWidget(forms.Widget):
    """Base: knows its field's definition and reads one bounded text."""

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__()
        self.spec = spec

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        """What was typed."""
        return one_text(data, name)

    def use_required_attribute(self, initial: Any) -> bool:
        """Never: the browser's own message would be in another language and manner."""
        return False


class TextWidget(AnswerWidget):
    """A line of text, or several."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The box with what was typed."""
        text = value if isinstance(value, str) else ""
        extra = {"name": name, **self._kind(), **(attrs or {})}
        if self.spec.type == "long_text":
            extra.pop("type")
            rows = f'<textarea rows="5"{attributes(extra)}>\n{escape(text)}</textarea>'
            return _safe(rows)
        return _safe(f'<input{attributes(extra)} value="{escape(text)}">')

    def _kind(self) -> dict[str, str]:
        kinds: dict[str, dict[str, str]] = {
            "number": {"class": "box box--6 num", "inputmode": "numeric"},
            "time": {"class": "box box--6 num", "inputmode": "numeric"},
            "money": {"class": "box box--14 num", "inputmode": "numeric"},
            "national_id": {"class": "box box--14 num", "inputmode": "numeric"},
            "phone": {"class": "box box--14 num", "type": "tel"},
            "email": {"class": "box", "type": "email", "spellcheck": "false"},
        }
        result = {"type": "text", "class": "box", **kinds.get(self.spec.type, {})}
        token = _AUTOCOMPLETE.get(self.spec.prefill or "")
        return {**result, "autocomplete": token} if token else result


class ChoiceWidget(AnswerWidget):
    """One of several: radio buttons for a few options, a select for many."""

    def options(self) -> list[tuple[str, str]]:
        """Stored value and label of each option."""
        if self.spec.type == "yes_no":
            return [("yes", _("Có")), ("no", _("Không"))]
        if self.spec.type == "province":
            return [(province.code, province.name) for province in provinces().values()]
        return list(self.spec.labels.items())

    @property
    def is_select(self) -> bool:
        """Whether one control carries the label, not a set of radio buttons."""
        return self.spec.type == "province" or len(self.spec.options) > MAX_RADIOS

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """All options with the chosen one marked."""
        chosen = value if isinstance(value, str) else ""
        extra = dict(attrs or {})
        if self.is_select:
            tags = option_tags(self.options(), chosen, _("Chọn một mục"))
            extra = {"name": name, "class": "box", **extra}
            return _safe(f"<select{attributes(extra)}>{tags}</select>")
        return _ticks("radio", name, self.options(), {chosen}, extra)

    def id_for_label(self, id_: str, index: Any = None) -> str:
        """The select, or the first radio button, which an error links to."""
        return id_ if self.is_select or not id_ else f"{id_}_0"


class ChoicesWidget(AnswerWidget):
    """Any of several, as check boxes."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        """All that was ticked."""
        return many_texts(data, name)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """All options with the ticked ones marked."""
        chosen = set(value) if isinstance(value, list) else set()
        return _ticks("checkbox", name, self.spec.labels.items(), chosen, attrs or {})

    def id_for_label(self, id_: str, index: Any = None) -> str:
        """The first box, which an error links to."""
        return f"{id_}_0" if id_ else id_


class DeclarationWidget(AnswerWidget):
    """A declaration to be ticked."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The box beside the declaration's text."""
        checked = {"yes"} if value in ("yes", "on", "true", "1") else set()
        text = self.spec.text or self.spec.label
        return _ticks("checkbox", name, [("yes", text)], checked, attrs or {}, numbered=False)


def _ticks(
    kind: str,
    name: str,
    options: Iterable[tuple[str, str]],
    chosen: set[str],
    attrs: Mapping[str, Any],
    *,
    numbered: bool = True,
) -> SafeString:
    base = str(attrs.get("id") or f"id_{name}")
    rest = attributes({k: v for k, v in attrs.items() if k != "id"})
    tags = []
    for index, (value, label) in enumerate(options):
        at = escape(f"{base}_{index}" if numbered else base)
        checked = " checked" if value in chosen else ""
        tags.append(
            f'<div class="tick"><input type="{kind}" id="{at}" name="{escape(name)}" '
            f'value="{escape(value)}"{checked}{rest}>'
            f'<label for="{at}">{escape(label)}</label></div>'
        )
    return _safe("".join(tags))


class DatePartsWidget(AnswerWidget):
    """Day, month and year as three boxes; the whole date in one name is read as well."""

    bad_part = ""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> DateParts:
        """The three boxes as typed."""
        from services.catalogue.values import split_date

        parts = tuple(one_text(data, f"{name}_{part}")[:40] for part in ("day", "month", "year"))
        if not any(parts) and (whole := one_text(data, name)):
            return split_date(whole)
        return parts[0], parts[1], parts[2]

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Three labelled boxes; only the one that is wrong is marked so."""
        parts = value if isinstance(value, tuple) and len(value) == 3 else ("", "", "")
        attrs = dict(attrs or {})
        invalid, base = attrs.pop("aria-invalid", None), attrs.pop("id", None) or f"id_{name}"
        labels = {"day": _("Ngày"), "month": _("Tháng"), "year": _("Năm")}
        boxes = [
            {
                "id": f"{base}_{part}",
                "name": f"{name}_{part}",
                "label": label,
                "value": text,
                "wide": part == "year",
                "invalid": bool(invalid) and self.bad_part in ("", part),
                "autocomplete": f"bday-{part}" if self.spec.prefill else "",
                "described_by": attrs.get("aria-describedby", ""),
            }
            for (part, label), text in zip(labels.items(), parts, strict=True)
        ]
        context = {"boxes": boxes, "partial": self.spec.type == "partial_date"}
        return _drawn("date_parts", context, renderer)

    def id_for_label(self, id_: str, index: Any = None) -> str:
        """The box that is wrong, else the first."""
        return f"{id_}_{self.bad_part or 'day'}" if id_ else id_


class CommuneWidget(AnswerWidget):
    """A commune by its typed name; a list of namesakes when several fit."""

    matches: tuple[OfficialCommune, ...] = ()

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> TypedCommune:
        """The typed text, the chosen code and the province, if the form asked for it."""
        province = one_text(data, f"{name}_province")
        if not province and name.endswith("commune"):
            province = one_text(data, f"{name.removesuffix('commune')}province")
        text = one_text(data, f"{name}_text")[:MAX_LIST]
        return TypedCommune(text, one_text(data, name)[:10], province[:10])

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The text box, with the list of matches or the hidden code."""
        typed = value if isinstance(value, TypedCommune) else TypedCommune()
        attrs = dict(attrs or {})
        base = attrs.pop("id", None) or f"id_{name}"
        options = [(match.code, match.full_name) for match in self.matches]
        context = {
            "id": f"{base}_text",
            "select_id": base,
            "name": name,
            "text": typed.text,
            "code": typed.code,
            "rest": _safe(attributes(attrs)),
            "options": _safe(option_tags(options, typed.code, _("Chọn đúng nơi")))
            if options
            else "",
        }
        return _drawn("commune", context, renderer)

    def id_for_label(self, id_: str, index: Any = None) -> str:
        """The list when there is one, else the text box."""
        return id_ if self.matches or not id_ else f"{id_}_text"


class ShownWidget(AnswerWidget):
    """A computed text that is shown and not typed."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        """Nothing: it follows from another answer."""
        return ""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The text in an output element."""
        at = (attrs or {}).get("id") or f"id_{name}"
        return format_html(
            '<output id="{}" data-words-of="{}">{}</output>', at, self.spec.of, value
        )


WIDGETS: dict[str, type[AnswerWidget]] = {
    "choice": ChoiceWidget,
    "yes_no": ChoiceWidget,
    "province": ChoiceWidget,
    "choices": ChoicesWidget,
    "declaration": DeclarationWidget,
    "date": DatePartsWidget,
    "partial_date": DatePartsWidget,
    "commune": CommuneWidget,
    "date_in_words": ShownWidget,
}


def widget_for(spec: FieldSpec) -> AnswerWidget:
    """The widget of a field's type."""
    return WIDGETS.get(spec.type, TextWidget)(spec)
