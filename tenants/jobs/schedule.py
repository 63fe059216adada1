"""Scheduled tasks: enqueued in every commune when their time comes, without entering any.

Each commune has a row per task that says when it is next. A runner takes the rows that are due,
inserts their jobs and moves the rows forward, all in one statement: several runners share the
rows, and one that dies has done nothing. What was missed while no runner ran is done once.

A task of the fleet's queue has one row, the centre's. Communes' times are spread over a window,
so that thousands of jobs do not fall due in one second.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import uuid6
from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string
from django_tasks.base import Task
from psycopg2 import sql

from tenants.jobs.backend import insert_job
from tenants.jobs.models import CENTRE, FLEET_QUEUE
from tenants.jobs.timing import Timing
from tenants.jobs.turns import NEW_KEY, counted_and_told, next_turns, run_counted

# More would hold one runner up while others could work; the rest waits for the next look.
AT_ONCE = 5000

# The next second of a row's own, in local time so that it stays at the same hour of the day.
# Neighbouring codes are sown apart by a prime, so each commune has its second (or shares it with
# few) in any window. Whole numbers only: fractions of seconds would drift.
_LOCAL = "date_trunc('second', STATEMENT_TIMESTAMP() AT TIME ZONE {zone})"
_NEXT_AT = """(
    ({local} + make_interval(secs => timing.period - mod(
        extract(epoch FROM {local})::bigint
            - timing.phase - mod({code}::bigint * 7919, timing.spread),
        timing.period
    ))) AT TIME ZONE {zone}
)"""

_ADD = """
INSERT INTO public.jobs_schedule (id, commune_code, task, next_at)
SELECT {key}, place.code, timing.task, {next_at}
FROM ({codes}) AS place (code)
JOIN ({timings}) AS timing (task, queue, period, phase, spread)
    ON (timing.queue = {fleet}) = (place.code = {centre})
ON CONFLICT (commune_code, task) DO NOTHING
"""

# A commune that is suspended or merged has its rows moved on without a job, and so has one whose
# job of the last time still waits. OFFSET 0 has that looked up row by row, by an index: a server
# that last saw the queue empty would otherwise compare thousands of rows with thousands of jobs.
_ENQUEUE = """
WITH timing (task, queue, period, phase, spread) AS ({timings}),
due AS (
    SELECT id, commune_code, task FROM jobs_schedule
    WHERE next_at <= STATEMENT_TIMESTAMP() AND task IN (SELECT task FROM timing)
    ORDER BY next_at LIMIT {most}
    FOR UPDATE SKIP LOCKED
),
moved AS (
    UPDATE jobs_schedule AS schedule SET next_at = {next_at}
    FROM due JOIN timing ON timing.task = due.task
    WHERE schedule.id = due.id
    RETURNING schedule.commune_code, schedule.task, timing.queue
),
wanted AS (
    SELECT {key} AS id, moved.* FROM moved
    LEFT JOIN communes_commune AS commune ON commune.code = moved.commune_code
    WHERE (moved.commune_code = {centre} OR commune.state = 'active')
        AND NOT EXISTS (
            SELECT 1 FROM jobs_job AS waiting
            WHERE waiting.state = 'queued' AND waiting.queue = moved.queue
                AND waiting.commune_code = moved.commune_code AND waiting.task = moved.task
            OFFSET 0
        )
), {turns},
enqueued AS (
    INSERT INTO jobs_job
        (id, task, args, commune_code, queue, state, attempts, error, not_before, created_at, turn)
    SELECT
        id, task, '{{"args": [], "kwargs": {{}}}}', commune_code, queue, 'queued', 0, '',
        STATEMENT_TIMESTAMP(), STATEMENT_TIMESTAMP(), turn
    FROM placed
    RETURNING queue
)
{told}
"""

_BRING_FORWARD = """
UPDATE jobs_schedule
SET next_at = LEAST(
    next_at,
    STATEMENT_TIMESTAMP() + make_interval(secs => mod(commune_code::bigint * 7919, 600))
)
WHERE task = %s AND commune_code <> %s
"""

# The same one by one, for a Citus cluster.
_CHOOSE = """
SELECT id, commune_code, task FROM jobs_schedule
WHERE next_at <= STATEMENT_TIMESTAMP() AND task = ANY(%(names)s)
ORDER BY next_at LIMIT %(most)s
FOR UPDATE SKIP LOCKED
"""
_WHEN = """
SELECT timing.queue, {next_at}
FROM ({timings}) AS timing (task, queue, period, phase, spread) WHERE timing.task = {task}
"""
_WANTED = """
SELECT 1
WHERE (%(commune)s = %(centre)s OR EXISTS (
        SELECT 1 FROM communes_commune WHERE code = %(commune)s AND state = 'active'
    ))
    AND NOT EXISTS (
        SELECT 1 FROM jobs_job WHERE state = 'queued' AND queue = %(queue)s
            AND commune_code = %(commune)s AND task = %(task)s
    )
"""


def enqueue_scheduled() -> int:
    """Enqueue what has fallen due since the last look; return how many jobs there are.

    One statement, whatever the number of communes, except on a Citus cluster.
    """
    timings = _timings()
    if timings is None:
        return 0
    if settings.CITUS:
        return _enqueue_one_by_one(timings)
    statement = sql.SQL(_ENQUEUE).format(
        timings=timings,
        most=sql.Literal(AT_ONCE),
        next_at=_next_at("schedule.commune_code"),
        centre=sql.Literal(CENTRE),
        key=sql.SQL(NEW_KEY),
        turns=sql.SQL(next_turns("wanted")),
        told=sql.SQL(counted_and_told("enqueued")),
    )
    return run_counted(_text(statement))


@transaction.atomic
def _enqueue_one_by_one(timings: sql.Composable) -> int:
    # Citus takes no statement that moves rows of one table and adds rows to another.
    enqueued = 0
    with connection.cursor() as cursor:
        cursor.execute(_CHOOSE, {"names": list(settings.SCHEDULED_TASKS), "most": AT_ONCE})
        for key, code, task in cursor.fetchall():
            next_at = _next_at(_text(sql.Literal(code)))
            when = sql.SQL(_WHEN).format(next_at=next_at, timings=timings, task=sql.Literal(task))
            cursor.execute(_text(when))
            queue, moved_to = cursor.fetchone()
            cursor.execute("UPDATE jobs_schedule SET next_at = %s WHERE id = %s", [moved_to, key])
            values = {"task": task, "commune": code, "queue": queue, "centre": CENTRE}
            cursor.execute(_WANTED, values)
            if cursor.fetchone() is not None:
                insert_job(
                    {
                        **values,
                        "id": uuid6.uuid7(),
                        "args": '{"args": [], "kwargs": {}}',
                        "not_before": None,
                    }
                )
                enqueued += 1
    return enqueued


def schedules_statement(codes: Iterable[str]) -> str:
    """Return the statement that gives communes the rows of their scheduled tasks.

    For onboarding, which sends everything about a commune in one message. Rows that are there
    already stay as they are; `codes` must not be empty.
    """
    rows = sql.SQL(", ").join(sql.SQL("({})").format(sql.Literal(code)) for code in codes)
    return _text(_add(sql.SQL("VALUES {}").format(rows)))


def add_schedules(codes: Iterable[str]) -> int:
    """Give communes the rows of their scheduled tasks; return how many were missing."""
    wanted = list(codes)
    if not wanted:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(schedules_statement(wanted))
        return int(cursor.rowcount)


def add_missing_schedules() -> int:
    """Give the centre and every registered commune the rows they lack; return how many.

    For when a task was added to the settings. Rows of tasks that are in the settings no more,
    and of communes that are gone, are removed.
    """
    names = list(settings.SCHEDULED_TASKS)
    registered = sql.SQL("SELECT code FROM communes_commune UNION ALL VALUES ({})").format(
        sql.Literal(CENTRE)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM jobs_schedule WHERE task <> ALL(%s::text[]) OR (commune_code <> %s "
            "AND commune_code NOT IN (SELECT code FROM communes_commune))",
            [names, CENTRE],
        )
        if not names:
            return 0
        cursor.execute(_text(_add(registered)))
        return int(cursor.rowcount)


def bring_forward(task: str) -> int:
    """Let a communes' task run soon instead of at its next time; return in how many communes.

    They are spread over ten minutes. The times after that are as usual.
    """
    with connection.cursor() as cursor:
        cursor.execute(_BRING_FORWARD, [task, CENTRE])
        return int(cursor.rowcount)


def _add(codes: sql.Composable) -> sql.Composable:
    timings = _timings()
    if timings is None:
        return sql.SQL("SELECT WHERE false")
    return sql.SQL(_ADD).format(
        key=sql.SQL(NEW_KEY),
        codes=codes,
        timings=timings,
        next_at=_next_at("place.code"),
        fleet=sql.Literal(FLEET_QUEUE),
        centre=sql.Literal(CENTRE),
    )


def _next_at(code: str) -> sql.Composable:
    zone = sql.Literal(settings.TIME_ZONE)
    local = sql.SQL(_LOCAL).format(zone=zone)
    return sql.SQL(_NEXT_AT).format(local=local, zone=zone, code=sql.SQL(code))


def _timings() -> sql.Composable | None:
    """Return the settings as rows of (task, queue, period, phase, spread); None for no rows."""
    scheduled: dict[str, Timing] = settings.SCHEDULED_TASKS
    if not scheduled:
        return None
    rows = (
        sql.SQL("({})").format(sql.SQL(", ").join(map(sql.Literal, values)))
        for values in (
            (name, _task(name).queue_name, timing.period, timing.phase, timing.spread)
            for name, timing in scheduled.items()
        )
    )
    return sql.SQL("VALUES {}").format(sql.SQL(", ").join(rows))


def _task(name: str) -> Task[Any, Any]:
    task: Task[Any, Any] = import_string(name)
    return task


def _text(statement: sql.Composable) -> str:
    with connection.cursor() as cursor:
        return statement.as_string(cursor.cursor)
