"""Cases that a person still has under way, which an account is not closed over."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef

from services.cases.states import CLOSED
from services.tracking.models import TrackedCase


def open_case_count(account_id: UUID) -> int:
    """How many cases of the account, in all communes, have not come to their end."""
    return TrackedCase.objects.filter(account_id=account_id).exclude(status__in=CLOSED).count()


def has_open_case() -> Exists:
    """The same as a condition on a query of accounts."""
    own = TrackedCase.objects.filter(account_id=OuterRef("pk"))
    return Exists(own.exclude(status__in=CLOSED))
