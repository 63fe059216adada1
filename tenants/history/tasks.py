"""Once a day the head of every commune's chain goes where the database's owner cannot reach."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django_tasks import task

from tenants.history.heads import head_now, keep_head


@task()
def keep_daily_head() -> None:
    """Add the head of the commune's chain to today's file in HEADS_DIR.

    A folder that is not there fails the job, which comes again and in the end is the operator's
    to see; on a developer's machine it is made.
    """
    folder = Path(settings.HEADS_DIR)
    if settings.IS_LOCAL:
        folder.mkdir(parents=True, exist_ok=True)
    keep_head(head_now(), folder=folder, day=timezone.localdate())
