"""Jobs that were given up: finding them, queuing them again, and how the queues stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from tenants.jobs.models import Job
from tenants.jobs.turns import queue_jobs

_FAILED = """
    SELECT id, queue, commune_code FROM jobs_job
    WHERE state = 'failed' AND {which}
    FOR UPDATE SKIP LOCKED
"""
_ONE = _FAILED.format(which="id = %(job)s")
_MANY = _FAILED.format(which="task = %(task)s AND (%(commune)s = '' OR commune_code = %(commune)s)")
_ANEW = ", attempts = 0, finished_at = NULL, not_before = STATEMENT_TIMESTAMP()"

# One part for each state, because each has an index of its own and done jobs are in none.
_FIGURES = """
SELECT queue, sum(waiting)::int, sum(later)::int, sum(running)::int, sum(failed)::int,
    STATEMENT_TIMESTAMP() - min(due_since)
FROM (
    SELECT queue, count(*) AS waiting, 0 AS later, 0 AS running, 0 AS failed,
        min(not_before) AS due_since
    FROM jobs_job WHERE state = 'queued' GROUP BY queue
    UNION ALL
    SELECT queue, 0, count(*), 0, 0, NULL FROM jobs_job WHERE state = 'later' GROUP BY queue
    UNION ALL
    SELECT queue, 0, 0, count(*), 0, NULL FROM jobs_job WHERE state = 'running' GROUP BY queue
    UNION ALL
    SELECT queue, 0, 0, 0, count(*), NULL FROM jobs_job WHERE state = 'failed' GROUP BY queue
) AS parts
GROUP BY queue ORDER BY queue
"""


@dataclass(frozen=True)
class QueueFigures:
    """How one queue stands."""

    queue: str
    waiting: int
    """Jobs that are due."""
    later: int
    """Jobs for a later time, among them those that are tried again."""
    running: int
    failed: int
    waits_for: timedelta | None
    """How long the oldest job that is due has been waiting."""


def failed_jobs(
    *, commune_code: str = "", task: str = "", after: UUID | None = None, limit: int = 50
) -> list[Job]:
    """Return jobs that were given up, the newest first, of one commune or task if asked.

    `after` is the key of the last job of the page before.
    """
    jobs = Job.objects.filter(state=Job.State.FAILED).order_by("-id")
    if commune_code:
        jobs = jobs.filter(commune_code=commune_code)
    if task:
        jobs = jobs.filter(task=task)
    if after:
        jobs = jobs.filter(id__lt=after)
    return list(jobs[:limit])


def retry_job(*, job_id: UUID) -> bool:
    """Queue a job that was given up with all its attempts again; False if it is not such a job."""
    return queue_jobs(_ONE, {"job": job_id}, _ANEW) == 1


def retry_jobs(*, task: str, commune_code: str = "") -> int:
    """Queue every given-up job of a task again, of one commune if asked; return how many."""
    return queue_jobs(_MANY, {"task": task, "commune": commune_code}, _ANEW)


def queue_figures() -> list[QueueFigures]:
    """Return how each queue stands that has jobs which are not done."""
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES)
        rows: list[Any] = cursor.fetchall()
    return [QueueFigures(*row) for row in rows]
