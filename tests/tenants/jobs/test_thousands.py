"""The queue with a hundred thousand jobs, and the runner with thousands of communes."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tenants.communes.current import CommuneInfo, in_commune
from tenants.jobs.loop import Runner
from tenants.jobs.models import Job, Schedule
from tenants.jobs.runner import claim_job
from tenants.jobs.schedule import add_missing_schedules, enqueue_scheduled
from tenants.jobs.turns import join_due
from tests.tenants.jobs.sample_tasks import note, ran
from tests.tenants.jobs.thousands import register_all

SWEEP = "services.cases.tasks.sweep"
JOBS = 100_000


def fill(number: int, *, state: str = "queued", hours: int = 0) -> None:
    """That many jobs, a tenth of them Ba Đình's, the rest of 3,000 other communes."""
    values = {
        "number": number,
        "state": state,
        "hours": hours,
        "args": json.dumps({"args": [], "kwargs": {}}),
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(
            "INSERT INTO jobs_job (id, task, args, commune_code, queue, state, attempts, error,"
            " not_before, created_at, turn) SELECT gen_random_uuid(), 'x', %(args)s, CASE WHEN"
            " n %% 10 = 0 THEN '00004' ELSE lpad((10000 + n %% 3000)::text, 5, '0') END,"
            " 'default', %(state)s, 0, '', now() + make_interval(hours => %(hours)s), now(),"
            " n / 10 + 1 FROM generate_series(1, %(number)s) AS n",
            values,
        )


def make_due(rows: QuerySet[Schedule]) -> None:
    """Let these fall due now and no other, whatever time of the day it is."""
    due = list(rows.values_list("id", flat=True))
    Schedule.objects.update(next_at=timezone.now() + timedelta(hours=5))
    Schedule.objects.filter(id__in=due).update(next_at=timezone.now())


def milliseconds(what: Callable[[], object], times: int = 30) -> float:
    """The median duration of a call."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        what()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


def test_one_job_behind_another_commune_s_thousand_is_taken_second(
    in_ba_dinh: CommuneInfo,
) -> None:
    for number in range(1000):
        note.enqueue(str(number))
    with in_commune("00008"):
        note.enqueue("the neighbour's")

    taken = [claim_job("default") for _ in range(3)]

    assert [claim.commune_code for claim in taken if claim] == ["00004", "00008", "00004"]


def test_3320_communes_with_one_job_each_come_before_the_second_of_a_commune_with_many(
    in_ba_dinh: CommuneInfo,
) -> None:
    for number in range(50):
        note.enqueue(str(number))
    register_all()
    add_missing_schedules()
    make_due(Schedule.objects.exclude(commune_code="00004").filter(task=SWEEP))
    assert enqueue_scheduled() == 3320

    order = list(Job.objects.order_by("queue", "turn", "id").values_list("commune_code", flat=True))

    assert len(set(order[:3321])) == 3321
    assert set(order[3321:]) == {"00004"}


def test_thousands_of_due_rows_cost_in_proportion(in_ba_dinh: CommuneInfo) -> None:
    register_all()
    add_missing_schedules()
    rows = Schedule.objects.filter(task=SWEEP).exclude(commune_code="00004")

    def enqueued(number: int) -> float:
        make_due(rows.order_by("commune_code")[:number])
        began = time.perf_counter()
        assert enqueue_scheduled() == number
        taken = time.perf_counter() - began
        Job.objects.all().delete()
        return taken

    few, many = (min(enqueued(number) for _ in range(2)) for number in (300, 3300))

    # Eleven times the rows; comparing each with each would take a hundred and twenty times as long.
    assert many < 40 * few, (few, many)


def test_a_server_that_last_saw_the_queue_empty_looks_jobs_up_one_by_one(as_owner: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE jobs_schedule")
        register_all()
        add_missing_schedules()
        fill(1000)
        Job.objects.all().delete()
        cursor.execute("ANALYZE jobs_job")
        fill(20_000)
        make_due(Schedule.objects.filter(task=SWEEP).exclude(commune_code="00004"))
        cursor.execute("SET LOCAL statement_timeout = '5s'")

    # Each compared with each, it would be cut off.
    assert enqueue_scheduled() == 3320


def test_a_hundred_thousand_waiting_jobs_slow_neither_taking_nor_enqueuing(
    in_ba_dinh: CommuneInfo,
) -> None:
    fill(100)
    take, enqueue = (lambda: claim_job("default")), (lambda: note.enqueue("x"))
    few = milliseconds(take), milliseconds(enqueue)
    fill(JOBS)
    fill(JOBS // 2, state="later", hours=6)  # a partner is away: they are tried again later

    many = milliseconds(take), milliseconds(enqueue)

    assert Job.objects.filter(state__in=("queued", "later")).count() > JOBS
    for before, after in zip(few, many, strict=True):
        # In proportion to the jobs it would be a thousand times as long.
        assert after < 5 * before + 2, (few, many)
    assert join_due() == 0


def test_taking_and_enqueuing_read_the_ends_of_indexes(in_ba_dinh: CommuneInfo) -> None:
    fill(20_000)
    plans = []
    with CaptureQueriesContext(connection) as captured:
        note.enqueue("x")
        claim_job("default")
    for query in captured.captured_queries:
        if "jobs_job" in query["sql"]:
            with connection.cursor() as cursor:
                cursor.execute("EXPLAIN " + query["sql"].replace("%", "%%"))
                plans.append("\n".join(line for (line,) in cursor.fetchall()))

    assert len(plans) == 2
    for plan in plans:
        assert "Seq Scan on jobs_job" not in plan
        assert "jobs_job_next" in plan
    assert "jobs_job_commune_turn" in plans[0]


def statements_of_an_idle_minute(monkeypatch: pytest.MonkeyPatch) -> int:
    """How many statements a runner sends that looks around six times, every ten seconds."""
    runner = Runner(["default"])
    looks = 0

    def sleep(seconds: float) -> None:
        nonlocal looks
        assert seconds == 10
        looks += 1
        runner.stopping = looks == 6

    monkeypatch.setattr(runner, "_sleep", sleep)
    monkeypatch.setattr("tenants.jobs.loop.time.monotonic", lambda: looks * 10.0)
    with CaptureQueriesContext(connection) as captured:
        runner._work()
    return len(captured)


def test_an_idle_runner_costs_the_same_with_3321_communes_as_with_two(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    Schedule.objects.update(next_at=timezone.now() + timedelta(hours=5))
    with_two = statements_of_an_idle_minute(monkeypatch)
    assert register_all() == 3321
    add_missing_schedules()
    Schedule.objects.update(next_at=timezone.now() + timedelta(hours=5))

    # To listen, once; then six times: dead runners' jobs, jobs for later, the schedule, a job.
    assert statements_of_an_idle_minute(monkeypatch) == with_two == 1 + 6 * 4
    assert not Job.objects.exists()


@pytest.fixture(autouse=True)
def _forget() -> None:
    ran.clear()
