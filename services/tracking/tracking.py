"""Write a case's tracking row, and find cases across communes."""

from __future__ import annotations

import datetime
from uuid import UUID

from django.utils import timezone

from services.tracking.models import TrackedCase
from tenants.kit.crypto import blind_index

NATIONAL_ID = "national_id"


def identity_digits(national_id: str) -> str:
    """An identity number without what people type between its digits."""
    return "".join(ch for ch in national_id if ch.isdigit())


def identity_index(national_id: str) -> str:
    """The keyed index under which an identity number is found; empty for no number."""
    digits = identity_digits(national_id)
    return blind_index(digits, purpose=NATIONAL_ID) if digits else ""


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
) -> TrackedCase:
    """Begin to track a case; call it in the transaction that files the case."""
    return TrackedCase.objects.create(
        case_id=case_id,
        commune_code=commune_code,
        code=code,
        account_id=account_id,
        applicant_id_index=applicant_id_index,
        procedure_code=procedure_code,
        procedure_name=procedure_name,
        status=status,
        filed_at=filed_at,
    )


def update_tracking(*, case_id: UUID, status: int, due_at: datetime.datetime | None) -> None:
    """Tell the tracking row where its case is now."""
    TrackedCase.objects.filter(case_id=case_id).update(
        status=status, due_at=due_at, updated_at=timezone.now()
    )


def cases_of_account(account_id: UUID, limit: int = 100) -> list[TrackedCase]:
    """The newest cases of one account in all communes."""
    return list(TrackedCase.objects.filter(account_id=account_id).order_by("-filed_at")[:limit])


def find_tracked(*, code: str, national_id: str) -> TrackedCase | None:
    """The case of that code whose applicant has that identity number, else None.

    One answer for a wrong code and for a wrong number, so that neither can be guessed alone.
    """
    index = identity_index(national_id)
    if not index:
        return None
    return TrackedCase.objects.filter(code=code.strip().upper(), applicant_id_index=index).first()
