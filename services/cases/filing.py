"""Filing: a complete draft becomes a case, once, with its code, steps, history and tracking."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from documents.registers.numbering import allocate
from services.cases.assurance import check_assurance
from services.cases.drafts import (
    DraftGone,
    attachments_of,
    given_papers,
    lock_draft,
    refused_papers,
)
from services.cases.errors import CaseIncomplete, DeclarationMissing
from services.cases.lifecycle import now
from services.cases.models import Attachment, Case, CaseStep, Draft, PaperCount
from services.cases.paper_counts import sets_of, shown_of
from services.cases.states import CaseStatus, Channel, ReturnWay
from services.cases.telling import tell_turn
from services.catalogue.answers import visible_answers
from services.catalogue.fees import FeeLine, fee_lines
from services.catalogue.forms.checks import check_all
from services.catalogue.people import Applicant, applicant_of, subject_name
from services.catalogue.registry import get_version
from services.catalogue.schema import ProcedureDefinition
from services.payments.charges import charge_case
from services.tracking.tracking import identity_index, phone_index, track_case
from tenants.accounts.models import Account
from tenants.communes.current import current_commune
from tenants.history.events import Actor, record_event
from tenants.kit.text import fold
from tenants.organisation.models import Official, get_letterhead


@transaction.atomic
def file_case(
    *,
    draft: Draft,
    declared: bool,
    account: Account | None = None,
    official: Official | None = None,
    channel: str = Channel.ONLINE,
    assurance_level: int = 0,
    confirmed: Mapping[str, Any] | None = None,
    return_way: str = "",
) -> Case:
    """Make a case of a draft; a second call with the same draft gives the same case.

    ``assurance_level`` is how surely the citizen's sign-in says who they are; ``confirmed`` says
    how the person confirmed what an official typed for them, for the history. ``return_way`` is how
    they want the result; by default the way the case came. Raises ``IdentityNotAssured``,
    ``DeclarationMissing``, ``CaseIncomplete`` (with each problem and its page) or ``DraftGone``.
    """
    locked = lock_draft(draft)
    if locked is None:
        return case_of_draft(draft)
    definition = get_version(locked.procedure_code, locked.procedure_version)
    if official is None:
        check_assurance(definition, assurance_level)
    if not declared:
        raise DeclarationMissing
    attachments = attachments_of(locked.pk)
    filed_at = now()
    problems = check_all(
        definition,
        locked.answers,
        given_papers(attachments),
        channel=channel,
        filed_on=filed_at.date(),
        commune=current_commune().code,
    )
    problems += refused_papers(attachments)
    if problems:
        raise CaseIncomplete(problems)
    # Answers to questions that later answers took away do not belong to the case.
    answers = visible_answers(definition, locked.answers, today=filed_at.date())
    fees = fee_lines(
        definition,
        answers,
        channel=channel,
        filed_on=filed_at.date(),
        province=current_commune().province_code,
    )
    applicant = applicant_of(definition, answers)
    case = _create_case(locked, definition, channel, filed_at, answers, applicant, fees, return_way)
    _create_steps(case, definition, filed_at)
    Attachment.objects.filter(owner_id=locked.pk).update(owner_id=case.pk)
    if official is not None:
        # Only at a counter are sheets of paper counted.
        PaperCount.objects.filter(owner_id=locked.pk).update(owner_id=case.pk)
    charge_case(
        case_id=case.pk,
        case_code=case.code,
        lines=fees,
        payer=applicant.payer,
    )
    track_case(
        case_id=case.pk,
        commune_code=current_commune().code,
        code=case.code,
        account_id=case.account_id,
        applicant_id_index=case.applicant_id_index,
        procedure_code=case.procedure_code,
        procedure_name=case.procedure_name,
        status=case.status,
        filed_at=case.filed_at,
    )
    locked.delete()
    actor = Actor.official(official) if official else Actor.citizen(_required(account))
    tell_turn(case, "file", None, by=actor)
    record_event(
        verb="file",
        subject_id=case.pk,
        actor=actor,
        to_state=int(case.status),
        details={
            "papers": len(attachments),
            "channel": channel,
            **({"shown": shown} if (shown := shown_of(locked)) else {}),
            **({"confirmed": confirmed} if confirmed else {}),
        },
    )
    return case


def case_of_draft(draft: Draft) -> Case:
    """The case that this draft became. Raises ``DraftGone`` when it became none."""
    case = Case.objects.filter(filing_key=draft.pk).first()
    if case is None:
        raise DraftGone
    return case


def next_case_code(agency_code: str, day: datetime.date) -> str:
    """Allocate the next code of an agency's day, e.g. ``H26.00004-261122-0001``.

    Gapless: the number comes back when the transaction is rolled back. The pattern follows the
    codes seen in use, ``{agency}-{yymmdd}-{number of the day}``.
    """
    number = allocate(f"case:{agency_code}:{day:%y%m%d}")
    return f"{agency_code}-{day:%y%m%d}-{number:04d}"


def _create_case(
    draft: Draft,
    definition: ProcedureDefinition,
    channel: str,
    filed_at: datetime.datetime,
    answers: dict[str, Any],
    applicant: Applicant,
    fees: list[FeeLine],
    return_way: str,
) -> Case:
    first = definition.steps[0]
    return Case.objects.create(
        code=next_case_code(get_letterhead().agency_code, filed_at.date()),
        filing_key=draft.pk,
        procedure_code=definition.code,
        procedure_version=definition.version,
        procedure_name=definition.short_name,
        status=CaseStatus.REGISTERED,
        channel=channel,
        applicant_name=applicant.name[:120],
        applicant_folded=fold(applicant.name)[:120],
        applicant_id_index=identity_index(applicant.national_id or ""),
        applicant_phone_index=phone_index(applicant.phone or ""),
        account_id=draft.account_id,
        subject_name=subject_name(definition, answers)[:120],
        answers=answers,
        fee=sum(line.amount for line in fees),
        sets=sets_of(draft),
        return_way=return_way if return_way in ReturnWay.values else usual_way(channel),
        filed_at=filed_at,
        step_name=first.name,
        step_role=first.role,
    )


def usual_way(channel: str) -> str:
    """How results of cases that came this way go out unless something else is wanted."""
    return ReturnWay.ONLINE if channel == Channel.ONLINE else ReturnWay.COUNTER


def _create_steps(case: Case, definition: ProcedureDefinition, filed_at: datetime.datetime) -> None:
    CaseStep.objects.bulk_create(
        CaseStep(
            case=case,
            position=position,
            key=step.key,
            name=step.name,
            role=step.role,
            kind=step.kind,
            started_at=filed_at if position == 0 else None,
        )
        for position, step in enumerate(definition.steps)
    )


def _required(account: Account | None) -> Account:
    if account is None:
        raise ValueError("file_case needs the account or the official who files")
    return account
