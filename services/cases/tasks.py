"""Housekeeping of a commune's cases, every night."""

from __future__ import annotations

from django_tasks import task

from documents.files.storing import remove_orphans
from services.cases.drafts import discard_expired


@task()
def sweep() -> None:
    """Throw away unsent forms after their last day, and stored bytes that never got a row."""
    discard_expired()
    remove_orphans()
