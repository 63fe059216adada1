"""Loading procedure files: read, expand, validate, and say precisely what is wrong.

Needs no database and no Django, so that an author can check a file by
``python -m services.catalogue.check services/catalogue/data``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from services.catalogue.consistency import inconsistencies
from services.catalogue.expansion import Expander
from services.catalogue.positions import (
    FileProblem,
    Map,
    ProcedureFileError,
    problem_at,
    read_yaml,
)
from services.catalogue.schema import Part, ProcedureDefinition

SHARED_NAME = "_shared.yaml"

_MESSAGES = {
    "missing": "thiếu khoá này",
    "extra_forbidden": "không có khoá này",
    "string_type": "phải là chữ (đặt trong ngoặc kép nếu là số)",
    "int_type": "phải là số nguyên",
    "int_parsing": "phải là số nguyên",
    "float_type": "phải là số",
    "bool_type": "phải là true hoặc false",
    "bool_parsing": "phải là true hoặc false",
    "tuple_type": "phải là danh sách",
    "dict_type": "phải là bảng khoá: giá trị",
    "model_type": "phải là bảng khoá: giá trị",
    "date_type": "phải là ngày, ví dụ 2026-07-01",
    "date_from_datetime_parsing": "phải là ngày, ví dụ 2026-07-01",
    "too_short": "danh sách này không được ngắn như vậy",
}


def load_file(path: Path, shared: Map | None = None) -> ProcedureDefinition:
    """The procedure in one file, or ProcedureFileError naming line, path and reason."""
    if shared is None and (path.parent / SHARED_NAME).exists():
        shared = read_yaml(path.parent / SHARED_NAME)
    tree = Expander(shared).expand(read_yaml(path))
    try:
        definition = ProcedureDefinition.model_validate(tree)
    except ValidationError as error:
        raise ProcedureFileError(validation_problems(tree, error)) from None
    problems = [problem_at(tree, at, text) for at, text in inconsistencies(definition)]
    if path.stem != definition.code:
        problems.append(problem_at(tree, ["code"], f"tên tệp phải là {definition.code}.yaml"))
    if problems:
        raise ProcedureFileError(problems)
    return definition


def load_folder(folder: Path) -> list[ProcedureDefinition]:
    """All procedures of a folder; ProcedureFileError tells the problems of all files at once."""
    definitions: list[ProcedureDefinition] = []
    problems: list[FileProblem] = []
    shared_path = folder / SHARED_NAME
    shared = read_yaml(shared_path) if shared_path.exists() else None
    for path in sorted(folder.glob("*.yaml")):
        if path.name.startswith("_"):
            continue
        try:
            definitions.append(load_file(path, shared))
        except ProcedureFileError as error:
            problems.extend(error.problems)
    if problems:
        raise ProcedureFileError(problems)
    return definitions


def validation_problems(
    tree: Map, error: ValidationError, model: type[Part] = ProcedureDefinition
) -> list[FileProblem]:
    """What the shape of a file forbids, told at the places of the file."""
    errors = error.errors(include_url=False)
    places = [one["loc"] for one in errors]

    def is_echo(one: Any) -> bool:
        """A list also counts as too short when its items were refused."""
        at = one["loc"]
        return one["type"] == "too_short" and any(
            len(other) > len(at) and other[: len(at)] == at for other in places
        )

    return [
        problem_at(tree, list(one["loc"]), _message(dict(one), model))
        for one in errors
        if not is_echo(one)
    ]


def _message(error: dict[str, Any], model: type[Part]) -> str:
    kind, context = error["type"], error.get("ctx") or {}
    if kind == "extra_forbidden":
        allowed = _allowed_keys(error["loc"], model)
        return "không có khoá này" + (f"; dùng được: {', '.join(allowed)}" if allowed else "")
    if kind == "literal_error":
        return f"không nhận {error['input']!r}; chỉ nhận: {context.get('expected')}"
    if kind == "string_pattern_mismatch":
        return f"{error['input']!r} không đúng dạng {context.get('pattern')}"
    if kind == "string_too_long":
        return f"dài quá {context.get('max_length')} ký tự"
    if kind == "value_error":
        return str(context.get("error", error["msg"]))
    text = _MESSAGES.get(kind, error["msg"])
    value = error.get("input")
    return f"{text}; đang là {value!r}" if isinstance(value, str | int | float) else text


def _allowed_keys(location: tuple[str | int, ...], whole: type[Part]) -> list[str]:
    """The keys a mapping may have, found by walking the models along the location."""
    model: type[Part] | None = whole
    for step in location[:-1]:
        if isinstance(step, int) or model is None:
            continue
        found = next(
            (f for n, f in model.model_fields.items() if step in (n, f.alias)),
            None,
        )
        model = _part_of(found.annotation) if found else None
    return [f.alias or n for n, f in model.model_fields.items()] if model else []


def _part_of(annotation: Any) -> type[Part] | None:
    if isinstance(annotation, type):
        return annotation if issubclass(annotation, Part) else None
    inner = getattr(annotation, "__args__", ())
    return next((part for part in map(_part_of, inner) if part), None)
