"""The little language in which a layout says where the values of a content stand.

``{applicant.name}``            a value; ``{filed|(Ký, ghi rõ họ tên)}`` with what stands for none
``{total:money}``               đồng with dots between thousands; ``{sets:two}`` two digits,
                                ``{copies:count}`` nothing for none
``[, số định danh {number}]``   left out when a value in it is empty
``**…**``                       bold
``<…>``                         kept on one line

A backslash takes its meaning from any of these signs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_NOTATION = re.compile(r"\b\d+/[\w/]+-[\w-]+")
_VALUE = re.compile(r"([a-z_]+(?:\.[a-z_]+)*)(?::(money|two|count))?(?:\|(.*))?", re.DOTALL)
_CLOSING = {"[": "]", "<": ">", "**": "**"}
_SPECIAL = re.compile(r"\\.|\*\*|[\[\]<>{}]")


class BadText(ValueError):
    """A text of a layout that cannot be read; the message says where it goes wrong."""


@dataclass(frozen=True)
class Value:
    """The place of one value; ``otherwise`` is printed when there is none."""

    path: str
    form: str
    otherwise: str


@dataclass(frozen=True)
class Group:
    """Texts and values that are bold, kept together, or left out together."""

    sign: str
    parts: tuple[str | Value | Group, ...]


Part = str | Value | Group


@dataclass(frozen=True)
class Scope:
    """Where names are looked up: in a row of a table first, then in the whole content."""

    content: Mapping[str, Any]
    row: Mapping[str, Any] | None = None

    def value(self, path: str) -> Any:
        """What stands under a dotted path; None when nothing does."""
        first, _dot, rest = path.partition(".")
        home = self.row if self.row is not None and first in self.row else self.content
        found = home.get(first)
        for name in rest.split(".") if rest else ():
            found = found.get(name) if isinstance(found, Mapping) else None
        return found


def is_empty(value: Any) -> bool:
    """Whether there is nothing to print; the number 0 is something."""
    return value is None or value is False or value == "" or value in ([], {}, ())


@lru_cache(maxsize=2048)
def read_text(text: str) -> tuple[Part, ...]:
    """The parts of a layout's text. Raises BadText."""
    reader = _Reader(text)
    parts = reader.parts("")
    if reader.at < len(text):
        raise BadText(f"dấu {text[reader.at]!r} ở vị trí {reader.at + 1} không có dấu mở")
    return parts


def draw_text(text: str, scope: Scope) -> SafeString:
    """The text as HTML, with the values of a content escaped in it."""
    drawn, _full = _draw(read_text(text), scope)
    return mark_safe(drawn)  # noqa: S308 (every part was escaped)


def flow(text: str) -> SafeString:
    """Escaped text whose line breaks stay and whose notations ("88/TTr-VHXH") stay whole."""
    escaped = _NOTATION.sub(r'<span class="whole">\g<0></span>', escape(text))
    return mark_safe(escaped.replace("\n", "<br>"))  # noqa: S308 (escaped above)


def money(amount: int) -> str:
    """Đồng as printed: ``16.000``."""
    return f"{amount:,}".replace(",", ".")


def _draw(parts: Sequence[Part], scope: Scope) -> tuple[str, bool]:
    drawn, full = [], True
    for part in parts:
        if isinstance(part, str):
            drawn.append(str(flow(part)))
        elif isinstance(part, Value):
            shown = _shown(part, scope.value(part.path))
            full = full and shown != ""
            drawn.append(str(flow(shown)))
        else:
            inner, inner_full = _draw(part.parts, scope)
            if part.sign == "[":
                drawn.append(inner if inner_full else "")
                continue
            full = full and inner_full
            if inner:
                tag = ("<b>", "</b>") if part.sign == "**" else ('<span class="whole">', "</span>")
                drawn.append(f"{tag[0]}{inner}{tag[1]}")
    return "".join(drawn), full


def _shown(place: Value, value: Any) -> str:
    if is_empty(value) or (place.form == "count" and value == 0):
        return place.otherwise
    if place.form == "money" and isinstance(value, int):
        return money(value)
    if place.form == "two" and isinstance(value, int):
        return f"{value:02d}"
    return str(value)


class _Reader:
    """Reads a text once, from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def parts(self, closing: str) -> tuple[Part, ...]:
        """Everything up to the closing sign, which is passed over."""
        found: list[Part] = []
        while (sign := _SPECIAL.search(self.text, self.at)) is not None:
            if sign.start() > self.at:
                found.append(self.text[self.at : sign.start()])
            begun, mark = sign.start(), sign[0]
            if mark == closing:
                self.at = sign.end()
                return tuple(found)
            if mark in ("]", ">", "}"):
                self.at = begun
                break
            self.at = sign.end()
            if mark[0] == "\\":
                found.append(mark[1])
            elif mark == "{":
                found.append(self._value(begun))
            else:
                found.append(Group(mark, self.parts(_CLOSING[mark])))
        else:
            if self.at < len(self.text):
                found.append(self.text[self.at :])
                self.at = len(self.text)
        if closing:
            raise BadText(f"thiếu dấu đóng {closing!r}")
        return tuple(found)

    def _value(self, begun: int) -> Value:
        end = self.text.find("}", begun)
        found = _VALUE.fullmatch(self.text, begun + 1, end) if end >= 0 else None
        if found is None:
            raise BadText(f"chỗ điền ở vị trí {begun + 1} không đúng dạng {{ten.truong}}")
        self.at = end + 1
        return Value(found[1], found[2] or "", found[3] or "")
