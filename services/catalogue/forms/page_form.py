"""The form of one page of a procedure, made from its definition.

Nothing here asks the database, and whatever a browser sends is bounded and never raises.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _

from services.catalogue.answers import Answers, AnswerScope
from services.catalogue.browser_conditions import expression_json
from services.catalogue.copied_answers import copied_answer, source_title
from services.catalogue.expressions import Expression, parse
from services.catalogue.forms.consistency_hints import identity_warnings
from services.catalogue.forms.fields import (
    AnswerBoundField,
    AnswerField,
    missing_message,
    to_raw,
)
from services.catalogue.forms.repeats import (
    FormData,
    RepeatField,
    clean_rows,
    make_rows,
    rows_problem,
    without_row,
)
from services.catalogue.forms.rules import BrokenRule, broken_rules, question_of
from services.catalogue.forms.widgets import many_texts, one_text
from services.catalogue.schema import FieldSpec, PageSpec, ProcedureDefinition
from services.catalogue.values import InvalidAnswer

MAX_TYPED_NAMES = 600
MAX_TYPED_LENGTH = 5000


@dataclass(frozen=True)
class Block:
    """What stands together on a page: one question, or a fieldset of several."""

    key: str
    label: str
    hint: str
    is_group: bool
    condition_json: str
    fields: list[AnswerBoundField]


class PageForm(forms.Form):
    """One page: questions, their conditions, and the rules that span them.

    ``warnings`` (field key, message) are shown and never block.
    """

    def __init__(
        self,
        definition: ProcedureDefinition,
        page: PageSpec,
        answers: Answers,
        data: FormData | None = None,
        files: Any = None,
        *,
        prefill: Mapping[str, Any] | None = None,
        today: dt.date | None = None,
        channel: str = "online",
        commune: str | None = None,
        extra: Answers | None = None,
    ) -> None:
        self.definition = definition
        self.page = page
        self.answers = answers
        self.today = today or timezone.localdate()
        self.channel = channel
        self.commune = commune
        self.extra = extra
        self.prefill = prefill or {}
        self.warnings: list[tuple[str, str]] = []
        self._answers_now: dict[str, Any] = {}
        self._copied: list[FieldSpec] = []
        # A button that adds or takes away a row asks for the page again, not for a check.
        self.wants_refresh = data is not None and any(
            name in data for name in ("_add", "_remove", "_refresh")
        )
        added = one_text(data, "_add") if data is not None else ""
        if data is not None and self.wants_refresh:
            data = self._removed(data)
        super().__init__(data=data, auto_id="id_%s")
        self._on_page = frozenset(leaf.key for leaf in page.leaves)
        self._before = self._scope(answers)
        self._add_fields(added)
        if self.wants_refresh:
            self._errors = forms.utils.ErrorDict()

    # ── Making the questions ─────────────────────────────────────────────

    def _scope(self, answers: Answers) -> AnswerScope:
        return AnswerScope(
            self.definition,
            answers,
            today=self.today,
            channel=self.channel,
            commune=self.commune,
            extra=self.extra,
        )

    def _add_fields(self, added: str) -> None:
        for spec in self.page.leaves:
            conditions = self._conditions(spec)
            here = [c for c in conditions if self._depends_on_page(c)]
            # What other pages decide is decided; only this page's own conditions stay open.
            if not all(c.holds(self._before) for c in conditions if c not in here):
                continue
            optional = not spec.required if spec.required_when is None else True
            condition = self._condition_json(here)
            if spec.type == "repeat":
                field: AnswerField = RepeatField(spec, optional=optional, condition_json=condition)
                data = self.data if self.is_bound else None
                assert isinstance(field, RepeatField)  # noqa: S101
                field.rows = make_rows(
                    spec, data, self.answers.get(spec.key), self.today, add=int(added == spec.key)
                )
            else:
                field = AnswerField(spec, optional=optional, condition_json=condition)
                field.initial = self._initial(spec)
            self.fields[spec.key] = field
        self._say_what_is_copied()

    def _conditions(self, spec: FieldSpec) -> tuple[Expression, ...]:
        known = self.definition.conditions.get(spec.key)
        if known is not None:
            return known
        return (parse(spec.when),) if spec.when else ()

    def _depends_on_page(self, expression: Expression) -> bool:
        names, seen = list(expression.names), set[str]()
        while names:
            name = names.pop()
            if name in self._on_page:
                return True
            if name in self.definition.defined and name not in seen:
                seen.add(name)
                names += self.definition.defined[name].names
        return False

    def _condition_json(self, conditions: list[Expression]) -> str:
        trees = [
            expression_json(
                condition,
                on_page=self._on_page,
                names=self._before,
                defined=self.definition.defined,
            )
            for condition in conditions
        ]
        if not trees or any(tree is None for tree in trees):
            return ""
        tree = trees[0] if len(trees) == 1 else ["and", *trees]
        return json.dumps(tree, ensure_ascii=False, separators=(",", ":"))

    def _initial(self, spec: FieldSpec) -> Any:
        if spec.type == "date_in_words":
            from services.catalogue.display import show

            return show(spec, None, self.answers)
        if spec.key in self.answers:
            return to_raw(spec, self.answers[spec.key])
        copied = copied_answer(spec, self._before)
        if copied is not None:
            self._copied.append(spec)
            return to_raw(spec, copied)
        if spec.prefill and self._before.holds(spec.prefill_when):
            short = spec.prefill.removeprefix("account.")
            known = self.prefill.get(spec.prefill) or self.prefill.get(short)
            if isinstance(known, dt.date):
                known = known.isoformat()
            if known:
                return to_raw(spec, known)
        return to_raw(spec, spec.default)

    def _say_what_is_copied(self) -> None:
        """Once on the page, at the first question that starts with an earlier answer."""
        if self._copied and not self.is_bound:
            spec = self._copied[0]
            field = self.fields[spec.key]
            assert isinstance(field, AnswerField)  # noqa: S101
            part = source_title(self.definition, spec)
            field.note = _("Lấy từ phần “%(part)s”; anh/chị xem lại.") % {"part": part}

    # ── Reading what was typed ───────────────────────────────────────────

    def is_valid(self) -> bool:
        """Whether the page was sent to be saved and every answer can be taken."""
        return not self.wants_refresh and super().is_valid()

    def _clean_fields(self) -> None:
        parsed: dict[str, Any] = {}
        refused: dict[str, str] = {}
        for name, field in self.fields.items():
            assert isinstance(field, AnswerField)  # noqa: S101
            if isinstance(field, RepeatField):
                parsed[name] = [row.cleaned_data for row in field.filled_rows] or None
                continue
            try:
                parsed[name] = field.parse(self[name].data, self.today)
            except InvalidAnswer as error:
                refused[name] = str(error)
        empty = dict.fromkeys(self._on_page)
        scope = self._scope({**self.answers, **empty, **parsed})
        self._judge(scope, parsed, refused)
        self.cleaned_data = dict(self._answers_now)

    def _judge(self, scope: AnswerScope, parsed: dict[str, Any], refused: dict[str, str]) -> None:
        """Keep the answers to questions that are asked; refuse what is wrong or missing."""
        for name, field in self.fields.items():
            assert isinstance(field, AnswerField)  # noqa: S101
            spec = field.spec
            if not self._is_asked(spec, scope) or spec.type == "date_in_words":
                continue
            if name in refused:
                self.add_error(name, refused[name])
                continue
            required = self._is_needed(spec, scope, refused)
            value = parsed.get(name)
            if isinstance(field, RepeatField):
                value = clean_rows(field, scope, required=required)
                if field.problem:
                    self.add_error(name, field.problem)
            elif value is None and required:
                self.add_error(name, missing_message(spec))
            self._answers_now[name] = value
        self._check_rules(scope)

    def _is_asked(self, spec: FieldSpec, scope: AnswerScope) -> bool:
        if spec.key in self.definition.fields:
            return scope.is_visible(spec.key)
        return scope.holds(spec.when)

    def _is_needed(self, spec: FieldSpec, scope: AnswerScope, refused: dict[str, str]) -> bool:
        """A question asked only because another was answered wrongly is not missed yet."""
        names = {name for condition in self._conditions(spec) for name in condition.names}
        return scope.is_required(spec) and not names & refused.keys()

    def _check_rules(self, scope: AnswerScope) -> None:
        here = [rule for rule in self.definition.rules if question_of(rule) in self.fields]
        for broken in broken_rules(here, scope):
            self._tell(broken)
        for key in self.fields:
            if key not in self.errors:
                self.warnings += identity_warnings(self.definition, key, scope)

    def _tell(self, broken: BrokenRule) -> None:
        """Say a broken rule at its question, or at its column in the row."""
        rule, key = broken.rule, question_of(broken.rule)
        message, field = rule.message, self.fields[key]
        if broken.row is not None and isinstance(field, RepeatField):
            row = field.filled_rows[broken.row]
            message = f"{row.label}: {message}"
            if rule.severity == "error" and rule.field not in row.errors:
                row.add_error(rule.field, message)
                if key not in self.errors:
                    self.add_error(key, rows_problem(field.spec))
        elif rule.severity == "error" and key not in self.errors:
            self.add_error(key, message)
        if rule.severity == "warning" and key not in self.errors:
            self.warnings.append((key, message))

    def _removed(self, data: FormData) -> FormData:
        key, _, number = one_text(data, "_remove").rpartition("-")
        for spec in self.page.leaves:
            if spec.key == key and spec.type == "repeat" and number.isdecimal():
                return without_row(data, spec, int(number[:4]))
        return data

    # ── For the view and the template ────────────────────────────────────

    def cleaned_answers(self) -> dict[str, Any]:
        """JSON-ready answers to the page's questions that are asked; ``None`` where left empty."""
        return dict(self._answers_now)

    def typed(self) -> dict[str, list[str]]:
        """What was typed, for the draft: shown again as ``data`` when the person comes back."""
        result: dict[str, list[str]] = {}
        starts = tuple(f"{key}{sign}" for key in self._on_page for sign in ("_", "-"))
        for name in list(self.data)[:MAX_TYPED_NAMES]:
            if name in self._on_page or str(name).startswith(starts):
                values = many_texts(self.data, name) or [one_text(self.data, name)]
                result[str(name)] = [value[:MAX_TYPED_LENGTH] for value in values]
        return result

    @property
    def blocks(self) -> list[Block]:
        """The page's questions in order, fieldsets kept together."""
        return list(self._blocks(self.page.fields))

    def _blocks(self, specs: tuple[FieldSpec, ...]) -> Iterator[Block]:
        for spec in specs:
            bound = [self[leaf.key] for leaf in spec.leaves() if leaf.key in self.fields]
            fields = [one for one in bound if isinstance(one, AnswerBoundField)]
            if not fields:
                continue
            is_group = spec.type == "group"
            condition = fields[0].condition_json
            if is_group:
                own = [parse(spec.when)] if spec.when else []
                condition = self._condition_json([c for c in own if self._depends_on_page(c)])
            yield Block(
                key=spec.key,
                label=spec.label,
                hint=spec.hint or "",
                is_group=is_group,
                condition_json=condition,
                fields=fields,
            )

    def error_list(self) -> list[tuple[str, str]]:
        """For the summary on top: the id to link to, and the message."""
        found = []
        for name, field in self.fields.items():
            rows = field.rows if isinstance(field, RepeatField) else ()
            inner = [
                (bound.id_for_label, str(message))
                for row in rows
                for bound in row
                for message in bound.errors
            ]
            found += inner or [
                (self[name].id_for_label, str(message)) for message in self[name].errors
            ]
        return found


def page_form(
    definition: ProcedureDefinition,
    page: PageSpec | str,
    answers: Answers,
    data: FormData | None = None,
    files: Any = None,
    prefill: Mapping[str, Any] | None = None,
    **context: Any,
) -> PageForm:
    """The form of a page; ``context`` may give today, channel and commune (a code).

    A page's key that does not exist raises KeyError.
    """
    if isinstance(page, str):
        found = definition.page(page)
        if found is None:
            raise KeyError(page)
        page = found
    return PageForm(definition, page, answers, data, files, prefill=prefill, **context)


def entries_form(
    definition: ProcedureDefinition,
    answers: Answers,
    findings: Answers,
    data: FormData | None = None,
    *,
    extra: Answers | None = None,
    today: dt.date | None = None,
) -> PageForm | None:
    """The form of what the specialist fills for the result, or ``None`` when there is nothing.

    An entry with ``from`` starts with that text filled from the answers.
    """
    from services.catalogue.rendering import render_text

    entries = definition.result.entries
    if not entries:
        return None
    first = {
        key: render_text(definition, spec.from_, answers, extra)
        for key, spec in definition.entry_fields.items()
        if spec.from_ and key not in findings
    }
    page = PageSpec(key="entries", title=definition.result.name, fields=entries)
    values = {**answers, **{k: v for k, v in first.items() if v}, **findings}
    return PageForm(definition, page, values, data, today=today, extra=extra)
