"""A task that a caller names in ``when_done``."""

from __future__ import annotations

from django_tasks import task

told: list[str] = []


@task()
def tell(document_id: str) -> None:
    """Remember which document is ready."""
    told.append(document_id)
