"""Stored answers turned into what a person types, ticks and chooses on a page that is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.catalogue.schema import FieldSpec
from tenants.communes.official_list import official_commune
from tests.journeys.html_forms import DrawnForm

Sent = dict[str, list[str]]


def typed(spec: FieldSpec, answer: Any, name: str) -> Sent:
    """What answering one question puts into the form, by control."""
    match spec.type:
        case "date" | "partial_date":
            year, month, day = (*str(answer).split("-"), "", "")[:3]
            return {f"{name}_day": [day], f"{name}_month": [month], f"{name}_year": [year]}
        case "commune":
            return {f"{name}_text": [official_commune(str(answer)).full_name], name: [""]}
        case "choices":
            return {name: list(answer)}
        case "yes_no" | "declaration":
            return {name: ["yes" if answer else "no"]}
        case "repeat":
            return _rows(spec, answer, name)
    return {name: [str(answer)]}


def _rows(spec: FieldSpec, rows: list[Mapping[str, Any]], name: str) -> Sent:
    sent: Sent = {}
    for number, row in enumerate(rows):
        for column in spec.columns:
            if row.get(column.key) is not None:
                sent |= typed(column, row[column.key], f"{name}-{number}-{column.key}")
    return sent


def fill_in(form: DrawnForm, leaves: Mapping[str, FieldSpec], answers: Mapping[str, Any]) -> Sent:
    """Everything the page would send after its questions were answered.

    Fails where the page does not draw a control or an option that the answers need.
    """
    sent = form.sent()
    for key, spec in leaves.items():
        if answers.get(key) is None or spec.type == "date_in_words":
            continue
        for name, values in typed(spec, answers[key], key).items():
            if name not in form.names:
                assert not any(values), f"The page draws no control for {name}."
                continue
            offered = form.choices(name)
            kinds = {control.kind for control in form.controls if control.name == name}
            if kinds & {"radio", "checkbox", "select"}:
                assert set(values) <= offered, f"{name} offers {offered}, not {values}."
            sent[name] = values
    return sent


def missing_rows(
    form: DrawnForm, leaves: Mapping[str, FieldSpec], answers: Mapping[str, Any]
) -> str:
    """The repeating question that needs another row before it can be answered, or nothing."""
    for key, spec in leaves.items():
        if spec.type == "repeat" and answers.get(key):
            drawn = int(form.sent().get(f"{key}-count", ["0"])[0])
            if len(answers[key]) > drawn:
                return key
    return ""
