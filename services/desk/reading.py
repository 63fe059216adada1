"""How officials read a form: by the procedure's sections, not by the citizen's questions."""

from __future__ import annotations

from typing import Any

from services.catalogue.forms.summary import SummarySection, summary
from services.catalogue.schema import ProcedureDefinition


def sections_of(definition: ProcedureDefinition, answers: dict[str, Any]) -> list[SummarySection]:
    """All answers, one block for each section of the form."""
    blocks: dict[str, SummarySection] = {}
    for part in summary(definition, answers):
        title = definition.section_of[part.page_key].title
        block = blocks.setdefault(title, SummarySection(title, part.page_key))
        block.rows.extend(part.rows)
    return list(blocks.values())
