"""Fairness between communes: the turn that a job takes when it joins a queue.

It is decided once, when the job begins to wait: one after the commune's own last waiting job, but
never before the first job of the whole queue. A commune with a thousand jobs waiting occupies a
thousand turns; another commune's first job takes the turn that is served next. Both numbers are
ends of indexes, so a turn costs the same whatever waits. Jobs for a later time stand aside
(state `later`) and join when their time has come; they hold neither turns nor runners up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import connection, transaction

# The name of the PostgreSQL notification that wakes idle runners; its payload is the queue.
CHANNEL = "jobs"

# A UUIDv7 of the server, which before release 18 makes only random ones: the milliseconds, the
# version, then the random part of a UUIDv4 from its variant on.
NEW_KEY = """(
    lpad(to_hex((extract(epoch FROM CLOCK_TIMESTAMP()) * 1000)::bigint), 12, '0') || '7'
    || substr(replace(gen_random_uuid()::text, '-', ''), 14)
)::uuid"""


def next_turn(queue: str, commune: str) -> str:
    """Return the SQL of the turn that a job of a queue and commune (SQL expressions) takes."""
    return f"GREATEST({_head_of(queue)}, 1 + {_last_of(queue, commune)})"


def next_turns(rows: str) -> str:
    """Return the SQL of CTEs that end in `placed`: the rows of a CTE, each with its `turn`.

    `rows` names a CTE with id, queue and commune_code. Nothing is joined: the server takes a CTE
    for a row or two, and would compare thousands with thousands.
    """
    return f"""
    head AS MATERIALIZED (
        SELECT each.queue, {_head_of("each.queue")} AS turn
        FROM (SELECT DISTINCT queue FROM {rows}) AS each
    ),
    placed AS (
        SELECT {rows}.*, GREATEST(
            (SELECT head.turn FROM head WHERE head.queue = {rows}.queue),
            1 + {_last_of(f"{rows}.queue", f"{rows}.commune_code")}
        ) - 1 + row_number() OVER (
            PARTITION BY {rows}.queue, {rows}.commune_code ORDER BY {rows}.id
        ) AS turn
        FROM {rows}
    )"""  # noqa: S608 (a name of this package)


def _head_of(queue: str) -> str:
    """The turn of the first job that is due in a queue."""
    return f"""COALESCE((
        SELECT job.turn FROM jobs_job AS job
        WHERE job.state = 'queued' AND job.queue = {queue}
            AND job.not_before <= STATEMENT_TIMESTAMP()
        ORDER BY job.queue, job.turn, job.id LIMIT 1
    ), 0)"""  # noqa: S608 (columns and placeholders of this package)


def _last_of(queue: str, commune: str) -> str:
    """The turn of a commune's last waiting job in a queue."""
    return f"""COALESCE((
        SELECT max(job.turn) FROM jobs_job AS job
        WHERE job.state = 'queued' AND job.queue = {queue} AND job.commune_code = {commune}
    ), 0)"""  # noqa: S608 (columns and placeholders of this package)


def queue_chosen(chosen: str, changes: str = "") -> str:
    """Return the SQL that queues jobs at once and tells runners; its row is how many there were.

    `chosen` selects id, queue and commune_code of rows it locks; `changes` are further SETs.
    """
    return f"""
    WITH chosen AS ({chosen}), {next_turns("chosen")},
    queued AS (
        UPDATE jobs_job SET state = 'queued', turn = placed.turn{changes}
        FROM placed WHERE jobs_job.id = placed.id
        RETURNING jobs_job.queue
    )
    {counted_and_told("queued")}
    """  # noqa: S608 (SQL of this package only)


def counted_and_told(rows: str) -> str:
    """Return the end of a statement: how many rows there are, their queues' runners woken."""
    return f"""
    SELECT COALESCE(sum(number), 0), count(pg_notify('{CHANNEL}', queue))
    FROM (SELECT queue, count(*) AS number FROM {rows} GROUP BY queue) AS queues
    """  # noqa: S608 (a name of this package)


def run_counted(statement: str, values: Mapping[str, Any] | None = None) -> int:
    """Run a statement that ends with `counted_and_told`; return how many rows there were."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.fetchone()[0])


def queue_jobs(chosen: str, values: Mapping[str, Any], changes: str = "") -> int:
    """Queue the jobs that `chosen` selects (see `queue_chosen`); return how many there were."""
    if not settings.CITUS:
        return run_counted(queue_chosen(chosen, changes), values)
    return _queue_one_by_one(chosen, values, changes)


@transaction.atomic(savepoint=False)
def _queue_one_by_one(chosen: str, values: Mapping[str, Any], changes: str) -> int:
    # Citus locks no rows inside a CTE and takes no function that acts beside a change.
    queued = f"UPDATE jobs_job SET state = 'queued', turn = %(turn)s{changes} WHERE id = %(id)s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(chosen, values)
        found = sorted(cursor.fetchall())
        for key, queue, commune in found:
            place = {"id": key, "queue": queue, "commune": commune}
            cursor.execute(f"SELECT {next_turn('%(queue)s', '%(commune)s')}", place)
            (turn,) = cursor.fetchone()
            cursor.execute(queued, {**place, "turn": turn})
        for queue in {queue for _, queue, _ in found}:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, queue])
    return len(found)


_DUE = """
    SELECT id, queue, commune_code FROM jobs_job
    WHERE state = 'later' AND not_before <= STATEMENT_TIMESTAMP()
    ORDER BY not_before LIMIT %(most)s
    FOR UPDATE SKIP LOCKED
"""
_JOIN_AT_ONCE = 1000


def join_due() -> int:
    """Queue jobs whose time has come, in bites; return how many there were."""
    joined = 0
    while bite := queue_jobs(_DUE, {"most": _JOIN_AT_ONCE}):
        joined += bite
        if bite < _JOIN_AT_ONCE:
            break
    return joined
