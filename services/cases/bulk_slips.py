"""The slip of each of many cases: what is printed when several rows of the list are ticked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from documents.registers.joining import join_documents
from documents.registers.models import Document
from services.cases.authority import seen_cases
from services.cases.bulk import Tick
from services.cases.models import Case
from tenants.history.events import Actor
from tenants.history.sights import DOCUMENT_SEEN, record_opening
from tenants.organisation.models import Official

# Forms 01 to 05: what a case gives into its applicant's hand.
SLIPS = (
    Document.Kind.RECEIPT_SLIP,
    Document.Kind.SUPPLEMENT_REQUEST,
    Document.Kind.REFUSAL,
    Document.Kind.EXTENSION_LETTER,
    Document.Kind.STOP_NOTICE,
)


@dataclass(frozen=True)
class Slip:
    """A ticked case and the slip that it gave out last, if any."""

    case: Case
    document: Document | None

    @property
    def printed(self) -> bool:
        """Whether its PDF is there."""
        return self.document is not None and self.document.file_id is not None


def slips_of(official: Official, ticks: Sequence[Tick]) -> list[Slip]:
    """The last slip of each case that exists for the official, in the order of the ticks."""
    found = Case.objects.filter(seen_cases(official), code__in=[tick.code for tick in ticks])
    cases = {case.code: case for case in found.defer("answers", "findings")}
    documents = (
        Document.objects.defer("content")
        .filter(case_id__in=[case.pk for case in cases.values()], kind__in=SLIPS)
        .order_by("id")
    )
    last = {document.case_id: document for document in documents}
    present = (cases[tick.code] for tick in ticks if tick.code in cases)
    return [Slip(case, last.get(case.pk)) for case in present]


@transaction.atomic
def print_slips(*, official: Official, slips: Sequence[Slip]) -> bytes:
    """All the slips that have their PDF as one PDF, each written down as opened."""
    printed = [one for one in slips if one.printed]
    data = join_documents([one.document.pk for one in printed if one.document is not None])
    for slip in printed:
        if slip.document is not None:
            record_opening(
                verb=DOCUMENT_SEEN,
                subject_id=slip.case.pk,
                what=slip.document.pk,
                actor=Actor.official(official),
                details={"case": slip.case.code, "name": slip.document.title},
            )
    return data
