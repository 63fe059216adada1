"""The papers of the case, read beside its form, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from documents.files.serving import not_open_because
from documents.files.thumbnails import Size, picture_path
from services.cases.drafts import attachments_of
from services.cases.models import Attachment, PageNote
from services.cases.page_notes import MOST_LETTERS, notes_of
from services.cases.reuse import held_again
from services.cases.reused import origins_of
from services.desk.panels import Reading

WIDE, WHOLE = "rong", "ca-trang"
TURNS = (0, 90, 180, 270)
# Small pictures that are shown together; the next ones are a link away.
STRIP = 24


@dataclass(frozen=True)
class Place:
    """Which page of which paper is open, and how it is looked at."""

    paper: str
    page: int = 1
    view: str = WIDE
    turn: int = 0

    def address(self, **changes: Any) -> str:
        """The address, within the page of the case, of this place with some changes."""
        values = {"giay-to": self.paper, "trang": self.page, "xem": self.view, "xoay": self.turn}
        return f"?{urlencode(values | changes)}#giay-to"


def papers(reading: Reading) -> dict[str, Any]:
    """All papers that were given; the open page of one of them with its notes.

    What is open stands in the address: ``giay-to``, ``trang``, ``xem``, ``xoay``.
    """
    given = attachments_of(reading.case.pk)
    notes = notes_of(reading.case) if given else []
    origins = origins_of(given, reading.official)
    names = {paper.key: paper.name for paper in reading.definition.papers}
    shown = [
        {
            "file": paper,
            "name": names.get(paper.paper_key, ""),
            "problem": not_open_because(paper.file),
            "notes": sum(note.attachment_id == paper.pk for note in notes),
            "origin": origins.get(paper.pk),
        }
        for paper in given
    ]
    context: dict[str, Any] = {"papers": shown, "open_paper": None, "held": _held(reading, given)}
    if given:
        asked = reading.request.GET
        keys = [str(paper.pk) for paper in given]
        at = keys.index(asked["giay-to"]) if asked.get("giay-to") in keys else 0
        context["open_paper"] = shown[at]
        if shown[at]["problem"] is None:
            context["sheet"] = _sheet(given[at], notes, asked)
    return context


def _held(reading: Reading, given: list[Attachment]) -> list[dict[str, Any]]:
    if not reading.case.is_open:
        return []
    found = held_again(reading.case, given, official=reading.official)
    return [{"paper": paper, "offer": offer} for paper, offer in found]


def _place(paper: Attachment, asked: QueryDict) -> Place:
    typed, turn = asked.get("trang", ""), asked.get("xoay", "")
    page = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 5 else 1
    return Place(
        paper=str(paper.pk),
        page=min(max(page, 1), max(paper.file.pages, 1)),
        view=WHOLE if asked.get("xem") == WHOLE else WIDE,
        turn=int(turn) if turn in map(str, TURNS) else 0,
    )


def _sheet(paper: Attachment, notes: list[PageNote], asked: QueryDict) -> dict[str, Any]:
    """The open page: where its picture is, where one can go from it, what was noted."""
    place, pages = _place(paper, asked), max(paper.file.pages, 1)
    own = [note for note in notes if note.attachment_id == paper.pk]
    noted = {note.page for note in own}
    first = (place.page - 1) // STRIP * STRIP + 1
    last = min(first + STRIP - 1, pages)
    picture = picture_path(paper.file_id, place.page, Size.READING)
    return {
        "page": place.page,
        "pages": pages,
        "view": place.view,
        "turn": place.turn,
        "state": _state(picture),
        "before": place.address(trang=max(place.page - 1, 1)),
        "after": place.address(trang=min(place.page + 1, pages)),
        "wide": place.address(xem=WIDE),
        "whole": place.address(xem=WHOLE),
        "turned": place.address(xoay=(place.turn + 90) % 360),
        "strip": [
            {"page": page, "address": place.address(trang=page), "noted": page in noted}
            for page in range(first, last + 1)
        ],
        "strip_before": place.address(trang=first - 1) if first > 1 else "",
        "strip_after": place.address(trang=last + 1) if last < pages else "",
        "notes": [
            {
                "note": note,
                "text": note.content.get("text", ""),
                "address": place.address(trang=note.page),
            }
            for note in sorted(own, key=lambda note: (note.page, note.pk.int))
        ],
        "most_letters": MOST_LETTERS,
    }


def _state(picture: Any) -> str:
    """Whether a page's picture is ``there``, still ``waiting`` to be drawn, or ``none``."""
    try:
        return "there" if picture.stat().st_size else "none"
    except FileNotFoundError:
        return "waiting"
