"""Which pages and papers a case needs, given what has been answered."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from services.catalogue.answers import Answers, AnswerScope
from services.catalogue.schema import PageSpec, Paper, ProcedureDefinition


def visible_pages(
    definition: ProcedureDefinition,
    answers: Answers,
    *,
    today: dt.date | None = None,
    channel: str = "online",
) -> list[PageSpec]:
    """The pages with at least one question to ask, in order."""
    scope = AnswerScope(definition, answers, today=today or timezone.localdate(), channel=channel)
    return [
        page for page in definition.pages if any(scope.is_visible(leaf.key) for leaf in page.leaves)
    ]


def required_papers(
    definition: ProcedureDefinition,
    answers: Answers,
    channel: str = "online",
    *,
    today: dt.date | None = None,
) -> list[Paper]:
    """The papers that belong to the case: asked on this channel, their condition met.

    Papers that are only shown, or that need not be given, are among them; see ``must_upload``.
    """
    scope = AnswerScope(definition, answers, today=today or timezone.localdate(), channel=channel)
    return [
        paper
        for paper in definition.papers
        if paper.channel in (None, channel) and scope.holds(paper.when)
    ]


def must_upload(paper: Paper) -> bool:
    """Whether an online case cannot be sent without this paper."""
    return paper.required and not paper.no_demand and paper.kind != "show"
