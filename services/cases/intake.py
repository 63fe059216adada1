"""Intake at the one-stop desk: accept, ask for a supplement, refuse."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from documents.registers.issuing import issue_document
from documents.registers.models import Document
from documents.registers.numbering import allocate
from services.cases.authority import check_role
from services.cases.clock import resume_clock, start_clock, step_due, stop_clock
from services.cases.contents import receipt_slip_content, slip_content
from services.cases.drafts import UnknownPaper, add_file
from services.cases.errors import (
    AlreadyDecided,
    AskedAlready,
    ReasonMissing,
    SupplementClosed,
)
from services.cases.lifecycle import check_seen, enter_step, lock_case, move_case, now
from services.cases.models import Case, CaseStep
from services.cases.states import CaseStatus
from services.catalogue.registry import get_version
from services.catalogue.schema import ProcedureDefinition
from tenants.accounts.models import Account
from tenants.history.events import Actor
from tenants.organisation.models import Official, get_letterhead
from tenants.organisation.powers import Grant, actor_of

# The series of the case register (form 07), one for each year.
REGISTER = "register"


def definition_of(case: Case) -> ProcedureDefinition:
    """The procedure version under which the case was filed."""
    return get_version(case.procedure_code, case.procedure_version)


@transaction.atomic
def accept_case(*, case: Case, official: Official, seen: str = "") -> Case:
    """Receive a case: due time, row of the year's register, receipt slip (form 01), first step."""
    received = now()
    # Counters are the first locks that a transaction takes; who may not receive takes none.
    check_seen(case, seen)
    check_role(case, official)
    number = allocate(f"{REGISTER}:{received.year}")
    case = lock_case(case.pk, seen=seen)
    grant = check_role(case, official)
    definition = definition_of(case)
    clock = start_clock(case, definition, received)
    steps = list(case.steps.all()[:2])
    changes = {
        "accepted_at": received,
        "register_number": number,
        **clock.columns,
        **_finish_intake(steps, official, received, definition),
    }
    case = move_case(
        case,
        CaseStatus.RECEIVED,
        verb="accept",
        by=actor_of(official, grant),
        details={**clock.details, "next": steps[1].name},
        **changes,
    )
    letterhead = get_letterhead()
    issue_document(
        kind=Document.Kind.RECEIPT_SLIP,
        template="receipt_slip",
        title="Giấy tiếp nhận hồ sơ và hẹn trả kết quả",
        content=receipt_slip_content(case, definition, letterhead, official),
        case_id=case.pk,
        case_code=case.code,
        signer=official,
    )
    return case


@transaction.atomic
def request_supplement(
    *, case: Case, official: Official, items: list[str], reason: str, seen: str = ""
) -> Case:
    """Ask the applicant once, in writing (form 02), for what is missing; the clock stands still.

    Raises ``ReasonMissing`` when nothing is named, ``AskedAlready`` when the procedure allows one
    request and it was made, ``AlreadyDecided`` when the result is already numbered.
    """
    case = lock_case(case.pk, seen=seen)
    grant = check_role(case, official)
    if case.decided_at is not None:
        raise AlreadyDecided(case)
    items = [item.strip() for item in items if item.strip()]
    if not items:
        raise ReasonMissing
    definition, at = definition_of(case), now()
    if definition.supplement.once and _was_asked(case):
        raise AskedAlready(case)
    clock = stop_clock(case, at)
    answer_by = at.date() + datetime.timedelta(days=definition.supplement.answer_within_days)
    case = move_case(
        case,
        CaseStatus.SUPPLEMENT,
        verb="request_supplement",
        by=actor_of(official, grant),
        details={"items": items, "reason": reason.strip(), **clock.details},
        supplement_by=answer_by,
        **clock.columns,
    )
    issue_document(
        kind=Document.Kind.SUPPLEMENT_REQUEST,
        template="supplement_request",
        title="Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ",
        content={
            **slip_content(case, definition, get_letterhead(), official),
            "items": items,
            "reason": reason.strip(),
            "answer_by": f"{answer_by:%d/%m/%Y}",
        },
        register="supplement",
        notation_pattern="{seq}/HDHS",
        case_id=case.pk,
        case_code=case.code,
        signer=official,
    )
    return case


@transaction.atomic
def answer_supplement(
    *,
    case: Case,
    account: Account | None = None,
    official: Official | None = None,
    message: str = "",
    uploads: Iterable[tuple[str, UploadedFile[Any]]] = (),
    strip: bool = False,
    seen: str = "",
) -> Case:
    """Take what the applicant adds (online, or at the counter by an official); the clock goes on.

    ``uploads`` are pairs of a paper's key and a file; with ``strip`` pictures lose their cameras'
    notes. A case that was not accepted yet goes back to intake; one in process keeps (pause) or
    begins anew (restart) its time limit, as the procedure says. Raises ``FileRefused`` for a bad
    file, ``ReasonMissing`` for nothing at all, ``SupplementClosed`` when the case does not wait
    for it any more, ``NotYourStep`` for an official who does not receive papers.
    """
    case = lock_case(case.pk, seen=seen)
    grant = check_role(case, official, "reception") if official is not None else None
    if case.state != CaseStatus.SUPPLEMENT:
        raise SupplementClosed(case)
    definition, at = definition_of(case), now()
    given = _store(case, definition, uploads, strip)
    if not given and not message.strip():
        raise ReasonMissing
    clock = resume_clock(case, definition, at)
    return move_case(
        case,
        CaseStatus.IN_PROCESS if case.accepted_at else CaseStatus.REGISTERED,
        verb="answer_supplement",
        by=_actor(official, grant, account),
        details={"message": message.strip(), "papers": given, **clock.details},
        supplement_by=None,
        **clock.columns,
    )


@transaction.atomic
def refuse_case(*, case: Case, official: Official, reason: str, seen: str = "") -> Case:
    """Refuse to receive a case, in writing with the reason (form 03)."""
    case = lock_case(case.pk, seen=seen)
    grant = check_role(case, official)
    if not reason.strip():
        raise ReasonMissing
    case = move_case(
        case,
        CaseStatus.REFUSED,
        verb="refuse",
        by=actor_of(official, grant),
        details={"reason": reason.strip()},
    )
    issue_document(
        kind=Document.Kind.REFUSAL,
        template="refusal",
        title="Phiếu từ chối tiếp nhận giải quyết hồ sơ",
        content={
            **slip_content(case, definition_of(case), get_letterhead(), official),
            "reason": reason.strip(),
        },
        register="refusal",
        notation_pattern="{seq}/TCHS",
        case_id=case.pk,
        case_code=case.code,
        signer=official,
    )
    return case


def _finish_intake(
    steps: list[CaseStep],
    official: Official,
    at: datetime.datetime,
    definition: ProcedureDefinition,
) -> dict[str, object]:
    intake, work = steps
    intake.official_name, intake.done_at, intake.outcome = official.name, at, "accept"
    changes = enter_step(work, at, step_due(definition, work.position, at))
    CaseStep.objects.bulk_update(
        [intake, work], ["official_name", "started_at", "due_at", "done_at", "outcome"]
    )
    return changes


def _was_asked(case: Case) -> bool:
    return Document.objects.filter(case_id=case.pk, kind=Document.Kind.SUPPLEMENT_REQUEST).exists()


def _store(
    case: Case,
    definition: ProcedureDefinition,
    uploads: Iterable[tuple[str, UploadedFile[Any]]],
    strip: bool,
) -> int:
    papers = {paper.key: paper for paper in definition.papers}
    count = 0
    for key, upload in uploads:
        if key not in papers:
            raise UnknownPaper
        add_file(owner_id=case.pk, paper=papers[key], upload=upload, strip=strip)
        count += 1
    return count


def _actor(official: Official | None, grant: Grant | None, account: Account | None) -> Actor:
    if official is not None and grant is not None:
        return actor_of(official, grant)
    if account is None:
        raise ValueError("answer_supplement needs the account or the official who acts")
    return Actor.citizen(account)
