"""Issuing: a document gets its number, its frozen content and its PDF job in one transaction."""

from __future__ import annotations

from datetime import date
from typing import Any, Protocol
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from documents.registers.models import Document
from documents.registers.numbering import Content, Numbering, number_document
from documents.registers.verification import display_code, new_code
from documents.rendering.html import layout_of
from tenants.communes.current import current_commune
from tenants.communes.hosts import commune_url


class Signer(Protocol):
    """Whoever signs: an official, or any frozen pair of a name and a title."""

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str: ...


@transaction.atomic(savepoint=False)
def issue_document(
    *,
    kind: str,
    template: str,
    title: str,
    content: Content,
    register: str | None = None,
    notation_pattern: str | None = None,
    case_id: UUID | None = None,
    case_code: str = "",
    signer: Signer | None = None,
    when_done: str = "",
) -> Document:
    """Give a document its number and date, freeze its content and ask for its PDF.

    ``content`` is the frozen content of a template in ``templates/documents``, or a function that
    makes it from the number just given, for texts that quote the number. ``when_done`` names the
    task (dotted) that is told the document's id once the PDF is there.
    """
    from documents.registers.tasks import render_document

    issued_on = timezone.localdate()
    numbering = number_document(
        register=register or "",
        pattern=notation_pattern or "{seq}/{year}",
        issued_on=issued_on,
    )
    code = new_code()
    made = content(numbering) if callable(content) else content
    document = Document.objects.create(
        kind=kind,
        template=template,
        title=title,
        register=register or "",
        number=numbering.number,
        year=issued_on.year,
        notation=numbering.notation,
        issued_on=issued_on,
        case_id=case_id,
        case_code=case_code,
        signer_name=signer.name if signer else "",
        signer_title=signer.title if signer else "",
        content={
            **_freeze(made, numbering=numbering, code=code, case_code=case_code),
            **_layout_on(template, issued_on),
        },
        verification_code=code,
        when_done=when_done,
    )
    render_document.enqueue(str(document.id))
    return document


def _layout_on(template: str, day: date) -> dict[str, str]:
    """The name of the layout in force, for a paper that is printed the same for ever."""
    layout = layout_of(template, {"issued_on": day.isoformat()})
    return {"layout": layout.name} if layout is not None else {}


def printed_date(day: date) -> dict[str, str]:
    """A date in the parts a letterhead prints; days under 10, January and February are padded."""
    return {
        "day": f"{day.day:02d}",
        "month": f"{day.month:02d}" if day.month <= 2 else str(day.month),
        "year": str(day.year),
    }


def _freeze(
    content: dict[str, Any], *, numbering: Numbering, code: str, case_code: str
) -> dict[str, Any]:
    commune = current_commune()
    return {
        "signed": False,
        "code": case_code,
        **content,
        "number": numbering.notation,
        "notation": numbering.notation,
        "issued": printed_date(numbering.issued_on),
        "issued_on": numbering.issued_on.isoformat(),
        "verification_code": display_code(code, commune.code),
        "verification_url": commune_url(commune, f"/kiem-tra/{display_code(code)}/"),
    }
