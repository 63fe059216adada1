"""Who files, and whom the case is about, read from the answers."""

from __future__ import annotations

from dataclasses import dataclass

from services.catalogue.answers import Answers
from services.catalogue.display import display, residence
from services.catalogue.schema import ProcedureDefinition


@dataclass(frozen=True)
class Applicant:
    """The applicant as declared on the form; empty text where nothing was said."""

    name: str
    national_id: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    birth_date: str = ""

    @property
    def payer(self) -> dict[str, str]:
        """Whom receipts for the case's fees name."""
        return {"name": self.name, "address": self.address}


def applicant_of(definition: ProcedureDefinition, answers: Answers) -> Applicant:
    """The applicant as the procedure's file maps them; ``birth_date`` is ISO text."""
    mapping = definition.applicant

    def answer(key: str | None) -> str:
        value = answers.get(key) if key else None
        return value if isinstance(value, str) else ""

    address = mapping.address or ""
    if address in definition.fields:
        where = display(definition, address, answers)
    else:
        where = residence(address, answers) if address else ""
    return Applicant(
        name=answer(mapping.name),
        national_id=answer(mapping.national_id),
        phone=answer(mapping.phone),
        email=answer(mapping.email),
        address=where,
        birth_date=answer(mapping.birth_date),
    )


def subject_name(definition: ProcedureDefinition, answers: Answers) -> str:
    """The name of the person or thing the case is about."""
    subject = definition.subject
    named = display(definition, subject.name, answers)
    return named or (display(definition, subject.or_, answers) if subject.or_ else "")
