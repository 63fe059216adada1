"""The rules of a procedure, judged against the answers: across fields and inside rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from services.catalogue.answers import AnswerScope
from services.catalogue.expressions import Names, parse
from services.catalogue.schema import Rule


@dataclass(frozen=True)
class BrokenRule:
    """A rule that is not kept; ``row`` counts the answered rows from 0, where it has ``each``."""

    rule: Rule
    row: int | None = None


def question_of(rule: Rule) -> str:
    """The key of the question a rule speaks at: of all rows when it is judged in each."""
    return rule.each or rule.field


def broken_rules(rules: Iterable[Rule], scope: AnswerScope) -> Iterator[BrokenRule]:
    """The rules that are not kept, in order; one whose inputs are missing is silent."""
    for rule in rules:
        if not scope.is_visible(question_of(rule)):
            continue
        if rule.each is None:
            if _is_broken(rule, scope):
                yield BrokenRule(rule)
        else:
            for number, row in enumerate(scope.rows(rule.each)):
                if row.asks(rule.field) and _is_broken(rule, row):
                    yield BrokenRule(rule, number)


def _is_broken(rule: Rule, names: Names) -> bool:
    if rule.when is not None and not parse(rule.when).holds(names):
        return False
    return parse(rule.check).check(names) is False
