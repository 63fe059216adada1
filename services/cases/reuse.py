"""What the platform already holds is not asked again: papers given before, results issued before.

A paper that a person gave in an earlier case, or a result that this commune issued to them, may
stand for a paper of a form. Nothing is copied: the form's attachment points to the same stored
file, with the same hash, and names the case it came from. Citizens are offered what their own
account filed; officials what was filed under the applicant's identity number, as far as those
cases exist for them.
"""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from documents.files.models import StoredFile
from documents.registers.models import Document
from services.cases.authority import seen_cases
from services.cases.drafts import (
    MAX_FILES_PER_PAPER,
    DraftGone,
    TooManyFiles,
    UnknownPaper,
    lock_draft,
)
from services.cases.errors import CaseError
from services.cases.models import Attachment, Case, CopyKind, Draft
from services.cases.states import CaseStatus, Channel, Outcome
from services.catalogue.errors import ProcedureNotFound
from services.catalogue.forms.pages import required_papers
from services.catalogue.paper_parts import FromResult
from services.catalogue.people import applicant_of
from services.catalogue.registry import get_version
from services.catalogue.schema import Paper, ProcedureDefinition
from services.tracking.tracking import case_ids_of, identity_index
from tenants.communes.current import current_commune
from tenants.organisation.models import Official

# A person's newest cases of the commune that are looked through; few have as many.
_MOST_CASES = 50
_MOST_OFFERS = 3
# What was taken back or not taken in is not the commune's to use.
_GIVEN_BACK = (CaseStatus.REFUSED, CaseStatus.WITHDRAWING, CaseStatus.STOPPED)
_FIRST_HAND = (Attachment.Source.GIVEN, Attachment.Source.SCANNED)
_ISSUED = (CaseStatus.RESULT_READY, CaseStatus.RETURNED)
Source = Attachment.Source


class OfferGone(CaseError):
    """What was offered may not be used, or not any more."""

    def __init__(self) -> None:
        super().__init__(
            _("Giấy này không dùng lại được nữa. Hãy tải lại trang, hoặc gửi tệp mới.")
        )


@dataclass(frozen=True)
class Offer:
    """A file that the commune holds and that may stand for a paper.

    ``given_on`` is the day it was given or issued; ``valid_to`` the last day of a result's force,
    None where no rule ends it.
    """

    source: str
    source_id: UUID
    name: str
    case_code: str
    procedure_name: str
    subject_name: str
    given_on: datetime.date
    file: StoredFile = field(repr=False)
    copy_kind: str = CopyKind.ELECTRONIC
    valid_to: datetime.date | None = None

    @property
    def key(self) -> str:
        """What a form sends to take this offer."""
        return f"{self.source}:{self.source_id}"

    @property
    def is_result(self) -> bool:
        """Whether the commune issued it itself."""
        return self.source == Source.RESULT


Offers = dict[str, list[Offer]]


def offers_for(owner: Draft | Case, *, official: Official | None = None) -> Offers:
    """What may stand for each paper of a form or case, by the paper's key, newest first.

    For a citizen's form the cases of its account; with ``official`` (the counter, the desk) those
    of the applicant's identity number that exist for this official.
    """
    definition = get_version(owner.procedure_code, owner.procedure_version)
    papers = [paper for paper in _asked(owner, definition) if paper.kind != "show"]
    papers = [paper for paper in papers if not paper.single_use or paper.from_results]
    if not papers:
        return {}
    cases = _earlier_cases(owner, definition, official)
    return _offers(definition.code, papers, cases)


def held_again(
    case: Case, given: Iterable[Attachment], *, official: Official
) -> list[tuple[Paper, Offer]]:
    """Papers that the person was asked for or gave anew although the platform holds them."""
    definition = get_version(case.procedure_code, case.procedure_version)
    reused = {one.paper_key for one in given if one.source in (Source.PAPER, Source.RESULT)}
    offers = offers_for(case, official=official)
    return [
        (paper, offers[paper.key][0])
        for paper in definition.papers
        if paper.key in offers and paper.key not in reused
    ]


@transaction.atomic
def use_again(
    *, draft: Draft, paper_key: str, offer_key: str, official: Official | None = None
) -> Attachment:
    """Let what the platform holds stand for a paper of a form; twice is once.

    Raises ``OfferGone`` when it is not offered to whoever fills the form in, ``TooManyFiles``,
    ``UnknownPaper`` or ``DraftGone``.
    """
    locked = lock_draft(draft)
    if locked is None:
        raise DraftGone
    definition = get_version(locked.procedure_code, locked.procedure_version)
    if all(paper.key != paper_key for paper in definition.papers):
        raise UnknownPaper
    offers = offers_for(locked, official=official).get(paper_key, [])
    offer = next((one for one in offers if one.key == offer_key), None)
    if offer is None:
        raise OfferGone
    own = list(Attachment.objects.filter(owner_id=locked.pk, paper_key=paper_key))
    there = next((one for one in own if one.file_id == offer.file.pk), None)
    if there is not None:
        return there
    if len(own) >= MAX_FILES_PER_PAPER:
        raise TooManyFiles
    return Attachment.objects.create(
        owner_id=locked.pk,
        paper_key=paper_key,
        copy_kind=offer.copy_kind,
        file=offer.file,
        name=offer.name,
        source=offer.source,
        source_id=offer.source_id,
        source_code=offer.case_code,
    )


def _asked(owner: Draft | Case, definition: ProcedureDefinition) -> list[Paper]:
    if isinstance(owner, Case):
        return required_papers(definition, owner.answers, channel=owner.channel)
    channel = Channel.ONLINE if owner.account_id else Channel.COUNTER
    return required_papers(definition, owner.answers, channel=channel)


def _earlier_cases(
    owner: Draft | Case, definition: ProcedureDefinition, official: Official | None
) -> list[Case]:
    """The person's other cases here, newest first, without what was answered in them."""
    whose = _whose(owner, definition, official)
    if whose is None:
        return []
    cases = Case.objects.defer("answers", "findings").filter(whose).exclude(pk=owner.pk)
    if official is not None:
        cases = cases.filter(seen_cases(official))
    cases = cases.exclude(status__in=_GIVEN_BACK)
    if isinstance(owner, Case):
        cases = cases.filter(filed_at__lt=owner.filed_at)
    return list(cases.order_by("-filed_at")[:_MOST_CASES])


def _whose(
    owner: Draft | Case, definition: ProcedureDefinition, official: Official | None
) -> Q | None:
    if official is None:
        if owner.account_id is None:
            return None
        keys = case_ids_of(owner.account_id, current_commune().code, limit=_MOST_CASES)
        return Q(pk__in=keys, account_id=owner.account_id) if keys else None
    if isinstance(owner, Case):
        index = owner.applicant_id_index
    else:
        index = identity_index(applicant_of(definition, owner.answers).national_id)
    return Q(applicant_id_index=index) if index else None


def _offers(procedure_code: str, papers: list[Paper], cases: list[Case]) -> Offers:
    by_key = {case.pk: case for case in cases}
    if not by_key:
        return {}
    found: Offers = {}
    for given in Attachment.objects.select_related("file").filter(
        owner_id__in=by_key, file__state=StoredFile.State.CLEAN
    ):
        case = by_key[given.owner_id]
        for paper in papers:
            # What was itself used again is offered by the case in which it was given.
            if given.source in _FIRST_HAND and _is_same(paper, procedure_code, given, case):
                found.setdefault(paper.key, []).append(_of_paper(given, case))
    for document, stored, case in _issued_in(by_key, papers):
        for paper in papers:
            offer = _of_result(document, stored, case, paper)
            if offer is not None:
                found.setdefault(paper.key, []).append(offer)
    return {key: _newest(offers) for key, offers in found.items()}


def _is_same(paper: Paper, procedure_code: str, given: Attachment, case: Case) -> bool:
    """Whether a file was given for this very paper, be it in another procedure."""
    if paper.single_use:
        return False
    if case.procedure_code == procedure_code and given.paper_key == paper.key:
        return True
    if paper.shared is None:
        return False
    try:
        asked = get_version(case.procedure_code, case.procedure_version).papers
    except ProcedureNotFound:
        return False
    return any(one.key == given.paper_key and one.shared == paper.shared for one in asked)


def _of_paper(given: Attachment, case: Case) -> Offer:
    return Offer(
        source=Source.PAPER,
        source_id=given.pk,
        name=given.name,
        case_code=case.code,
        procedure_name=case.procedure_name,
        subject_name=case.subject_name,
        given_on=timezone.localtime(given.added_at).date(),
        file=given.file,
        copy_kind=given.copy_kind,
    )


def _issued_in(
    cases: Mapping[UUID, Case], papers: list[Paper]
) -> Iterator[tuple[Document, StoredFile, Case]]:
    """Printed results of those cases whose procedures serve as one of the papers."""
    serving = {one.procedure for paper in papers for one in paper.from_results}
    keys = [
        case.pk
        for case in cases.values()
        if case.procedure_code in serving
        and case.status in _ISSUED
        and case.outcome == Outcome.APPROVED
    ]
    if not keys:
        return
    documents = list(
        Document.objects.defer("content").filter(
            case_id__in=keys, kind=Document.Kind.RESULT, file_id__isnull=False
        )
    )
    files = StoredFile.objects.in_bulk([document.file_id for document in documents])
    for document in documents:
        if document.case_id is not None and document.file_id in files:
            yield document, files[document.file_id], cases[document.case_id]


def _of_result(document: Document, stored: StoredFile, case: Case, paper: Paper) -> Offer | None:
    """The result as an offer for a paper; None when it serves another, or has lost its force."""
    rule = next((one for one in paper.from_results if one.procedure == case.procedure_code), None)
    if rule is None:
        return None
    valid_to = _last_day(document.issued_on, rule)
    if valid_to is not None and valid_to < timezone.localdate():
        return None
    return Offer(
        source=Source.RESULT,
        source_id=document.pk,
        name=f"{document.title} {document.notation}".strip()[:120],
        case_code=case.code,
        procedure_name=case.procedure_name,
        subject_name=case.subject_name,
        given_on=document.issued_on,
        file=stored,
        valid_to=valid_to,
    )


def _last_day(issued_on: datetime.date, rule: FromResult) -> datetime.date | None:
    """The last day of a term counted in months (Bộ luật Dân sự 2015, Điều 146, 148)."""
    if rule.months is None:
        return None
    month = issued_on.month - 1 + rule.months
    year, month = issued_on.year + month // 12, month % 12 + 1
    day = min(issued_on.day, calendar.monthrange(year, month)[1])
    return datetime.date(year, month, day)


def _newest(offers: list[Offer]) -> list[Offer]:
    """A result stands before papers; the same bytes stand once."""
    offers = sorted(offers, key=_order, reverse=True)
    once = {offer.file.sha256: offer for offer in reversed(offers)}
    return [offer for offer in offers if once[offer.file.sha256] is offer][:_MOST_OFFERS]


def _order(offer: Offer) -> tuple[bool, datetime.date, int]:
    # Keys of one day follow the time at which they were made.
    return offer.is_result, offer.given_on, offer.source_id.int
