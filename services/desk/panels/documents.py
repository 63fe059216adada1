"""The papers that the commune issued in the case."""

from __future__ import annotations

from typing import Any

from documents.rendering.html import form_of
from services.cases.delivery import documents_of
from services.cases.models import Case
from services.desk.panels import Reading


def documents(reading: Reading) -> dict[str, Any]:
    """Slips, letters and the result, oldest first, each with the form that it follows."""
    return {"documents": papers_issued(reading.case)}


def papers_issued(case: Case) -> list[dict[str, Any]]:
    """The case's documents with their forms."""
    return [
        {"paper": paper, "form": form_of(paper.template, paper.issued_on)}
        for paper in documents_of(case)
    ]
