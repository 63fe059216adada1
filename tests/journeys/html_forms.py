"""Forms of a page as a browser without JavaScript sees them: what is drawn can be sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.http.response import HttpResponseBase


@dataclass
class Control:
    """One control of a form: what it is called, what it sends, what else it could send."""

    name: str
    kind: str
    value: str = ""
    on: bool = True
    options: list[str] = field(default_factory=list)


@dataclass
class DrawnForm:
    """A form with its controls in the order of the page."""

    action: str
    controls: list[Control] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        """What can be sent at all."""
        return {control.name for control in self.controls}

    def sent(self) -> dict[str, list[str]]:
        """What pressing a button without a name would send."""
        data: dict[str, list[str]] = {}
        for control in self.controls:
            if control.on and control.kind not in ("submit", "file"):
                data.setdefault(control.name, []).append(control.value)
        return data

    def choices(self, name: str) -> set[str]:
        """The values among which a set of radio buttons, check boxes or a select lets choose."""
        own = [control for control in self.controls if control.name == name]
        return {value for one in own for value in (one.options or [one.value])}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[DrawnForm] = []
        self._form: DrawnForm | None = None
        self._select: Control | None = None
        self._area: Control | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = DrawnForm(given.get("action", ""))
            self.forms.append(self._form)
        elif tag == "option" and self._select is not None:
            self._select.options.append(given.get("value", ""))
            if "selected" in given or len(self._select.options) == 1:
                self._select.value = given.get("value", "")
        elif self._form is not None and given.get("name") and "disabled" not in given:
            self._control(tag, given, self._form)

    def _control(self, tag: str, given: dict[str, str], form: DrawnForm) -> None:
        kinds = {"select": "select", "textarea": "textarea", "button": "submit"}
        kind = kinds.get(tag) or given.get("type", "text")
        ticked = kind not in ("radio", "checkbox") or "checked" in given
        default = "on" if kind in ("radio", "checkbox") else ""
        control = Control(given["name"], kind, given.get("value", default), ticked)
        form.controls.append(control)
        if tag == "select":
            self._select = control
        elif tag == "textarea":
            self._area = control

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area.value += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._area = None


def forms_of(response: HttpResponseBase) -> list[DrawnForm]:
    """Every form on a page."""
    reader = _Reader()
    reader.feed(response.content.decode())  # type: ignore[attr-defined]
    return reader.forms


def form_that(response: HttpResponseBase, *, action: str = "", has: str = "") -> DrawnForm:
    """The form of a page that goes to an address ending so, or that has a control of that name."""
    for form in forms_of(response):
        fits = form.action.endswith(action) if action else has in form.names
        if fits:
            return form
    raise AssertionError(f"The page has no form for {action or has!r}.")


def text_of_page(response: HttpResponseBase) -> str:
    """The words of a page, its markup left out."""
    words: list[str] = []
    reader: Any = HTMLParser()
    reader.handle_data = words.append
    reader.feed(response.content.decode())  # type: ignore[attr-defined]
    return " ".join(" ".join(words).split())
