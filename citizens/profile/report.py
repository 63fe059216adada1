"""What the platform holds about a person, as a paper to read and keep."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string

from documents.rendering.pdf import render_once


def report_pdf(holdings: dict[str, Any]) -> bytes:
    """The report as PDF/A, in the reader's language. Raises RenderingFailed.

    It passes from this process to a short-lived child and back through pipes: no file of it is
    ever written.
    """
    return render_once(render_to_string("citizens/profile/report.html", holdings)).data
