"""Who is told what at which turn of a case: its applicant, and the officials it waits for.

Called in the transaction that makes the turn. Only rows are written: two statements for the
applicant, two for officials where a turn concerns any. Sending is the business of jobs.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone

from services.cases.authority import grant_for
from services.cases.models import Case
from services.cases.notice_texts import say
from services.cases.states import Outcome
from services.catalogue.people import applicant_of
from services.catalogue.registry import get_version
from services.catalogue.schema import ProcedureDefinition
from services.payments.charges import unpaid_of
from tenants.communes.current import current_commune
from tenants.history.events import Actor
from tenants.kit.templatetags.money import money
from tenants.notices.models import Audience
from tenants.notices.notices import Message, notify_all
from tenants.organisation.models import Official, Role
from tenants.organisation.powers import with_powers

# Verb of the event → kind of notice to the applicant.
FOR_APPLICANT = {
    "file": "filed",
    "accept": "accepted",
    "request_supplement": "supplement_requested",
    "answer_supplement": "supplement_received",
    "refuse": "refused",
    "require_payment": "payment_asked",
    "settle_payment": "payment_received",
    "extend": "extended",
    "move_due": "due_moved",
    "stop": "stopped",
    "withdraw": "withdrawn",
    "agree_withdrawal": "withdrawn",
    "decline_withdrawal": "withdrawal_declined",
    "release": "result_ready",
    "hand_over": "returned",
    "send_by_post": "posted",
}
# … and to the official who holds the case,
FOR_HOLDER = {
    "answer_supplement": "desk_supplement",
    "settle_payment": "desk_paid",
    "assign": "desk_assigned",
    "reassign": "desk_assigned",
    "answer_referral": "desk_referral",
    "move_due": "desk_due_moved",
}
# … and to those who may sign.
FOR_LEADERS = {
    "propose_extension": "desk_proposal",
    "propose_stop": "desk_proposal",
    "ask_withdrawal": "desk_withdrawal",
}
TRACKING = "/tra-cuu/"


def tell_turn(
    case: Case,
    verb: str,
    details: Mapping[str, Any] | None,
    *,
    by: Actor,
    due_before: datetime.datetime | None = None,
) -> None:
    """Tell everybody whom a turn concerns, except whoever made it.

    ``verb`` and ``details`` are those of its event; ``due_before`` is when the case was due.
    """
    details = details or {}
    definition = get_version(case.procedure_code, case.procedure_version)
    words = _words(case, details, by, due_before)
    messages: list[Message] = []
    if kind := _kind_for_applicant(case, verb):
        if kind in ("result_ready", "rejected"):
            words["unpaid"] = _amount(unpaid_of(case.pk))
        if kind == "filed":
            words["limit"] = definition.time_limit.of(case.channel).text
        messages.append(_to_applicant(case, kind, definition, words))
    for kind, officials in _officials(case, verb):
        told = [one for one in officials if one.pk != by.id]
        messages += [_to_official(one, case, kind, definition, words) for one in told]
    if messages:
        notify_all(messages)


def tell_officials(
    officials: Iterable[Official], case: Case, kind: str, *, reason: str = "", due: Any = None
) -> None:
    """Tell officials at their desk what a case needs; ``kind`` is one of ``desk_…``.

    ``due`` is the time that is meant, by default that of the case's step.
    """
    definition = get_version(case.procedure_code, case.procedure_version)
    words = _words(case, {"reason": reason}, Actor.system(), None)
    words["due"] = _time(due or case.step_due_at or case.due_at)
    notify_all(_to_official(one, case, kind, definition, words) for one in officials)


def _kind_for_applicant(case: Case, verb: str) -> str:
    kind = FOR_APPLICANT.get(verb, "")
    if kind == "result_ready" and case.outcome == Outcome.REJECTED:
        return "rejected"
    return kind


def _to_applicant(
    case: Case, kind: str, definition: ProcedureDefinition, words: Mapping[str, str]
) -> Message:
    said = say(kind, definition, words, timezone.localdate())
    email = phone = ""
    path = f"/ho-so/{case.code}/"
    if case.account_id is None:
        # On the form they are asked for this very purpose; who has an account is reached by it.
        applicant = applicant_of(definition, case.answers)
        email, phone, path = applicant.email, applicant.phone, TRACKING
    return Message(
        account_id=case.account_id,
        commune_code=current_commune().code,
        subject_id=case.pk,
        code=case.code,
        kind=kind,
        title=said.title,
        body=said.body,
        sms=said.sms,
        path=path,
        email=email,
        phone=phone,
        mandatory=said.mandatory,
        needs_person=said.needs_person,
    )


def _to_official(
    official: Official,
    case: Case,
    kind: str,
    definition: ProcedureDefinition,
    words: Mapping[str, str],
) -> Message:
    said = say(kind, definition, words, timezone.localdate())
    return Message(
        account_id=official.account_id,
        commune_code=current_commune().code,
        subject_id=case.pk,
        code=case.code,
        kind=kind,
        title=said.title,
        body=said.body,
        path=f"/desk/ho-so/{case.code}/",
        audience=Audience.OFFICIAL,
    )


def _officials(case: Case, verb: str) -> Iterable[tuple[str, list[Official]]]:
    if (kind := FOR_HOLDER.get(verb)) and case.handler_id:
        yield kind, list(Official.objects.filter(pk=case.handler_id, active=True))
    # Before acceptance a wish to withdraw is fulfilled at once, and nobody has to answer it.
    if (kind := FOR_LEADERS.get(verb)) and case.accepted_at:
        yield kind, _who_may_sign(case)


def _who_may_sign(case: Case) -> list[Official]:
    active = with_powers(Official.objects.filter(active=True))
    return [one for one in active if grant_for(case, one, Role.LEADER, signing=True)]


def _words(
    case: Case,
    details: Mapping[str, Any],
    by: Actor,
    due_before: datetime.datetime | None,
) -> dict[str, str]:
    until = case.supplement_by
    return {
        "code": case.code,
        "procedure": case.procedure_name,
        "commune": current_commune().name,
        "official": ", ".join(filter(None, (by.name, by.title))) if by.title else "",
        "due": _time(case.due_at),
        "old_due": _time(due_before),
        "until": f"{until:%d/%m/%Y}" if until else "",
        "step": case.step_name,
        "items": "\n".join(f"– {item}" for item in details.get("items", ())),
        "amount": _amount(int(details.get("amount") or 0)),
        **{name: str(details.get(name) or "") for name in ("reason", "ground", "post_code")},
    }


def _time(moment: datetime.datetime | None) -> str:
    return f"{timezone.localtime(moment):%H:%M ngày %d/%m/%Y}" if moment else ""


def _amount(amount: int) -> str:
    """An amount of đồng; nothing for nothing, so that its line is left out."""
    return money(amount) if amount else ""
