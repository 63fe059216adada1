"""The task backend: enqueuing is one INSERT in the caller's transaction.

A rolled-back transaction leaves no job; a committed one wakes the runners, because the INSERT
notifies them and PostgreSQL delivers a notification only at the commit.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

import uuid6
from django.conf import settings
from django.db import connection, transaction
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskResult, TaskResultStatus

from tenants.communes.current import current_commune
from tenants.jobs.models import CENTRE, FLEET_QUEUE
from tenants.jobs.turns import CHANNEL, next_turn

_ROW = """
INSERT INTO jobs_job
    (id, task, args, commune_code, queue, state, attempts, error, not_before, created_at, turn)
VALUES (
    %(id)s, %(task)s, %(args)s, %(commune)s, %(queue)s,
    CASE WHEN %(not_before)s > STATEMENT_TIMESTAMP() THEN 'later' ELSE 'queued' END, 0, '',
    COALESCE(%(not_before)s, STATEMENT_TIMESTAMP()), STATEMENT_TIMESTAMP(),
    {turn}
)
RETURNING created_at"""
_TURN = next_turn("%(queue)s", "%(commune)s")
_NOTIFY = f"pg_notify('{CHANNEL}', %(queue)s)"
_INSERT = f"{_ROW.format(turn=_TURN)}, {_NOTIFY}"
# Citus takes neither a query inside an INSERT's values nor a function that acts in RETURNING.
_ASK_TURN, _ONE_BY_ONE, _TELL = (
    f"SELECT {_TURN}",
    _ROW.format(turn="%(turn)s"),
    f"SELECT {_NOTIFY}",
)


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
        """Insert a job, which takes its turn."""
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
        }
        object.__setattr__(result, "enqueued_at", insert_job(values))
        return result


def insert_job(values: dict[str, Any]) -> datetime:
    """Add a job and wake the runners of its queue; return when it was enqueued."""
    with connection.cursor() as cursor:
        if not settings.CITUS:
            cursor.execute(_INSERT, values)
            return cast(datetime, cursor.fetchone()[0])
        with transaction.atomic(savepoint=False):
            cursor.execute(_ASK_TURN, values)
            (turn,) = cursor.fetchone()
            cursor.execute(_ONE_BY_ONE, {**values, "turn": turn})
            (created_at,) = cursor.fetchone()
            cursor.execute(_TELL, values)
        return cast(datetime, created_at)
