"""The control slip (form 06): who had a case from when to when, and for whom it waited.

It is read from the case's events, so it says what was done and not what anybody wrote down later.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from documents.registers.issuing import issue_document
from documents.registers.models import Document
from services.cases.contents import in_words, slip_content
from services.cases.lifecycle import now
from services.cases.models import Case
from services.catalogue.schema import ProcedureDefinition
from tenants.history.models import Event
from tenants.history.sights import SIGHTS
from tenants.organisation.models import Letterhead, Official, get_letterhead

TITLE = "Phiếu kiểm soát quá trình giải quyết hồ sơ"
TIMINGS = {"early": "Trước hạn", "on_time": "Đúng hạn", "late": "Quá hạn"}
# Events by which a case goes from hand to hand; the others happen in one pair of hands.
BETWEEN_STEPS = frozenset({"accept", "complete_step", "send_back", "approve", "reject"})
BETWEEN_PEOPLE = frozenset({"assign", "reassign"})
TO_APPLICANT = frozenset({"hand_over", "send_by_post", "collect"})
ENDS = frozenset({"refuse", "stop", "withdraw", "agree_withdrawal"})
# What is waited for, and by which events the waiting ends.
WAITS: dict[str, tuple[str, frozenset[str]]] = {
    "request_supplement": (
        "Chờ bổ sung giấy tờ",
        frozenset({"answer_supplement", "resume", "stop", "withdraw"}),
    ),
    "require_payment": (
        "Chờ nộp tiền",
        frozenset({"settle_payment", "resume", "stop", "withdraw"}),
    ),
    "ask_withdrawal": (
        "Xem xét đề nghị rút hồ sơ",
        frozenset({"agree_withdrawal", "decline_withdrawal", "withdraw"}),
    ),
    "refer": ("Phối hợp giải quyết", frozenset({"answer_referral", "withdraw_referral"})),
}


def control_slip_content(
    case: Case,
    definition: ProcedureDefinition,
    letterhead: Letterhead,
    official: Official,
    events: Sequence[Event],
) -> dict[str, Any]:
    """Form 06 as the case stands now, from its events in their order."""
    told = [event for event in events if event.verb not in SIGHTS]
    original, due = case.original_due_at, case.due_at
    return {
        **slip_content(case, definition, letterhead, official),
        "agency_text": letterhead.agency_name,
        "partners": "; ".join(_partners(told)),
        "received": in_words(timezone.localtime(case.accepted_at)) if case.accepted_at else "",
        "due": in_words(timezone.localtime(due), weekday=True) if due else "",
        "original_due": _short(original) if original and original != due else "",
        "hand_overs": hand_overs(told, letterhead),
        "pauses": waits(told),
        "made_at": in_words(now()),
        "events": len(told),
    }


@transaction.atomic
def issue_control_slip(
    *,
    case: Case,
    definition: ProcedureDefinition,
    official: Official,
    events: Sequence[Event],
) -> Document:
    """Print form 06 as the case stands; the last one stays good while nothing has happened."""
    content = control_slip_content(case, definition, get_letterhead(), official, events)
    last = (
        Document.objects.filter(case_id=case.pk, kind=Document.Kind.CONTROL_SLIP)
        .order_by("id")
        .last()
    )
    if last is not None and last.content.get("events") == content["events"]:
        return last
    return issue_document(
        kind=Document.Kind.CONTROL_SLIP,
        template="control_slip",
        title=TITLE,
        content=content,
        case_id=case.pk,
        case_code=case.code,
    )


def hand_overs(events: Sequence[Event], letterhead: Letterhead) -> list[dict[str, Any]]:
    """One row for each time the case went from one hand to another."""
    rows: list[dict[str, Any]] = []
    for at, event in enumerate(events):
        details = event.details or {}
        row = _between(event, details, letterhead, events[at + 1 :])
        if row is not None:
            timing = TIMINGS.get(str(details.get("timing") or ""), "")
            rows.append({"at": _full(event.at), "timing": timing, "due": "", "note": "", **row})
    return rows


def waits(events: Sequence[Event]) -> list[dict[str, Any]]:
    """The times in which the case waited for its applicant or for another office."""
    rows = []
    for at, event in enumerate(events):
        if event.verb not in WAITS:
            continue
        what, ending = WAITS[event.verb]
        details = event.details or {}
        end = next((one for one in events[at + 1 :] if _ends(event, one, ending)), None)
        items = details.get("items")
        note = "; ".join(map(str, items)) if isinstance(items, list) else details.get("reason")
        rows.append(
            {
                "what": f"{what}: {details['to']}" if details.get("to") else what,
                "since": _short(event.at),
                "until": _short(end.at) if end is not None else "",
                "note": str(note or details.get("note") or ""),
            }
        )
    return rows


def _ends(begun: Event, event: Event, ending: frozenset[str]) -> bool:
    """Whether a wait ends with this event; several questions may be open at once."""
    if event.verb not in ending:
        return False
    asked = (begun.details or {}).get("referral")
    return asked is None or asked == (event.details or {}).get("referral")


def _between(
    event: Event, details: dict[str, Any], letterhead: Letterhead, later: Sequence[Event]
) -> dict[str, Any] | None:
    centre = letterhead.centre_name
    giver = {"giver": details.get("step") or centre, "giver_name": event.actor_name}
    if event.verb in BETWEEN_STEPS and details.get("next"):
        reason = details.get("reason") if event.verb == "send_back" else details.get("note")
        if event.verb == "send_back":
            reason = f"Trả lại: {reason}"
        taker = _taker(later)
        receiver = {"receiver": details["next"], "receiver_name": taker}
        return {**giver, **receiver, "note": str(reason or "")}
    if event.verb in BETWEEN_PEOPLE:
        to = str(details.get("to") or "")
        return {
            "giver": details.get("from") or event.actor_name,
            "giver_name": details.get("from") or event.actor_name,
            "receiver": to or "bước đang làm",
            "receiver_name": to,
            "note": "Giao người xử lý" if to else "Trả về bước, chờ người nhận",
        }
    if event.verb == "release":
        return {**giver, "receiver": centre, "receiver_name": "", "note": "Kết quả đã phát hành"}
    if event.verb in TO_APPLICANT:
        return {
            "giver": centre,
            "giver_name": "" if event.verb == "collect" else event.actor_name,
            **_receiver(event, details),
        }
    if event.verb in ENDS:
        return {
            **giver,
            "receiver": "người nộp hồ sơ",
            "receiver_name": "",
            "note": str(details.get("reason") or "Kết thúc hồ sơ"),
        }
    return None


def _receiver(event: Event, details: dict[str, Any]) -> dict[str, str]:
    if event.verb == "send_by_post":
        code = str(details.get("post_code") or "")
        return {
            "receiver": "bưu chính",
            "receiver_name": "",
            "note": f"Gửi bưu chính, số hiệu {code}" if code else "Gửi bưu chính",
        }
    if event.verb == "collect":
        return {
            "receiver": "người nộp hồ sơ",
            "receiver_name": event.actor_name,
            "note": "Nhận kết quả trên mạng",
        }
    return {
        "receiver": "người nhận kết quả",
        "receiver_name": str(details.get("receiver") or ""),
        "note": "Trả kết quả tại quầy",
    }


def _taker(later: Sequence[Event]) -> str:
    """Who took the case after it was handed on, before it was handed on again."""
    for event in later:
        if event.verb == "take":
            return event.actor_name
        if event.verb in BETWEEN_PEOPLE:
            return str((event.details or {}).get("to") or "")
        if event.verb in BETWEEN_STEPS | {"release"}:
            # Who did the step had it, also without taking it first.
            return event.actor_name
    return ""


def _partners(events: Sequence[Event]) -> list[str]:
    asked = [str((one.details or {}).get("to") or "") for one in events if one.verb == "refer"]
    return list(dict.fromkeys(name for name in asked if name))


def _full(moment: datetime.datetime) -> str:
    local = timezone.localtime(moment)
    return f"{local:%H} giờ {local:%M} phút, ngày {local:%d/%m/%Y}"


def _short(moment: datetime.datetime) -> str:
    return f"{timezone.localtime(moment):%H:%M %d/%m/%Y}"
