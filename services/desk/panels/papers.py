"""The papers of the case, read beside its form."""

from __future__ import annotations

from typing import Any

from documents.files.serving import not_open_because
from services.cases.drafts import attachments_of
from services.desk.panels import Reading


def papers(reading: Reading) -> dict[str, Any]:
    """All papers that were given, and the one that is open (``giay-to`` in the address)."""
    given = attachments_of(reading.case.pk)
    names = {paper.key: paper.name for paper in reading.definition.papers}
    shown = [
        {
            "file": paper,
            "name": names.get(paper.paper_key, ""),
            "problem": not_open_because(paper.file),
        }
        for paper in given
    ]
    chosen = reading.request.GET.get("giay-to", "")
    keys = [str(paper.pk) for paper in given]
    return {
        "papers": shown,
        "open_paper": shown[keys.index(chosen) if chosen in keys else 0] if shown else None,
    }
