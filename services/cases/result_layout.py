"""A procedure's result definition laid out with the answers of one case."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from documents.registers.numbering import Numbering
from services.cases.contents import letterhead_content
from services.cases.models import Case
from services.catalogue.people import applicant_of
from services.catalogue.rendering import render_row, render_text, truth
from services.catalogue.schema import Paragraph, ProcedureDefinition, ResultRow
from tenants.communes.current import current_commune
from tenants.kit.text import fold
from tenants.organisation.models import Letterhead
from tenants.organisation.powers import Signatory

Values = dict[str, Any]

REJECTION = tuple(
    Paragraph(text=text)
    for text in (
        "{agency} nhận được hồ sơ mã {case_code} của ông/bà {applicant_name} về việc "
        "{procedure_name}.",
        "Sau khi xem xét hồ sơ và các quy định có liên quan, {agency} thông báo không giải quyết "
        "hồ sơ nêu trên với lý do: {reason}.",
        "Trường hợp không đồng ý, ông/bà có quyền khiếu nại theo quy định của Luật Khiếu nại.",
        "{agency} thông báo để ông/bà được biết./.",
    )
)


def signer_block(signer: Signatory, label: str = "") -> dict[str, str]:
    """Capacity, title and name of who signs (Decree 30/2020, appendix I, part 7).

    A deputy signs for the chairman, ``KT. CHỦ TỊCH`` above ``PHÓ CHỦ TỊCH``, with or without a
    delegation; who was authorised signs as ``TUQ.`` of the one whose right it is.
    """
    title, given = signer.title.upper(), signer.on_behalf
    deputy = fold(signer.title).startswith("pho chu tich")
    authority = "KT. CHỦ TỊCH" if deputy else ""
    if given is not None:
        authority = f"{given.mark} {given.title.upper()}"
    return {
        "label": label,
        "authority": authority,
        "title": "PHÓ CHỦ TỊCH" if deputy else title,
        "name": signer.name,
    }


def layout_result(
    case: Case,
    definition: ProcedureDefinition,
    letterhead: Letterhead,
    signer: Signatory,
    numbering: Numbering,
) -> dict[str, Any]:
    """The content of the approved result (see the templates of ``documents``)."""
    result = definition.result
    values = _values(case, definition, letterhead, signer, numbering)

    def text(template: str) -> str:
        return render_text(definition, template, values)

    content: dict[str, Any] = {
        "letterhead": letterhead_content(letterhead, unit=False),
        "code": case.code,
        "holder": case.subject_name,
        "title": result_title(case, definition),
        "subtitle": text(result.subtitle) if result.subtitle else "",
        "subject": text(result.subject) if result.subject else "",
        "authority_line": f"CHỦ TỊCH {letterhead.agency_name}",
        "to": text(result.to) if result.to else values["applicant_name"],
        "paragraphs": _paragraphs(definition, result.paragraphs, values),
        "rows": [row for row in (_row(definition, item, values) for item in result.rows) if row],
        "table": _table(definition, values),
        "after": [item["text"] for item in _paragraphs(definition, result.after, values)],
        "signatures": [
            {"label": item.label, "name": text(item.name)} for item in result.signatures
        ],
        "recipients": [text(item) for item in result.recipients],
        "signer": signer_block(signer, result.signer_label or ""),
    }
    return content


def layout_rejection(
    case: Case,
    definition: ProcedureDefinition,
    letterhead: Letterhead,
    signer: Signatory,
    numbering: Numbering,
    reason: str,
) -> dict[str, Any]:
    """The content of the letter that says why a case is not granted."""
    values = {
        **_values(case, definition, letterhead, signer, numbering),
        # The texts go on after the reason, or end it, with their own full stop.
        "reason": reason.strip().rstrip("."),
    }
    own = definition.result.rejection
    paragraphs = own.paragraphs if own and own.paragraphs else REJECTION
    title = own.title if own else f"V/v không giải quyết hồ sơ {definition.short_name}"
    subject = render_text(definition, title, values)
    return {
        "letterhead": letterhead_content(letterhead, unit=False),
        "code": case.code,
        "holder": values["applicant_name"],
        "title": subject,
        "subject": subject,
        "to": values["applicant_name"],
        "paragraphs": _paragraphs(definition, paragraphs, values),
        "recipients": ["Như trên", "Lưu: VT"],
        "signer": signer_block(signer),
    }


def result_title(case: Case, definition: ProcedureDefinition) -> str:
    """The printed title, which may depend on an answer (the kind of extract, say)."""
    result = definition.result
    if result.title_by:
        chosen = str(case.answers.get(result.title_by.field, ""))
        return result.title_by.titles.get(chosen, result.title)
    return result.title


def _values(
    case: Case,
    definition: ProcedureDefinition,
    letterhead: Letterhead,
    signer: Signatory,
    numbering: Numbering,
) -> Values:
    """Everything a placeholder may name."""
    applicant = applicant_of(definition, case.answers)
    commune = current_commune()
    filed: datetime.date = timezone.localtime(case.filed_at).date()
    return {
        **case.answers,
        **(case.findings or {}),
        "applicant_name": applicant.name,
        "procedure_name": definition.name,
        "agency": letterhead.agency_name,
        "commune_name": commune.name,
        "province_name": commune.province_name,
        "place_name": letterhead.place_name,
        "case_code": case.code,
        "number": numbering.notation,
        "seq": numbering.seq,
        "year": str(numbering.issued_on.year),
        "signed_date": numbering.issued_on.isoformat(),
        "today": numbering.issued_on.isoformat(),
        "filed_on": filed.isoformat(),
        "channel": case.channel,
        "signer_name": signer.name,
        "signer_title": signer.title,
    }


def _paragraphs(
    definition: ProcedureDefinition, items: Iterable[Paragraph], values: Values
) -> list[dict[str, str]]:
    return [
        {"text": render_text(definition, item.text, values), "style": item.style}
        for item in items
        if item.when is None or truth(definition, item.when, values)
    ]


def _row(definition: ProcedureDefinition, row: ResultRow, values: Values) -> dict[str, Any] | None:
    if row.when is not None and not truth(definition, row.when, values):
        return None
    if row.heading:
        return {"heading": render_text(definition, row.heading, values)}
    cells = [
        {"label": cell.label, "value": render_text(definition, cell.value, values)}
        for cell in row.cells
        if cell.when is None or truth(definition, cell.when, values)
    ]
    return {"cells": cells} if cells else None


def _table(definition: ProcedureDefinition, values: Values) -> dict[str, Any] | None:
    table = definition.result.table
    rows = values.get(table.of) if table else None
    if table is None or not rows:
        return None
    return {
        "head": [column.label for column in table.columns],
        "body": [
            [render_row(definition, table.of, column.value, row) for column in table.columns]
            for row in rows
        ],
    }
