"""What a page of PDF costs: a receipt slip, a certificate and a decision.

    python -m bench.papers

Run by the bench in a process of its own, as the job runner does it: from frozen content through
the template to the typesetting child. Prints the figures as JSON.
"""

from __future__ import annotations

import json
import os
import statistics
import time
from pathlib import Path
from typing import Any

from bench.processes import cpu_seconds

ROUNDS = 30
CONTENTS = Path(__file__).parent / "data" / "papers.json"


def measure() -> dict[str, float]:
    """Milliseconds of the first page in a new child, of a warm page, and pages a core second."""
    from documents.rendering.html import Draft, render_html
    from documents.rendering.pdf import render_pdf

    papers = [Draft(**paper) for paper in json.loads(CONTENTS.read_text("utf-8"))]

    def make(paper: Draft) -> tuple[float, int]:
        began = time.perf_counter()
        pages = render_pdf(render_html(paper, preview=False)).pages
        return (time.perf_counter() - began) * 1000, pages

    first, _pages = make(papers[0])
    for paper in papers * 2:
        make(paper)
    began = cpu_seconds([os.getpid()])
    made = [[make(paper) for paper in papers] for _ in range(ROUNDS)]
    used = cpu_seconds([os.getpid()]) - began
    pages = sum(count for row in made for _, count in row)
    warm = [
        statistics.median(ms / count for ms, count in column) for column in zip(*made, strict=True)
    ]
    figures: dict[str, Any] = {
        "first_ms": first,
        "warm_ms": statistics.mean(warm),
        "per_second_per_core": pages / used,
    }
    for paper, ms in zip(papers, warm, strict=True):
        figures[paper.template] = ms
    return figures


def main() -> None:
    """Set Django up and print the figures."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    print(json.dumps(measure()))


if __name__ == "__main__":
    main()
