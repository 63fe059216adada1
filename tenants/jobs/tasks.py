"""Housekeeping of the queue itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone
from django_tasks import task

from tenants.jobs.models import FLEET_QUEUE

# Long enough to ask what happened last week.
KEPT = timedelta(days=7)
# One transaction of this size is a fraction of a second.
AT_ONCE = 5000

# Keys begin with the time of enqueuing, so what is old stands at the beginning of their index.
_REMOVE = """
DELETE FROM jobs_job WHERE id IN (
    SELECT id FROM jobs_job
    WHERE id < %(oldest)s AND state = 'done' AND finished_at < %(until)s
    ORDER BY id LIMIT %(most)s
)
"""


@task(queue_name=FLEET_QUEUE)
def remove_done_jobs() -> None:
    """Remove jobs that were done a week ago, bite by bite; the failed ones stay."""
    until = timezone.now() - KEPT
    oldest = UUID(int=int(until.timestamp() * 1000) << 80)
    values: dict[str, Any] = {"oldest": oldest, "until": until, "most": AT_ONCE}
    with connection.cursor() as cursor:
        cursor.execute(_REMOVE, values)
        if cursor.rowcount == AT_ONCE:
            remove_done_jobs.enqueue()
