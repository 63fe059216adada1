"""How officials read a form: by the procedure's sections, not by the citizen's questions."""

from __future__ import annotations

from typing import Any

from services.catalogue.forms.summary import SummarySection, summary
from services.catalogue.masking import mask_numbers
from services.catalogue.schema import ProcedureDefinition


def sections_of(
    definition: ProcedureDefinition, answers: dict[str, Any], *, in_full: bool = False
) -> list[SummarySection]:
    """All answers, a block for each section of the form; people's numbers masked or in full."""
    if not in_full:
        answers = mask_numbers(definition, answers)
    blocks: dict[str, SummarySection] = {}
    for part in summary(definition, answers):
        title = definition.section_of[part.page_key].title
        block = blocks.setdefault(title, SummarySection(title, part.page_key))
        block.rows.extend(part.rows)
    return list(blocks.values())
