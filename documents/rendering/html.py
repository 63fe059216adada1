"""From frozen content to the page: one template for the preview on screen and for the PDF."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from documents.rendering.layouts.css import layout_css
from documents.rendering.layouts.drawing import draw_copies
from documents.rendering.layouts.registry import layouts
from documents.rendering.layouts.schema import Layout
from documents.rendering.layouts.texts import flow
from documents.rendering.qr import qr_svg

# Where a preview finds the style sheet of its layout (urls.py).
LAYOUT_PATH = "/mau-in/"
# Pages of a fixed form: results, whose texts come from the procedure's file. All other templates
# are layouts.
FIXED = frozenset({"certificate", "extract", "decision", "letter", "certification"})
_ARTICLE = re.compile(r"^(Điều \d+[a-zđ]?\.|Khoản \d+\.)\s*", re.IGNORECASE)
_COMMITTEE = re.compile(r"^(ỦY BAN NHÂN DÂN|UBND)\s+(?=\S)", re.IGNORECASE)
# A place's kind stays small, its name does not.
_PLACE = re.compile(r"(.*?)(?:((?<!\S)(?:phường|xã|đặc khu|tỉnh|thành phố)\s+)|$)(.*)", re.DOTALL)


class Printable(Protocol):
    """What is needed of a document to print it."""

    @property
    def template(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def content(self) -> Any: ...


@dataclass(frozen=True)
class Draft:
    """Content that has not been issued, for a preview."""

    template: str
    title: str
    content: Mapping[str, Any]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph with its style; ``lead`` is the part in bold, as "Điều 1."."""

    lead: str
    text: SafeString
    style: str


def render_html(source: Printable, *, preview: bool) -> str:
    """The whole page of a document or a Draft; ``preview`` links the style sheets for the screen.

    A document that names its layout is printed by that one, anything else by the layout in force
    on its day. Raises ValueError for a template that does not exist, LayoutMissing for a layout
    whose file is gone.
    """
    layout = layout_of(source.template, source.content)
    page = _page(source, preview=preview)
    if layout is None:
        return render_to_string(f"documents/{source.template}.html", page)
    content = {**source.content, "tracking_site": page["tracking_site"]}
    content["unit_in_text"] = page["unit_in_text"]
    content["centre_in_text"] = _in_text((content.get("letterhead") or {}).get("centre_name", ""))
    page |= {
        "layout": layout,
        "layout_css": mark_safe(layout_css(layout)),  # noqa: S308 (numbers of a checked layout)
        "layout_url": f"{LAYOUT_PATH}{layout.name}.css",
        "copies": draw_copies(layout, content),
    }
    return render_to_string("documents/laid_out.html", page)


def has_layouts(template: str) -> bool:
    """Whether a template is printed by dated layouts."""
    return template in layouts().by_template


def form_of(template: str, day: datetime.date) -> str:
    """Which form a paper of that day follows, as officials call it; empty for results."""
    if template in FIXED or not has_layouts(template):
        return ""
    return layouts().in_force(template, day).form


def layout_of(template: str, content: Mapping[str, Any]) -> Layout | None:
    """The layout of a content; None for a template of a fixed form.

    Raises ValueError for a template that does not exist.
    """
    if template in FIXED:
        return None
    if not has_layouts(template):
        raise ValueError(f"There is no document template {template!r}.")
    if name := content.get("layout"):
        return layouts().get(name)
    issued_on = content.get("issued_on")
    day = datetime.date.fromisoformat(issued_on) if issued_on else timezone.localdate()
    return layouts().in_force(template, day)


def _page(source: Printable, *, preview: bool) -> dict[str, Any]:
    content = source.content
    letterhead = content.get("letterhead") or {}
    agency = letterhead.get("agency_name", "")
    tracking = content.get("track_url") or content.get("case_url")
    return {
        "c": content,
        "title": source.title,
        "preview": preview,
        "agency_lines": agency_lines(agency),
        "paragraphs": paragraphs(content.get("paragraphs")),
        "after": paragraphs(content.get("after")),
        "verification_qr": _qr(content.get("verification_url")),
        "verification_site": _site(content.get("verification_url")),
        "tracking_qr": _qr(tracking),
        "tracking_site": re.sub(r"^https?://|/$", "", tracking or ""),
        "unit_in_text": _in_text(letterhead.get("unit_name") or agency),
    }


def agency_lines(name: str) -> list[str]:
    """ "ỦY BAN NHÂN DÂN PHƯỜNG BA ĐÌNH" on two lines, where Decree 30/2020 breaks it."""
    found = _COMMITTEE.match(name)
    return [found[1], name[found.end() :]] if found else [name]


def paragraphs(items: Any) -> list[Paragraph]:
    """The paragraphs of a content, each either a text or ``{"text": …, "style": …}``."""
    made = []
    for item in items or []:
        text, style = (item, "plain") if isinstance(item, str) else (item["text"], item["style"])
        style = style or "plain"
        found = _ARTICLE.match(text) if style in ("article", "plain") else None
        lead = found[1] if found else ""
        rest = flow(text[found.end() :] if found else text)
        made.append(Paragraph(lead=lead, text=rest, style=style))
    return made


def _in_text(unit: str) -> str:
    """A unit's name inside a sentence: capitals are for letterheads.

    >>> _in_text("ỦY BAN NHÂN DÂN PHƯỜNG BA ĐÌNH")
    'Ủy ban nhân dân phường Ba Đình'
    """
    if not unit.isupper():
        return unit
    head, kind, name = _PLACE.match(unit.lower()).groups()  # type: ignore[union-attr]
    return f"{head[:1].upper()}{head[1:]}{kind or ''}{name.title() if kind else name}"


def _qr(url: str | None) -> str:
    return qr_svg(url) if url else ""


def _site(url: str | None) -> str:
    """The address to type: without the scheme and without the code."""
    return re.sub(r"^https?://|/[^/]*/?$", "", url) if url else ""
