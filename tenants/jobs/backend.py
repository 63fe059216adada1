"""The task backend: enqueuing is one INSERT in the caller's transaction.

A rolled-back transaction leaves no job; a committed one wakes the runners, because the INSERT
notifies them and PostgreSQL delivers a notification only at the commit.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import uuid6
from django.db import connection
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskResult, TaskResultStatus

from tenants.communes.current import current_commune
from tenants.jobs.models import CENTRE, FLEET_QUEUE

# The name of the PostgreSQL notification that wakes idle runners.
CHANNEL = "jobs"

# Fairness between communes is decided here, once, by the turn that a job takes: one after the
# commune's own last waiting job, but never before the first job of the whole queue. A commune
# with a thousand jobs waiting occupies a thousand turns; another commune's first job takes the
# turn that is served next. Jobs that wait for a later time do not hold the queue's turn back.
_INSERT = """
INSERT INTO jobs_job
    (id, task, args, commune_code, queue, state, attempts, error, not_before, created_at, turn)
VALUES (
    %(id)s, %(task)s, %(args)s, %(commune)s, %(queue)s, 'queued', 0, '',
    COALESCE(%(not_before)s, STATEMENT_TIMESTAMP()), STATEMENT_TIMESTAMP(),
    GREATEST(
        COALESCE((
            SELECT turn FROM jobs_job
            WHERE state = 'queued' AND queue = %(queue)s
                AND not_before <= STATEMENT_TIMESTAMP()
            ORDER BY queue, turn, id LIMIT 1
        ), 0),
        1 + COALESCE((
            SELECT max(turn) FROM jobs_job
            WHERE state = 'queued' AND queue = %(queue)s AND commune_code = %(commune)s
        ), 0)
    )
)
RETURNING created_at, pg_notify(%(channel)s, %(queue)s)
"""


def _keys_as_text(value: Any) -> Any:
    """Return arguments with every key (UUID) as text, so that they are JSON."""
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, Mapping):
        return {key: _keys_as_text(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_keys_as_text(item) for item in value]
    return value


class JobsBackend(BaseTaskBackend):
    """Writes jobs of the commune we are in, and of the fleet; raises NoCommune where none is."""

    supports_defer = True

    def __init__(self, alias: str, params: dict[str, Any]) -> None:
        super().__init__(alias, {"QUEUES": [], **params})

    def enqueue(self, task: Task[Any, Any], args: Any, kwargs: Any) -> TaskResult[Any]:
        """Insert a job; its turn is taken in the same statement."""
        self.validate_task(task)
        key = uuid6.uuid7()
        result: TaskResult[Any] = TaskResult(
            task=task,
            id=str(key),
            status=TaskResultStatus.READY,
            enqueued_at=None,
            started_at=None,
            finished_at=None,
            last_attempted_at=None,
            args=_keys_as_text(args),
            kwargs=_keys_as_text(kwargs),
            backend=self.alias,
            errors=[],
            worker_ids=[],
        )
        values: dict[str, Any] = {
            "id": key,
            "task": task.module_path,
            "args": json.dumps({"args": result.args, "kwargs": result.kwargs}),
            # No default and no argument: a job can only belong to the commune we are in. Those
            # of the fleet's queue belong to none, wherever they are enqueued.
            "commune": CENTRE if task.queue_name == FLEET_QUEUE else current_commune().code,
            "queue": task.queue_name,
            "not_before": task.run_after,
            "channel": CHANNEL,
        }
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, values)
            (created_at, _notified) = cursor.fetchone()
        object.__setattr__(result, "enqueued_at", created_at)
        return result
