"""The end of a case: the result is released, then handed over, sent by post or collected online."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from documents.files.intake import store_upload
from documents.registers.models import Document
from services.cases.authority import check_role
from services.cases.errors import MoveNotAllowed, PostCodeMissing, ResultNotReady
from services.cases.intake import definition_of
from services.cases.lifecycle import lock_case, move_case, note_on_case, now
from services.cases.models import Case
from services.cases.processing import current_step, hand_on, timing
from services.cases.states import CaseStatus, ReturnWay, StepKind
from tenants.accounts.models import Account
from tenants.history.events import Actor
from tenants.organisation.models import Official
from tenants.organisation.powers import Grant, actor_of

RESULT_KINDS = (Document.Kind.RESULT, Document.Kind.REPLY)
MAY_HAND_OVER = ("reception", "clerk")
# A drawn line compresses well: a signature that is larger is something else.
SIGNATURE_BYTES = 300 * 1024
# International items read EB123456789VN; Vietnamese carriers use letters and digits as well.
POST_CODE = re.compile(r"[A-Z0-9][A-Z0-9./-]{5,29}")


def documents_of(case: Case) -> list[Document]:
    """The papers the commune issued in this case, oldest first, without their contents."""
    return list(Document.objects.defer("content").filter(case_id=case.pk).order_by("id"))


def get_result(case: Case) -> Document:
    """The result's document, printed. Raises ``ResultNotReady`` while the PDF is being made."""
    document = (
        Document.objects.defer("content").filter(case_id=case.pk, kind__in=RESULT_KINDS).last()
    )
    if document is None or document.file_id is None:
        raise ResultNotReady(case)
    return document


@transaction.atomic
def release_result(*, case: Case, official: Official, seen: str = "") -> Case:
    """Finish a finishing step (seal, both parties signed); after the last one the case is done."""
    case = lock_case(case.pk, seen=seen)
    by = actor_of(official, check_role(case, official))
    step = current_step(case)
    if case.state != CaseStatus.IN_PROCESS or step.kind != StepKind.FINISH:
        raise MoveNotAllowed(case)
    at = now()
    details = {"step": step.name, "timing": timing(step, at)}
    following = case.steps.filter(position=case.step_position + 1).first()
    if following is not None:
        changes = hand_on(definition_of(case), step, following, official, at, outcome="done")
        details["next"] = following.name
        return note_on_case(case, verb="complete_step", by=by, details=details, **changes)
    step.official_name, step.done_at, step.outcome = official.name, at, "done"
    step.save(update_fields=["official_name", "done_at", "outcome"])
    return move_case(
        case,
        CaseStatus.RESULT_READY,
        verb="release",
        by=by,
        details=details,
        finished_at=at,
        handler_id=None,
        handler_name="",
        step_due_at=None,
        step_name="Chờ trả kết quả",
        step_role="reception",
    )


@transaction.atomic
def hand_over(
    *,
    case: Case,
    official: Official,
    receiver: str,
    signature: UploadedFile[Any] | None = None,
    seen: str = "",
) -> Case:
    """Give the result to a person at the counter; lateness never stands in the way.

    ``signature`` is the picture of what the receiver signed on the screen; without it they signed
    on paper. Raises ``ResultNotReady``, ``MoveNotAllowed``, ``NotYourStep`` or, for what is no
    small PNG, ``FileRefused``.
    """
    case, grant = _ready(case, official, seen)
    name = receiver.strip()[:120] or case.applicant_name
    stored = _store_signature(signature)
    return move_case(
        case,
        CaseStatus.RETURNED,
        verb="hand_over",
        by=actor_of(official, grant),
        details={"receiver": name, "signed_on": "screen" if stored else "paper"},
        returned_at=now(),
        return_way=ReturnWay.COUNTER,
        receiver_name=name,
        signature_file_id=stored,
    )


@transaction.atomic
def send_by_post(*, case: Case, official: Official, post_code: str, seen: str = "") -> Case:
    """Send the result by post; the number on the post office's slip says where it is.

    Raises ``PostCodeMissing``, ``ResultNotReady``, ``MoveNotAllowed`` or ``NotYourStep``.
    """
    case, grant = _ready(case, official, seen)
    number = post_code.replace(" ", "").upper()
    if not POST_CODE.fullmatch(number):
        raise PostCodeMissing
    return move_case(
        case,
        CaseStatus.RETURNED,
        verb="send_by_post",
        by=actor_of(official, grant),
        details={"post_code": number},
        returned_at=now(),
        return_way=ReturnWay.POST,
        receiver_name=case.applicant_name,
    )


@transaction.atomic
def collect_online(*, case: Case, account: Account) -> Case:
    """The applicant takes the result from the site; a second time changes nothing."""
    case = lock_case(case.pk)
    if case.state == CaseStatus.RETURNED:
        return case
    if case.state != CaseStatus.RESULT_READY:
        raise MoveNotAllowed(case)
    get_result(case)
    return move_case(
        case,
        CaseStatus.RETURNED,
        verb="collect",
        by=Actor.citizen(account),
        returned_at=now(),
        return_way=ReturnWay.ONLINE,
        receiver_name=account.full_name[:120],
    )


def _ready(case: Case, official: Official, seen: str) -> tuple[Case, Grant]:
    """A locked case whose result can go out, and the rights by which the official gives it."""
    case = lock_case(case.pk, seen=seen)
    grant = check_role(case, official, *MAY_HAND_OVER)
    if case.state != CaseStatus.RESULT_READY:
        raise MoveNotAllowed(case)
    get_result(case)
    return case, grant


def _store_signature(signature: UploadedFile[Any] | None) -> UUID | None:
    """Keep what was signed on the screen. Raises ``FileRefused`` for anything but a small PNG."""
    if signature is None:
        return None
    return store_upload(signature, limit_bytes=SIGNATURE_BYTES, kinds=("png",)).pk
