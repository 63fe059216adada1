"""Write a case's tracking row, and find cases across communes."""

from __future__ import annotations

import datetime
from typing import Any
from uuid import UUID

import uuid6
from django.db import connection
from django.utils import timezone

from services.tracking.models import TrackedCase
from tenants.kit.crypto import blind_index

NATIONAL_ID = "national_id"
PHONE = "phone"

# The centre's figures of a commune change with the row, in the same statement: filing has none to
# spare. The commune's own count, made every night, puts right what should ever differ.
_TRACK = """
WITH tracked AS (
    INSERT INTO tracking_trackedcase (
        id, case_id, commune_code, code, account_id, applicant_id_index, procedure_code,
        procedure_name, status, filed_at, updated_at
    ) VALUES (
        %(id)s, %(case_id)s, %(commune_code)s, %(code)s, %(account_id)s, %(applicant_id_index)s,
        %(procedure_code)s, %(procedure_name)s, %(status)s, %(filed_at)s, %(now)s
    )
)
UPDATE communes_figures
SET cases = cases + 1, open_cases = open_cases + 1, last_activity_at = %(now)s
WHERE commune_code = %(commune_code)s
"""
_MOVE = """
WITH tracked AS (
    UPDATE tracking_trackedcase SET status = %(status)s, due_at = %(due_at)s, updated_at = %(now)s
    WHERE case_id = %(case_id)s
    RETURNING commune_code
)
UPDATE communes_figures AS figures
SET open_cases = GREATEST(open_cases + %(opened)s, 0), last_activity_at = %(now)s
FROM tracked WHERE figures.commune_code = tracked.commune_code
"""


def identity_digits(national_id: str) -> str:
    """An identity number without what people type between its digits."""
    return "".join(ch for ch in national_id if ch.isdigit())


def identity_index(national_id: str) -> str:
    """The keyed index under which an identity number is found; empty for no number."""
    digits = identity_digits(national_id)
    return blind_index(digits, purpose=NATIONAL_ID) if digits else ""


def phone_digits(phone: str) -> str:
    """A phone number's digits as they are dialled at home; ``+84`` becomes ``0``."""
    digits = "".join(ch for ch in phone if ch.isdigit())
    return f"0{digits[2:]}" if phone.strip().startswith("+84") else digits


def phone_index(phone: str) -> str:
    """The keyed index under which a phone number is found; empty for no number."""
    digits = phone_digits(phone)
    return blind_index(digits, purpose=PHONE) if digits else ""


def track_case(
    *,
    case_id: UUID,
    commune_code: str,
    code: str,
    account_id: UUID | None,
    applicant_id_index: str,
    procedure_code: str,
    procedure_name: str,
    status: int,
    filed_at: datetime.datetime,
) -> None:
    """Begin to track a case, and count it; call it in the transaction that files the case."""
    values: dict[str, Any] = {
        "id": uuid6.uuid7(),
        "case_id": case_id,
        "commune_code": commune_code,
        "code": code,
        "account_id": account_id,
        "applicant_id_index": applicant_id_index,
        "procedure_code": procedure_code,
        "procedure_name": procedure_name,
        "status": status,
        "filed_at": filed_at,
        "now": timezone.now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_TRACK, values)


def update_tracking(
    *,
    case_id: UUID,
    status: int,
    due_at: datetime.datetime | None,
    was_open: bool,
    is_open: bool,
) -> None:
    """Tell the tracking row where its case is now, and count it among the open ones or not."""
    values: dict[str, Any] = {
        "case_id": case_id,
        "status": status,
        "due_at": due_at,
        "opened": int(is_open) - int(was_open),
        "now": timezone.now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, values)


def cases_of_account(account_id: UUID, limit: int | None = 100) -> list[TrackedCase]:
    """The newest cases of one account in all communes; without a limit all of them."""
    return list(TrackedCase.objects.filter(account_id=account_id).order_by("-filed_at")[:limit])


def case_ids_of(account_id: UUID, commune_code: str, *, limit: int) -> list[UUID]:
    """Keys of one account's newest cases in one commune."""
    cases = TrackedCase.objects.filter(account_id=account_id, commune_code=commune_code)
    return list(cases.order_by("-filed_at").values_list("case_id", flat=True)[:limit])


def case_count(account_id: UUID) -> int:
    """How many cases one account has in all communes."""
    return TrackedCase.objects.filter(account_id=account_id).count()


def find_tracked(*, code: str, national_id: str) -> TrackedCase | None:
    """The case of that code whose applicant has that identity number, else None.

    One answer for a wrong code and for a wrong number, so that neither can be guessed alone.
    """
    index = identity_index(national_id)
    if not index:
        return None
    return TrackedCase.objects.filter(code=code.strip().upper(), applicant_id_index=index).first()
