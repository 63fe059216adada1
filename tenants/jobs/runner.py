"""Takes jobs one at a time and runs each in its commune.

A job's effects and the mark that it is done are one transaction, so a runner may be killed at any
moment: either both are there, or the job is taken again when its lease has run out
(`settings.JOB_LEASE` seconds). The mark is made only by the attempt that still holds the job, so
an attempt that was given up on cannot commit after its successor. Effects outside the database
may happen twice; a task that has them carries a key that the other side recognises.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string
from django_tasks.base import Task

from tenants.communes.current import CommuneInfo, at_centre, commune_info, entered
from tenants.communes.models import Commune
from tenants.jobs.models import CENTRE, FLEET_QUEUE, Job
from tenants.jobs.turns import join_due
from tenants.kit.masking import mask_text

logger = logging.getLogger(__name__)

# Waits before the second, third … attempt: a fault that passes (storage, mail) is met soon, one
# that stays does not fill the queue. After the last the job is failed and waits for a person.
BACK_OFF = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
)
MAX_ATTEMPTS = len(BACK_OFF) + 1

_LONG_NUMBER = re.compile(r"\d(?:[\s.-]?\d){7,}")
_ERROR_LENGTH = 1000

_CLAIM = """
UPDATE jobs_job
SET state = 'running', attempts = attempts + 1, error = '',
    lease_until = STATEMENT_TIMESTAMP() + make_interval(secs => %(lease)s)
WHERE id = (
    SELECT id FROM jobs_job
    WHERE state = 'queued' AND queue = %(queue)s AND not_before <= STATEMENT_TIMESTAMP()
    ORDER BY queue, turn, id LIMIT 1
    FOR UPDATE SKIP LOCKED
)
RETURNING id, task, args::text, commune_code, attempts
"""

_FINISH = """
UPDATE jobs_job
SET state = 'done', lease_until = NULL, finished_at = STATEMENT_TIMESTAMP()
WHERE id = %(id)s AND state = 'running' AND attempts = %(attempt)s
"""

_GIVE_BACK = """
UPDATE jobs_job
SET state = %(state)s, lease_until = NULL, error = %(error)s,
    not_before = STATEMENT_TIMESTAMP() + make_interval(secs => %(wait)s),
    finished_at = {finished_at}
WHERE id = %(id)s AND state = 'running' AND attempts = %(attempt)s
"""

_TRY_LATER = _GIVE_BACK.format(finished_at="NULL")
# Not a CASE: Citus takes no clock inside one.
_GIVE_UP = _GIVE_BACK.format(finished_at="STATEMENT_TIMESTAMP()")

# Not the job's fault, so the attempt does not count.
_POSTPONE = """
UPDATE jobs_job
SET state = 'later', lease_until = NULL, attempts = attempts - 1, error = %(error)s,
    not_before = STATEMENT_TIMESTAMP() + make_interval(secs => %(wait)s)
WHERE id = %(id)s AND state = 'running' AND attempts = %(attempt)s
"""

_RELEASE = """
UPDATE jobs_job
SET state = CASE WHEN attempts < %(most)s THEN 'queued' ELSE 'failed' END, lease_until = NULL,
    finished_at = CASE WHEN attempts < %(most)s THEN NULL ELSE lease_until END,
    error = %(error)s
WHERE state = 'running' AND lease_until < STATEMENT_TIMESTAMP()
"""


# A commune is upgraded in seconds, and what this process knows of it is at most a minute old.
UPGRADE_WAIT = timedelta(minutes=1)
# A merged commune comes back only if the merger is undone.
MERGED_WAIT = timedelta(hours=1)


class CommuneNotServed(Exception):
    """The commune's schema is not one that this code works in now."""

    def __init__(self, code: str, wait: timedelta) -> None:
        self.wait = wait
        super().__init__(f"Đơn vị {code} đang nâng cấp hoặc đã sáp nhập.")


class LeaseLost(Exception):
    """This attempt took longer than its lease and the job was given to another runner."""


class NotATask(Exception):
    """The name in a job's row does not lead to a task, or not to one of its queue."""


@dataclass(frozen=True)
class Claim:
    """One attempt at one job."""

    id: Any
    task: str
    args: list[Any]
    kwargs: dict[str, Any]
    commune_code: str
    attempt: int


def mask_error(error: BaseException) -> str:
    """Return what went wrong, without numbers or addresses that could name a person."""
    text = mask_text(f"{type(error).__name__}: {error}")
    return _LONG_NUMBER.sub("…", text)[:_ERROR_LENGTH]


def claim_job(queue: str) -> Claim | None:
    """Take the next job of a queue for this runner, or None when nothing is due."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"queue": queue, "lease": settings.JOB_LEASE})
        row = cursor.fetchone()
    if row is None:
        return None
    key, task, args, commune_code, attempt = row
    arguments = json.loads(args)
    return Claim(key, task, arguments["args"], arguments["kwargs"], commune_code, attempt)


def release_expired() -> int:
    """Return jobs of runners that died to the queue; how many there were."""
    values: dict[str, Any] = {"most": MAX_ATTEMPTS, "error": "Tiến trình xử lý dừng giữa chừng."}
    with connection.cursor() as cursor:
        cursor.execute(_RELEASE, values)
        return int(cursor.rowcount)


def _load_task(claim: Claim) -> Task[Any, Any]:
    try:
        task = import_string(claim.task)
    except ImportError as error:
        raise NotATask(claim.task) from error
    if not isinstance(task, Task):
        raise NotATask(claim.task)
    # The owner's role runs only what is written for it, whatever a row says.
    if (task.queue_name == FLEET_QUEUE) != (claim.commune_code == CENTRE):
        raise NotATask(claim.task)
    return task


def _place_of(claim: Claim) -> AbstractContextManager[Any]:
    if claim.commune_code == CENTRE:
        return at_centre()
    info = commune_info(claim.commune_code)
    wait = _wait_for_commune(info)
    if wait is not None:
        raise CommuneNotServed(info.code, wait)
    return entered(info)


def _wait_for_commune(info: CommuneInfo) -> timedelta | None:
    """Return how long a job must wait because of its commune; None when it may run.

    A suspended commune's jobs run: only its pages are closed, and what was accepted before (a
    paper to be rendered, a letter to be sent) is owed to people all the same.
    """
    if not info.is_served:
        return UPGRADE_WAIT
    return MERGED_WAIT if info.state == Commune.State.MERGED else None


def _perform(claim: Claim) -> None:
    """Run the task where it belongs and mark the job done, in one transaction."""
    task, place = _load_task(claim), _place_of(claim)
    with transaction.atomic(), place:
        task.call(*claim.args, **claim.kwargs)
        with connection.cursor() as cursor:
            cursor.execute(_FINISH, {"id": claim.id, "attempt": claim.attempt})
            if cursor.rowcount != 1:
                raise LeaseLost(claim.task)


def _postpone(claim: Claim, error: CommuneNotServed) -> None:
    """Put a job aside until its commune may be served again."""
    values: dict[str, Any] = {
        "id": claim.id,
        "attempt": claim.attempt,
        "error": str(error),
        "wait": error.wait.total_seconds(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_POSTPONE, values)


def _give_back(claim: Claim, error: BaseException) -> None:
    """Note the failed attempt and queue the next one, or fail the job for good."""
    last = claim.attempt >= MAX_ATTEMPTS or isinstance(error, NotATask)
    values: dict[str, Any] = {
        "id": claim.id,
        "attempt": claim.attempt,
        "state": Job.State.FAILED if last else Job.State.LATER,
        "error": mask_error(error),
        "wait": 0.0 if last else BACK_OFF[claim.attempt - 1].total_seconds(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_UP if last else _TRY_LATER, values)


def run_claim(claim: Claim) -> Exception | None:
    """Run one attempt; return the error when it failed.

    A lost connection is raised: nothing can be noted, and the lease brings the job back.
    """
    try:
        _perform(claim)
    except CommuneNotServed as error:
        _postpone(claim, error)
        return error
    except Exception as error:
        logger.warning(
            "job failed: %s in %s, attempt %s: %s",
            claim.task,
            claim.commune_code,
            claim.attempt,
            mask_error(error),
        )
        if not isinstance(error, LeaseLost):
            _give_back(claim, error)
        return error
    return None


def run_next_job(queues: Sequence[str]) -> tuple[Claim, Exception | None] | None:
    """Take and run one job of the first queue that has one due; None when none has."""
    for queue in queues:
        claim = claim_job(queue)
        if claim is not None:
            return claim, run_claim(claim)
    return None


def run_pending_jobs(
    queues: Sequence[str] = ("default",), *, raise_errors: bool = True, limit: int = 10_000
) -> int:
    """Run every job that is due, also those that jobs enqueue; return how many ran.

    For tests, the demo and measurements. With `raise_errors` the first failure is raised, after
    it was noted as a runner would.
    """
    ran = 0
    join_due()
    while ran < limit and (outcome := run_next_job(queues)) is not None:
        ran += 1
        if raise_errors and outcome[1] is not None:
            raise outcome[1]
    return ran
