"""From frozen content to the page: one template for the preview on screen and for the PDF."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from documents.rendering.qr import qr_svg

TEMPLATES = frozenset(
    {
        "receipt_slip",
        "supplement_request",
        "refusal",
        "certificate",
        "extract",
        "decision",
        "letter",
        "certification",
        "extension_letter",
        "stop_notice",
        "control_slip",
        "case_register",
        "fee_receipt",
        "refund_slip",
        "day_closing",
    }
)
_ARTICLE = re.compile(r"^(Điều \d+[a-zđ]?\.|Khoản \d+\.)\s*", re.IGNORECASE)
_NOTATION = re.compile(r"\b\d+/[\w/]+-[\w-]+")
_COMMITTEE = re.compile(r"^(ỦY BAN NHÂN DÂN|UBND)\s+(?=\S)", re.IGNORECASE)


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
    """The whole page of a document or a Draft; ``preview`` links the style sheet for the screen.

    Raises ValueError for a template that does not exist.
    """
    if source.template not in TEMPLATES:
        raise ValueError(f"There is no document template {source.template!r}.")
    content = source.content
    letterhead = content.get("letterhead") or {}
    agency = letterhead.get("agency_name", "")
    tracking = content.get("track_url") or content.get("case_url")
    return render_to_string(
        f"documents/{source.template}.html",
        {
            "c": content,
            "title": source.title,
            "preview": preview,
            "agency_lines": agency_lines(agency),
            "needed": content.get("items") or [],
            "paragraphs": paragraphs(content.get("paragraphs")),
            "after": paragraphs(content.get("after")),
            "verification_qr": _qr(content.get("verification_url")),
            "verification_site": _site(content.get("verification_url")),
            "tracking_qr": _qr(tracking),
            "tracking_site": re.sub(r"^https?://|/$", "", tracking or ""),
            "unit_in_text": _in_text(letterhead.get("unit_name") or agency),
        },
    )


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
        rest = _flow(text[found.end() :] if found else text)
        made.append(Paragraph(lead=lead, text=rest, style=style))
    return made


def _flow(text: str) -> SafeString:
    """Escaped text whose line breaks stay and whose notations ("88/TTr-VHXH") stay whole."""
    escaped = _NOTATION.sub(r'<span class="whole">\g<0></span>', escape(text))
    return mark_safe(escaped.replace("\n", "<br>"))  # noqa: S308 (escaped above)


def _in_text(unit: str) -> str:
    """A unit's name inside a sentence: capitals are for letterheads."""
    return unit.capitalize() if unit.isupper() else unit


def _qr(url: str | None) -> str:
    return qr_svg(url) if url else ""


def _site(url: str | None) -> str:
    """The address to type: without the scheme and without the code."""
    return re.sub(r"^https?://|/[^/]*/?$", "", url) if url else ""
