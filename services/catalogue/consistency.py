"""What must hold between the parts of a procedure: every name means something.

Each finding is a location in the definition (keys as written in the file) and a sentence.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from services.catalogue.copied_answers import first_value_problems
from services.catalogue.expressions import CHANNELS, CONTEXT_NAMES, parse
from services.catalogue.notice_texts import notice_problems
from services.catalogue.placeholders import (
    EXTRA_NAMES,
    FILTERS,
    PREFIX_FILTERS,
    PlaceholderError,
    placeholders,
)
from services.catalogue.positions import Finding
from services.catalogue.schema import FieldSpec, ProcedureDefinition, Rule
from services.catalogue.terms import cycle_problems, step_problems, term_problems

_NEEDS = {
    "choice": "options",
    "choices": "options",
    "group": "fields",
    "repeat": "columns",
    "date_in_words": "of",
    "declaration": "text",
}
_ONLY = {"options", "fields", "columns", "of", "text"}
_NOT_IN_ROWS = {"group", "repeat", "date_in_words", "declaration"}
_RESERVED = CONTEXT_NAMES | EXTRA_NAMES


def inconsistencies(definition: ProcedureDefinition) -> Iterator[Finding]:
    """Everything that the shape alone does not forbid."""
    scope = Names(definition)
    yield from _duplicates(definition)
    yield from scope.fields()
    yield from scope.conditions()
    yield from scope.names_of_people()
    yield from step_problems(definition)
    yield from term_problems(definition)
    yield from notice_problems(definition.notices)
    yield from scope.result()
    if not any(True for _ in scope.unknown_in_conditions()):
        yield from cycle_problems(definition)


class Names:
    """The names that expressions of a procedure may use."""

    def __init__(self, definition: ProcedureDefinition) -> None:
        self.definition = definition
        self.fields_by_key = definition.fields
        self.names = set(self.fields_by_key) | set(definition.define) | CONTEXT_NAMES

    # ── Fields ───────────────────────────────────────────────────────────

    def located(self) -> Iterator[tuple[tuple[str | int, ...], FieldSpec]]:
        for s, section in enumerate(self.definition.sections):
            for p, page in enumerate(section.pages):
                yield from _walk(("sections", s, "pages", p, "fields"), page.fields)

    def fields(self) -> Iterator[Finding]:
        for at, spec in self.located():
            yield from self._field(at, spec, self.names)
        for at, spec in _walk(("result", "entries"), self.definition.result.entries):
            yield from self._field(at, spec, self.names | set(self.definition.entry_fields))
            if spec.from_:
                yield from self.text((*at, "from"), spec.from_)

    def _field(
        self,
        at: tuple[str | int, ...],
        spec: FieldSpec,
        names: set[str],
        columns: tuple[FieldSpec, ...] = (),
    ) -> Iterator[Finding]:
        need = _NEEDS.get(spec.type)
        if need and not getattr(spec, need):
            yield (*at, "type"), f"loại {spec.type} cần khoá {need}"
        for extra in sorted(_ONLY - {need}):
            if getattr(spec, extra) and not (spec.type == "repeat" and extra == "rows"):
                yield (*at, extra), f"loại {spec.type} không dùng khoá {extra}"
        if spec.rows and spec.type != "repeat":
            yield (*at, "rows"), "chỉ loại repeat dùng rows"
        is_column = "columns" in at
        if not is_column and (spec.key in _RESERVED or spec.key in self.definition.define):
            yield (*at, "key"), f"tên {spec.key} đã có nghĩa khác"
        yield from self._values(at, spec)
        for c, column in enumerate(spec.columns):
            yield from self._field((*at, "columns", c), column, names, spec.columns)
            if column.type in _NOT_IN_ROWS:
                yield (*at, "columns", c, "type"), f"cột không thể là {column.type}"
        for name in ("when", "required_when", "prefill_when"):
            if text := getattr(spec, name):
                yield from self.expression((*at, name), text, names, columns)
        if spec.copy_ and spec.copy_.when:
            yield from self.expression((*at, "copy", "when"), spec.copy_.when)
        for path, message in first_value_problems(self.definition, spec):
            yield (*at, *path), message
        if spec.of and getattr(self.fields_by_key.get(spec.of), "type", "") not in (
            "date",
            "partial_date",
        ):
            yield (*at, "of"), f"không có trường ngày {spec.of!r}"

    def _values(self, at: tuple[str | int, ...], spec: FieldSpec) -> Iterator[Finding]:
        for value, times in Counter(o.value for o in spec.options).items():
            if times > 1:
                yield (*at, "options"), f"lựa chọn {value!r} có hai lần"
        has_default = spec.type == "choice" and spec.default is not None
        if has_default and spec.default not in spec.labels:
            yield (*at, "default"), f"{spec.default!r} không có trong các lựa chọn"
        if spec.min is not None and spec.max is not None and spec.min > spec.max:
            yield (*at, "min"), "min lớn hơn max"
        if spec.min_rows > spec.max_rows:
            yield (*at, "min_rows"), "min_rows lớn hơn max_rows"
        if spec.pattern is not None:
            try:
                re.compile(spec.pattern)
            except re.error as error:
                yield (*at, "pattern"), f"mẫu sai: {error}"
            if not spec.pattern_message:
                yield (*at, "pattern"), "pattern cần pattern_message nói cách sửa"

    # ── Expressions ──────────────────────────────────────────────────────

    def expression(
        self,
        at: tuple[str | int, ...],
        text: str,
        names: Iterable[str] | None = None,
        columns: tuple[FieldSpec, ...] = (),
    ) -> Iterator[Finding]:
        """Every name means something; ``columns`` are those of the row it is judged in."""
        row = {column.key: column for column in columns}
        known = (set(names) if names is not None else self.names) | set(row)
        expression = parse(text)
        for name in sorted(expression.names - known):
            yield at, f"không có tên {name!r}{_near(name, known)}"
        for name, literals in expression.comparisons:
            spec = row.get(name) or self.fields_by_key.get(name)
            allowed: Iterable[object] = ()
            if name == "channel":
                allowed = CHANNELS
            elif spec is not None and spec.type == "choice":
                allowed = spec.labels
            elif spec is not None and spec.type == "yes_no":
                allowed = (True, False)
            for literal in literals:
                if allowed and literal not in allowed:
                    listed = ", ".join(repr(a) for a in allowed)
                    yield at, f"{name} không bao giờ là {literal!r}; có: {listed}"

    def conditions(self) -> Iterator[Finding]:
        d = self.definition
        for name, text in d.define.items():
            yield from self.expression(("define", name), text)
            if name in _RESERVED:
                yield ("define", name), f"tên {name} đã có nghĩa khác"
        yield from self.unknown_in_conditions()
        for i, fee in enumerate(d.fees):
            if fee.each and not self.columns(fee.each):
                yield ("fees", i, "each"), f"{fee.each!r} không phải trường repeat"
            for key in ("amount", "cap", "times", "when"):
                if text := getattr(fee, key):
                    columns = self.columns(fee.each)
                    yield from self.expression(("fees", i, key), text, columns=columns)
        for i, rule in enumerate(d.rules):
            yield from self._rule(("rules", i), rule)

    def _rule(self, at: tuple[str | int, ...], rule: Rule) -> Iterator[Finding]:
        columns = self.columns(rule.each)
        if rule.each and not columns:
            yield (*at, "each"), f"{rule.each!r} không phải trường repeat"
            return
        yield from self.expression((*at, "check"), rule.check, columns=columns)
        if rule.when:
            yield from self.expression((*at, "when"), rule.when, columns=columns)
        known = {column.key for column in columns} if rule.each else set(self.fields_by_key)
        if rule.field not in known:
            what = (
                f"cột {rule.field!r} trong {rule.each}" if rule.each else f"trường {rule.field!r}"
            )
            yield (*at, "field"), f"không có {what}{_near(rule.field, known)}"

    def columns(self, repeat: str | None) -> tuple[FieldSpec, ...]:
        """The columns of a repeating field; none for anything else."""
        spec = self.fields_by_key.get(repeat or "")
        return spec.columns if spec else ()

    def unknown_in_conditions(self) -> Iterator[Finding]:
        for s, section in enumerate(self.definition.sections):
            if section.when:
                yield from self.expression(("sections", s, "when"), section.when)
            for p, page in enumerate(section.pages):
                if page.when:
                    yield from self.expression(("sections", s, "pages", p, "when"), page.when)
        for i, paper in enumerate(self.definition.papers):
            if paper.when:
                yield from self.expression(("papers", i, "when"), paper.when)

    # ── Who, and what is printed ─────────────────────────────────────────

    def names_of_people(self) -> Iterator[Finding]:
        keys = self.fields_by_key
        for part in ("name", "national_id", "birth_date", "phone", "email"):
            key = getattr(self.definition.applicant, part)
            if key is not None and key not in keys:
                yield ("applicant", part), f"không có trường {key!r}{_near(key, keys)}"
        address = self.definition.applicant.address
        if address and address not in keys and not self._is_prefix(address, "residence"):
            yield ("applicant", "address"), f"{address!r} không phải trường hay tiền tố nơi cư trú"
        subject = self.definition.subject
        for part, key in (("name", subject.name), ("or", subject.or_)):
            if key is not None and key not in keys:
                yield ("subject", part), f"không có trường {key!r}{_near(key, keys)}"

    def _is_prefix(self, prefix: str, filter_name: str) -> bool:
        endings = PREFIX_FILTERS[filter_name]
        return any(f"{prefix}{ending}" in self.fields_by_key for ending in endings)

    def text(
        self, at: tuple[str | int, ...], text: str, extra: Iterable[str] = ()
    ) -> Iterator[Finding]:
        """Every placeholder names something, through filters that exist."""
        known = self.names | EXTRA_NAMES | set(self.definition.entry_fields) | set(extra)
        try:
            found = placeholders(text)
        except PlaceholderError as error:
            yield at, str(error)
            return
        for holder in found:
            names = [name for name, _ in holder.filters]
            for name in names:
                if name not in FILTERS:
                    yield at, f"không có bộ lọc {name!r}; dùng được: {', '.join(sorted(FILTERS))}"
            prefix = next((n for n in names if n in PREFIX_FILTERS), None)
            if prefix and holder.key not in known:
                if not self._is_prefix(holder.key, prefix):
                    yield at, f"{holder.key!r} không phải tiền tố của {prefix}"
            elif holder.key not in known:
                yield at, f"không có tên {holder.key!r}{_near(holder.key, known)}"

    def result(self) -> Iterator[Finding]:
        result = self.definition.result
        for i, row in enumerate(result.rows):
            at = ("result", "rows", i)
            if row.when:
                yield from self.expression((*at, "when"), row.when, self._printed())
            if row.heading:
                yield from self.text((*at, "heading"), row.heading)
            for c, cell in enumerate(row.cells):
                yield from self.text((*at, "cells", c, "value"), cell.value)
                if cell.when:
                    yield from self.expression(
                        (*at, "cells", c, "when"), cell.when, self._printed()
                    )
        for key in ("paragraphs", "after"):
            for i, paragraph in enumerate(getattr(result, key)):
                yield from self.text(("result", key, i, "text"), paragraph.text)
                if paragraph.when:
                    when = paragraph.when
                    yield from self.expression(("result", key, i, "when"), when, self._printed())
        for i, paragraph in enumerate(result.rejection.paragraphs if result.rejection else ()):
            at_text = ("result", "rejection", "paragraphs", i, "text")
            yield from self.text(at_text, paragraph.text, extra=("reason",))
        if result.rejection:
            yield from self.text(("result", "rejection", "title"), result.rejection.title)
        for i, signature in enumerate(result.signatures):
            yield from self.text(("result", "signatures", i, "name"), signature.name)
        for i, line in enumerate(result.recipients):
            yield from self.text(("result", "recipients", i), line)
        for key in ("title", "subtitle", "subject", "to", "signer_label"):
            if value := getattr(result, key):
                yield from self.text(("result", key), value)
        yield from self._table_and_title()
        yield from self._notations()

    def _printed(self) -> set[str]:
        return self.names | set(self.definition.entry_fields) | EXTRA_NAMES

    def _table_and_title(self) -> Iterator[Finding]:
        result = self.definition.result
        if result.table:
            repeat = self.fields_by_key.get(result.table.of)
            if repeat is None:
                repeat = self.definition.entry_fields.get(result.table.of)
            if repeat is None or repeat.type != "repeat":
                yield ("result", "table", "of"), f"{result.table.of!r} không phải trường repeat"
            else:
                columns = {c.key for c in repeat.columns} | {"row_number", "row_label"}
                for c, column in enumerate(result.table.columns):
                    yield from self.text(
                        ("result", "table", "columns", c, "value"), column.value, columns
                    )
        if result.title_by:
            at, by = ("result", "title_by"), result.title_by
            yield from self._by_answer(at, by.field, "titles", by.titles)

    def _notations(self) -> Iterator[Finding]:
        at, number = ("result", "number"), self.definition.result.number
        written: list[tuple[tuple[str, ...], str]] = [((*at, "notation"), number.notation)]
        if by := number.notation_by:
            at_by = (*at, "notation_by")
            yield from self._by_answer(at_by, by.field, "notations", by.notations)
            written += [((*at_by, "notations", v), text) for v, text in by.notations.items()]
        for where, text in written:
            if set(re.findall(r"{([^}]*)}", text)) - {"seq", "year"}:
                yield where, "chỉ dùng được {seq} và {year}"

    def _by_answer(
        self, at: tuple[str, ...], field: str, key: str, values: Iterable[str]
    ) -> Iterator[Finding]:
        """A table by answer names a choice and values that it has."""
        spec = self.fields_by_key.get(field)
        if spec is None or spec.type != "choice":
            yield (*at, "field"), f"không có câu chọn {field!r}"
            return
        for value in values:
            if value not in spec.labels:
                yield (*at, key, value), f"chỉ có: {', '.join(spec.labels)}"


def _walk(
    base: tuple[str | int, ...], specs: tuple[FieldSpec, ...]
) -> Iterator[tuple[tuple[str | int, ...], FieldSpec]]:
    for i, spec in enumerate(specs):
        yield (*base, i), spec
        yield from _walk((*base, i, "fields"), spec.fields)


def _duplicates(d: ProcedureDefinition) -> Iterator[Finding]:
    scope = Names(d)
    fields = [((*at, "key"), spec.key) for at, spec in scope.located()]
    entries = [((*at, "key"), s.key) for at, s in _walk(("result", "entries"), d.result.entries)]
    pages: list[Finding] = [
        (("sections", s, "pages", p, "key"), page.key)
        for s, section in enumerate(d.sections)
        for p, page in enumerate(section.pages)
    ]
    groups: list[list[tuple[tuple[str | int, ...], str]]] = [
        fields + entries,
        pages,
        [(("sections", i, "key"), part.key) for i, part in enumerate(d.sections)],
        [(("papers", i, "key"), part.key) for i, part in enumerate(d.papers)],
        [(("steps", i, "key"), part.key) for i, part in enumerate(d.steps)],
        [(("fees", i, "key"), part.key) for i, part in enumerate(d.fees) if part.from_ is None],
    ]
    for group in groups:
        seen: set[str] = set()
        for at, key in group:
            if key in seen:
                yield at, f"khoá {key!r} đã dùng ở trên"
            seen.add(key)


def _near(name: str, known: Iterable[str]) -> str:
    import difflib

    close = difflib.get_close_matches(name, list(known), n=3)
    return f"; có phải: {', '.join(close)}?" if close else ""
