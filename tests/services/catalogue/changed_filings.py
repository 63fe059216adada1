"""Answers of the journeys changed in one place, and what the procedure then says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from services.catalogue.fees import fee_lines
from services.catalogue.forms.checks import check_all, check_warnings
from services.catalogue.forms.pages import required_papers, visible_pages
from services.catalogue.loader import load_file
from services.catalogue.schema import ProcedureDefinition
from tests.journeys.answers import filing
from tests.journeys.people import BA_DINH

DATA = Path(__file__).resolve().parents[3] / "services" / "catalogue" / "data"
TODAY = dt.date(2026, 11, 23)


@lru_cache
def procedure(code: str) -> ProcedureDefinition:
    return load_file(DATA / f"{code}.yaml")


def answers_to(code: str, **changes: Any) -> dict[str, Any]:
    return {**filing(code, today=TODAY).answers, **changes}


def told(
    code: str,
    answers: dict[str, Any],
    *,
    papers: Iterable[str] | None = None,
    channel: str = "online",
) -> dict[str, str]:
    """What the form says, by the field it says it at; every paper is there unless told."""
    definition = procedure(code)
    given = {paper.key for paper in definition.papers} if papers is None else set(papers)
    problems = check_all(
        definition, answers, given, channel=channel, filed_on=TODAY, commune=BA_DINH
    )
    return {problem.field_key: problem.message for problem in problems}


def warned(code: str, answers: dict[str, Any]) -> dict[str, str]:
    """What the review page points out without standing in the way."""
    problems = check_warnings(procedure(code), answers, today=TODAY, commune=BA_DINH)
    return {problem.field_key: problem.message for problem in problems}


def fee(code: str, answers: dict[str, Any], *, channel: str = "online") -> int:
    lines = fee_lines(procedure(code), answers, channel=channel, filed_on=TODAY)
    return sum(line.amount for line in lines)


def papers_asked(code: str, answers: dict[str, Any], channel: str = "online") -> set[str]:
    asked = required_papers(procedure(code), answers, channel=channel, today=TODAY)
    return {paper.key for paper in asked}


def pages_shown(code: str, answers: dict[str, Any]) -> set[str]:
    return {page.key for page in visible_pages(procedure(code), answers, today=TODAY)}
