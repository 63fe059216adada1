"""What a browser reads out of a page: its links, its forms as they stand, and what it loads."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

_CSS_URL = re.compile(r"url\(\s*['\"]?([^'\")]+)")
_SHOWN_LINKS = {"stylesheet", "icon", "manifest", "preload", "modulepreload"}
_SENT_ONLY_WHEN_PRESSED = {"submit", "button", "image", "reset", "file"}

Fields = dict[str, str]


@dataclass
class Form:
    """A form with the values that it would send untouched, without its buttons."""

    action: str
    method: str
    fields: Fields = field(default_factory=dict)


class Document(HTMLParser):
    """A page taken apart: `links`, `forms` and `loaded` (addresses the browser fetches at once)."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.loaded: list[str] = []
        self._select: str | None = None
        self._area: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of one element."""
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get").lower()))
        elif tag == "link" and _SHOWN_LINKS & set(given.get("rel", "").split()):
            self._load(given.get("href", ""))
        elif tag in ("script", "img", "iframe", "source"):
            self._load(given.get("src", ""))
        elif tag == "use":
            self._load(given.get("href", "").partition("#")[0])
        elif self.forms:
            self._field(tag, given)

    def handle_endtag(self, tag: str) -> None:
        """Leave a list or a text area."""
        if tag == "select":
            self._select = None
        elif tag == "textarea":
            self._area = None

    def handle_data(self, data: str) -> None:
        """Take the text of a text area."""
        if self._area is not None:
            self.forms[-1].fields[self._area] += data

    def form(self, action_end: str = "") -> Form:
        """The first posted form whose action ends so; without one, the first to the page itself."""
        wanted = [
            form
            for form in self.forms
            if form.method == "post"
            and (form.action.endswith(action_end) if action_end else not form.action)
        ]
        if not wanted:
            raise LookupError(f"no form to {action_end or 'this page'!r}")
        return wanted[0]

    def _load(self, address: str) -> None:
        if address and not address.startswith("data:"):
            self.loaded.append(address)

    def _field(self, tag: str, given: dict[str, str]) -> None:
        fields, name = self.forms[-1].fields, given.get("name", "")
        if tag == "option" and self._select:
            if "selected" in given or self._select not in fields:
                fields[self._select] = given.get("value", "")
        elif not name:
            return
        elif tag == "select":
            self._select = name
        elif tag == "textarea":
            self._area = name
            fields[name] = ""
        elif tag == "input" and given.get("type", "text") not in _SENT_ONLY_WHEN_PRESSED:
            if given.get("type") not in ("checkbox", "radio"):
                fields[name] = given.get("value", "")
            elif "checked" in given:
                fields[name] = given.get("value", "on")


def css_loads(sheet: str) -> list[str]:
    """Addresses that a style sheet makes the browser fetch."""
    return [url for url in _CSS_URL.findall(sheet) if not url.startswith(("data:", "#"))]
