"""Answers as they are shown until somebody asks for the numbers in full."""

from __future__ import annotations

from typing import Any

from services.catalogue.answers import Answers
from services.catalogue.schema import FieldSpec, ProcedureDefinition
from tenants.kit.national_id import mask_national_id, mask_numbers_in

# Numbers of identity cards, passports and other papers that say who somebody is.
_ENDINGS = ("national_id", "id_doc_number")


def mask_numbers(definition: ProcedureDefinition, answers: Answers) -> dict[str, Any]:
    """Return the answers with every number of a person masked; nothing else differs."""
    masked = dict(answers)
    for page in definition.pages:
        for leaf in page.leaves:
            if leaf.key in masked:
                masked[leaf.key] = _masked(leaf, masked[leaf.key])
    return masked


def _masked(spec: FieldSpec, value: Any) -> Any:
    if spec.type == "repeat" and isinstance(value, list):
        columns = {column.key: column for column in spec.columns}
        return [
            {
                key: _masked(columns[key], cell) if key in columns else cell
                for key, cell in row.items()
            }
            for row in value
        ]
    if not isinstance(value, str):
        return value
    if spec.type == "national_id" or spec.key.endswith(_ENDINGS):
        return mask_national_id(value)
    # People write theirs into other answers too.
    return mask_numbers_in(value)
