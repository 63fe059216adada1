"""The last look before sending: every answer, every rule, every paper."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from services.catalogue.answers import Answers, AnswerScope
from services.catalogue.forms.consistency_hints import identity_warnings
from services.catalogue.forms.fields import missing_message, parse_raw, to_raw
from services.catalogue.forms.pages import must_upload, required_papers
from services.catalogue.forms.repeats import row_name
from services.catalogue.forms.rules import BrokenRule, broken_rules, question_of
from services.catalogue.schema import FieldSpec, ProcedureDefinition
from services.catalogue.values import InvalidAnswer

# The page key of a problem with a paper.
PAPERS_PAGE = "giay-to"


@dataclass(frozen=True)
class Problem:
    """One thing to mend before sending, with the page where it is mended."""

    field_key: str
    page_key: str
    message: str

    def __str__(self) -> str:
        return self.message


def check_all(
    definition: ProcedureDefinition,
    answers: Answers,
    attachments: Collection[str] = (),
    *,
    channel: str = "online",
    filed_on: dt.date | None = None,
    commune: str | None = None,
) -> list[Problem]:
    """Everything that keeps the case from being filed; ``attachments`` are keys of papers given.

    Only an online case must carry its papers as files: at the counter the official sees them.
    """
    today = filed_on or timezone.localdate()
    scope = AnswerScope(
        definition, answers, today=today, filed_on=filed_on, channel=channel, commune=commune
    )
    problems = [*_answers(definition, answers, scope, today), *_rules(definition, scope, "error")]
    if channel == "online":
        given = set(attachments)
        problems += [
            Problem(paper.key, PAPERS_PAGE, _missing_paper(paper.name))
            for paper in required_papers(definition, answers, channel, today=today)
            if must_upload(paper) and paper.key not in given
        ]
    return problems


def check_warnings(
    definition: ProcedureDefinition,
    answers: Answers,
    *,
    today: dt.date | None = None,
    channel: str = "online",
    commune: str | None = None,
) -> list[Problem]:
    """What looks odd and may be right; shown on the review page, never blocking."""
    scope = AnswerScope(
        definition,
        answers,
        today=today or timezone.localdate(),
        channel=channel,
        commune=commune,
    )
    found = _rules(definition, scope, "warning")
    for key, page in definition.page_of.items():
        found += [
            Problem(at, page.key, message)
            for at, message in identity_warnings(definition, key, scope)
        ]
    return found


def _missing_paper(name: str) -> str:
    return _("Còn thiếu “%(paper)s”. Anh/chị chụp hoặc tải giấy này lên.") % {"paper": name}


def _rules(definition: ProcedureDefinition, scope: AnswerScope, severity: str) -> list[Problem]:
    rules = (rule for rule in definition.rules if rule.severity == severity)
    return [_rule_problem(definition, broken) for broken in broken_rules(rules, scope)]


def _rule_problem(definition: ProcedureDefinition, broken: BrokenRule) -> Problem:
    key, message = question_of(broken.rule), broken.rule.message
    if broken.row is not None:
        message = f"{row_name(definition.fields[key], broken.row)}: {message}"
    return Problem(key, definition.page_of[key].key, message)


def _answers(
    definition: ProcedureDefinition, answers: Answers, scope: AnswerScope, today: dt.date
) -> Iterator[Problem]:
    for page in definition.pages:
        for spec in page.leaves:
            if not scope.is_visible(spec.key) or spec.type == "date_in_words":
                continue
            message = _value_problem(spec, answers.get(spec.key), scope, today)
            if message:
                yield Problem(spec.key, page.key, message)


def _value_problem(spec: FieldSpec, answer: Any, scope: AnswerScope, today: dt.date) -> str | None:
    if spec.type == "repeat":
        return _rows_problem(spec, scope, today)
    if answer is None or answer == "":
        return missing_message(spec) if scope.is_required(spec) else None
    return _wrong(spec, answer, today)


def _rows_problem(spec: FieldSpec, scope: AnswerScope, today: dt.date) -> str | None:
    rows = list(scope.rows(spec.key))
    least = len(spec.rows) or max(1, spec.min_rows)
    if len(rows) < least:
        return missing_message(spec) if rows or scope.is_required(spec) else None
    for row in rows:
        for column in spec.columns:
            if not row.is_visible(column):
                continue
            answer = row.row.get(column.key)
            if answer is None or answer == "":
                if row.is_required(column):
                    return missing_message(column)
            elif message := _wrong(column, answer, today):
                return message
    return None


def _wrong(spec: FieldSpec, answer: Any, today: dt.date) -> str | None:
    try:
        parsed = parse_raw(spec, to_raw(spec, answer), today)
    except InvalidAnswer as error:
        return str(error)
    return missing_message(spec) if parsed is None else None
