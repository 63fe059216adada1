"""Answers carried over to a later page, so that nothing has to be written twice.

``copy: {from: requester_name, when: …}`` gives a question its first value; whatever the person
then writes, or leaves empty, stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from services.catalogue.answers import AnswerScope
from services.catalogue.expressions import parse
from services.catalogue.schema import FieldSpec, ProcedureDefinition

# Types a question can also be filled from; a choice needs all options of the other besides.
_ALSO_FROM = {"long_text": {"text"}, "partial_date": {"date"}, "money": {"number"}}
_NEVER = {"group", "repeat", "date_in_words", "declaration"}


def copied_answer(spec: FieldSpec, scope: AnswerScope) -> Any:
    """The earlier answer this question starts with, or ``None``."""
    if spec.copy_ is None or not scope.is_visible(spec.copy_.from_):
        return None
    return scope.answers.get(spec.copy_.from_) if scope.holds(spec.copy_.when) else None


def source_title(definition: ProcedureDefinition, spec: FieldSpec) -> str:
    """The title of the part of the form that a question's first value comes from."""
    page = definition.page_of[spec.copy_.from_] if spec.copy_ else None
    return definition.section_of[page.key].title if page else ""


def first_value_problems(
    definition: ProcedureDefinition, spec: FieldSpec
) -> Iterator[tuple[tuple[str, ...], str]]:
    """What is wrong with where a question's first value comes from: path in it, sentence."""
    if spec.prefill_when and not spec.prefill:
        yield ("prefill_when",), "chỉ dùng cùng prefill"
    if (spec.copy_ or spec.prefill_when) and spec.key not in definition.page_numbers:
        key = "copy" if spec.copy_ else "prefill_when"
        yield (key,), "chỉ câu hỏi trên một trang của tờ khai dùng được khoá này"
        return
    if spec.prefill_when:
        yield from _later_names(definition, spec, ("prefill_when",), spec.prefill_when)
    if spec.copy_ is None:
        return
    if spec.copy_.when:
        yield from _later_names(definition, spec, ("copy", "when"), spec.copy_.when)
    source = definition.fields.get(spec.copy_.from_)
    if source is None:
        yield ("copy", "from"), f"không có trường {spec.copy_.from_!r}"
    elif not _is_earlier(definition, source.key, spec):
        yield ("copy", "from"), f"{source.key!r} phải ở một trang trước trang này"
    elif not _fits(spec, source):
        yield ("copy", "from"), f"không lấy {spec.type} từ {source.key!r}, loại {source.type}"


def _fits(spec: FieldSpec, source: FieldSpec) -> bool:
    if spec.type in _NEVER or source.type not in {spec.type, *_ALSO_FROM.get(spec.type, ())}:
        return False
    return set(source.labels) <= set(spec.labels)


def _is_earlier(definition: ProcedureDefinition, key: str, spec: FieldSpec) -> bool:
    return definition.page_numbers[key] < definition.page_numbers[spec.key]


def _later_names(
    definition: ProcedureDefinition, spec: FieldSpec, at: tuple[str, ...], text: str
) -> Iterator[tuple[tuple[str, ...], str]]:
    """A first value is chosen when its page is opened: later answers cannot decide it."""
    for name in sorted(_fields_read(definition, parse(text).names)):
        if not _is_earlier(definition, name, spec):
            yield at, f"{name!r} phải ở một trang trước trang này"


def _fields_read(definition: ProcedureDefinition, names: Iterable[str]) -> set[str]:
    found, waiting, seen = set[str](), list(names), set[str]()
    while waiting:
        name = waiting.pop()
        if name in definition.fields:
            found.add(name)
        elif name in definition.defined and name not in seen:
            seen.add(name)
            waiting += definition.defined[name].names
    return found
