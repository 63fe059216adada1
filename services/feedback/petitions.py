"""Complaints and proposals: sent, given to somebody, answered in time.

Decree 20/2008/NĐ-CP as amended by 92/2017/NĐ-CP: people may speak about rules and about how
officials behave; each gets a written answer. Complaints and denunciations under their own laws
(khiếu nại, tố cáo) are not handled here, and a petition that is one is declined with the way.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from documents.registers.numbering import allocate
from services.cases.lifecycle import now
from services.feedback.errors import MayNotHandle, NotYetAnswered, PetitionClosed
from services.feedback.models import Petition
from services.feedback.telling import tell_asker, tell_official
from services.feedback.terms import answer_due
from tenants.accounts.models import Account
from tenants.calendar.days import working_calendar
from tenants.communes.current import current_commune
from tenants.history.events import Actor, record_event
from tenants.organisation.models import Official, get_letterhead


@transaction.atomic
def file_petition(
    *,
    kind: str,
    subject: str,
    text: str,
    case_code: str = "",
    account: Account | None = None,
    official: Official | None = None,
    name: str = "",
    phone: str = "",
    email: str = "",
) -> Petition:
    """Take a petition from an account, or by an official from a person at the counter.

    ``name``, ``phone`` and ``email`` say who speaks and where the answer goes when there is no
    account.
    """
    filed_at, agency = now(), get_letterhead().agency_code
    number = allocate(f"petition:{agency}:{filed_at:%y%m%d}")
    asker = (
        {"name": account.full_name, "phone": account.phone or "", "email": account.email or ""}
        if account is not None
        else {"name": name.strip(), "phone": phone.strip(), "email": email.strip()}
    )
    petition = Petition.objects.create(
        code=f"PA-{agency}-{filed_at:%y%m%d}-{number:04d}",
        kind=kind,
        account_id=account.pk if account is not None else None,
        case_code=case_code.strip().upper(),
        content={"subject": subject.strip(), "text": text.strip(), **asker},
        filed_at=filed_at,
        due_at=answer_due(kind, filed_at, working_calendar(current_commune().code)),
    )
    actor = Actor.official(official) if official else Actor.citizen(_required(account))
    record_event(
        verb="file_petition",
        subject_id=petition.pk,
        actor=actor,
        to_state=petition.state,
        details={"code": petition.code, "kind": kind},
    )
    return petition


@transaction.atomic
def assign_petition(*, petition: Petition, to: Official, by: Official) -> Petition:
    """Give a petition to an official to answer. Raises ``PetitionClosed``, ``MayNotHandle``."""
    petition = _lock_open(petition)
    if not to.active:
        raise MayNotHandle(to.name)
    petition.handler_id, petition.handler_name = to.pk, to.name
    petition.save(update_fields=["handler_id", "handler_name"])
    if to.pk != by.pk:
        tell_official(petition, to)
    _record(petition, "assign_petition", by, {"to": to.name})
    return petition


@transaction.atomic
def answer_petition(*, petition: Petition, official: Official, answer: str) -> Petition:
    """Answer a petition; who asked is told. Raises ``PetitionClosed``."""
    return _close(petition, official, Petition.State.ANSWERED, answer)


@transaction.atomic
def decline_petition(*, petition: Petition, official: Official, reason: str) -> Petition:
    """Say why a petition is not handled here and where it belongs. Raises ``PetitionClosed``."""
    return _close(petition, official, Petition.State.DECLINED, reason)


@transaction.atomic
def judge_answer(*, petition: Petition, account: Account, satisfied: bool) -> Petition:
    """Keep whether the person is content with the answer. Raises ``NotYetAnswered``."""
    petition = Petition.objects.select_for_update().get(pk=petition.pk)
    if petition.is_open:
        raise NotYetAnswered(petition.code)
    petition.satisfied = satisfied
    petition.save(update_fields=["satisfied"])
    record_event(
        verb="judge_answer",
        subject_id=petition.pk,
        actor=Actor.citizen(account),
        details={"code": petition.code, "satisfied": satisfied},
    )
    return petition


def _close(petition: Petition, official: Official, state: str, answer: str) -> Petition:
    petition = _lock_open(petition)
    at = now()
    petition.state, petition.closed_at = state, at
    petition.content = {**petition.content, "answer": answer.strip()}
    if petition.handler_id is None:
        petition.handler_id, petition.handler_name = official.pk, official.name
    petition.save(update_fields=["state", "closed_at", "content", "handler_id", "handler_name"])
    tell_asker(petition)
    verb = "answer_petition" if state == Petition.State.ANSWERED else "decline_petition"
    _record(petition, verb, official, {"on_time": at <= petition.due_at})
    return petition


def _lock_open(petition: Petition) -> Petition:
    locked = Petition.objects.select_for_update().get(pk=petition.pk)
    if not locked.is_open:
        raise PetitionClosed(locked.code)
    return locked


def _record(petition: Petition, verb: str, by: Official, details: dict[str, Any]) -> None:
    record_event(
        verb=verb,
        subject_id=petition.pk,
        actor=Actor.official(by),
        to_state=petition.state,
        details={"code": petition.code, **details},
    )


def _required(account: Account | None) -> Account:
    if account is None:
        raise ValueError("file_petition needs the account or the official who takes it")
    return account
