"""Answers as people read them: on the review page, on the desk and on paper."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from services.catalogue.places import commune_name, province_name
from services.catalogue.schema import FieldSpec, ProcedureDefinition
from services.catalogue.values import earliest_day
from services.catalogue.words import (
    date_in_words,
    grouped,
    long_date,
    money_in_words,
    number_in_words,
    partial_date_in_words,
)

Values = Mapping[str, Any]


def display(
    definition: ProcedureDefinition,
    key: str,
    answers: Values,
    filter: str | None = None,
) -> str:
    """An answer (or entry) as text, through one optional filter; empty when missing."""
    spec = find_field(definition, key)
    return filtered(spec, answers.get(key), key, answers, filter)


def find_field(definition: ProcedureDefinition, key: str) -> FieldSpec | None:
    """The field or the result's entry with this key."""
    return definition.fields.get(key) or definition.entry_fields.get(key)


def filtered(
    spec: FieldSpec | None, value: Any, key: str, answers: Values, filter: str | None
) -> str:
    """One value through one filter; prefix filters take the prefix as ``key``."""
    match filter:
        case "residence":
            return residence(key, answers)
        case "identity":
            return identity(key, answers)
        case "words":
            return _words(spec, value, answers)
        case "long" | "year" | "day" | "month":
            return _date_part(value, filter)
        case "number":
            return grouped(value) if isinstance(value, int) else show(spec, value, answers)
    text = show(spec, value, answers)
    match filter:
        case "upper":
            return text.upper()
        case "lower":
            return text.lower()
    return text


def show(spec: FieldSpec | None, value: Any, answers: Values | None = None) -> str:
    """The usual form of a value by its type; never raises, whatever was stored."""
    if spec is not None and spec.type == "date_in_words":
        other = (answers or {}).get(spec.of or "")
        return partial_date_in_words(other) if isinstance(other, str) and _is_date(other) else ""
    if value is None or value == "":
        return ""
    kind = spec.type if spec else ""
    if isinstance(value, bool):
        return "Có" if value else "Không"
    if isinstance(value, int):
        return f"{grouped(value)} đồng" if kind == "money" else str(value)
    if isinstance(value, list):
        return _show_list(spec, value)
    if isinstance(value, dt.date):
        return f"{value:%d/%m/%Y}"
    if not isinstance(value, str):
        return ""
    match kind:
        case "date" | "partial_date":
            return short_date(value)
        case "choice":
            return spec.labels.get(value, value) if spec else value
        case "commune":
            return commune_name(value)
        case "province":
            return province_name(value)
    return value if spec else (short_date(value) if len(value) == 10 else value)


def _show_list(spec: FieldSpec | None, value: list[Any]) -> str:
    if spec is None:
        return ", ".join(str(item) for item in value)
    if spec.type == "repeat":
        return "; ".join(
            ", ".join(filter(None, (show(c, row.get(c.key)) for c in spec.columns)))
            for row in value
            if isinstance(row, Mapping)
        )
    return ", ".join(spec.labels.get(item, item) for item in value if isinstance(item, str))


def _is_date(value: Any) -> bool:
    return isinstance(value, str) and earliest_day(value) is not None


def short_date(text: str) -> str:
    """``02/11/2026``, ``11/2026`` or ``2026`` from a stored date."""
    return "/".join(reversed(text.split("-"))) if _is_date(text) else text


def _date_part(value: Any, part: str) -> str:
    text = value.isoformat() if isinstance(value, dt.date) else value
    if not _is_date(text):
        return ""
    pieces = text.split("-")
    if part == "long":
        if len(pieces) == 3:
            return long_date(dt.date.fromisoformat(text))
        return f"tháng {pieces[1]} năm {pieces[0]}" if len(pieces) == 2 else f"năm {text}"
    position = {"year": 0, "month": 1, "day": 2}[part]
    return str(pieces[position]) if position < len(pieces) else ""


def _words(spec: FieldSpec | None, value: Any, answers: Values) -> str:
    if isinstance(value, bool):
        return show(spec, value)
    if isinstance(value, int):
        is_money = spec is not None and spec.type == "money"
        return money_in_words(value) if is_money else number_in_words(value)
    if isinstance(value, dt.date):
        return date_in_words(value)
    return partial_date_in_words(value) if _is_date(value) else show(spec, value, answers)


def residence(prefix: str, answers: Values) -> str:
    """``12 Kim Tân, Phường Ba Đình, Thành phố Hà Nội`` from the fields under a prefix."""
    parts = [_text(answers, f"{prefix}address_detail")]
    if code := _text(answers, f"{prefix}commune"):
        parts.append(commune_name(code))
    elif code := _text(answers, f"{prefix}province"):
        parts.append(province_name(code))
    return ", ".join(part for part in parts if part)


def identity(prefix: str, answers: Values) -> str:
    """``Thẻ căn cước số … do … cấp ngày …`` from the fields under a prefix."""
    number = _text(answers, f"{prefix}national_id")
    kind = _text(answers, f"{prefix}id_doc_type")
    if number and not _text(answers, f"{prefix}id_doc_number"):
        return f"{kind or 'Số định danh cá nhân'} {number}".replace("  ", " ")
    number = _text(answers, f"{prefix}id_doc_number")
    if not number:
        return kind
    text = f"{kind or 'Giấy tờ'} số {number}"
    if issuer := _text(answers, f"{prefix}id_doc_issuer"):
        text += f" do {issuer} cấp"
    if day := _text(answers, f"{prefix}id_doc_date"):
        text += f"{' ngày' if issuer else ' cấp ngày'} {short_date(day)}"
    return text


def _text(answers: Values, key: str) -> str:
    value = answers.get(key)
    return value if isinstance(value, str) else ""
