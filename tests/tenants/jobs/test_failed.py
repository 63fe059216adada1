"""Jobs that were given up: listed, queued again, counted."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from tenants.communes.current import CommuneInfo, in_commune
from tenants.jobs.failed import failed_jobs, queue_figures, retry_job, retry_jobs
from tenants.jobs.models import FLEET_QUEUE, Job
from tenants.jobs.runner import MAX_ATTEMPTS, claim_job, run_pending_jobs
from tests.tenants.jobs.sample_tasks import effect, note, ran, where_am_i

NOTE, EFFECT = note.module_path, effect.module_path


@pytest.fixture(autouse=True)
def _forget() -> None:
    ran.clear()


def fail(*codes: str, task: object = note) -> None:
    """Enqueue a job in each commune and let it be given up."""
    for code in codes:
        with in_commune(code):
            task.enqueue("x")  # type: ignore[attr-defined]
    Job.objects.filter(state="queued").update(
        state="failed", attempts=MAX_ATTEMPTS, error="no", finished_at=timezone.now()
    )


def test_failed_jobs_are_listed_the_newest_first_page_by_page(
    ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo
) -> None:
    fail("00004", "00008", "00004")
    with in_commune("00004"):
        note.enqueue("not failed")

    first = failed_jobs(limit=2)
    assert [job.commune_code for job in first] == ["00004", "00008"]
    assert [job.commune_code for job in failed_jobs(after=first[-1].id)] == ["00004"]
    assert [job.commune_code for job in failed_jobs(commune_code="00008")] == ["00008"]
    assert len(failed_jobs(task=NOTE)) == 3
    assert failed_jobs(task=EFFECT) == []


@pytest.mark.usefixtures("also_on_a_cluster")
def test_a_failed_job_tried_again_has_all_its_attempts_and_takes_a_new_turn(
    in_ba_dinh: CommuneInfo,
) -> None:
    fail("00004")
    failed = Job.objects.get()
    for number in range(5):
        note.enqueue(str(number))

    assert retry_job(job_id=failed.id)

    again = Job.objects.get(pk=failed.id)
    assert (again.state, again.attempts, again.turn) == ("queued", 0, 6)
    assert again.finished_at is None
    assert not retry_job(job_id=failed.id)  # it is no longer failed
    assert run_pending_jobs() == 6
    assert ran[-1] == ("00004", "x")


@pytest.mark.usefixtures("also_on_a_cluster")
def test_a_job_that_is_not_failed_is_not_tried_again(in_ba_dinh: CommuneInfo) -> None:
    note.enqueue("x")
    run_pending_jobs()

    assert not retry_job(job_id=Job.objects.get().id)
    assert not retry_job(job_id=uuid4())
    assert run_pending_jobs() == 0


@pytest.mark.usefixtures("also_on_a_cluster")
def test_many_jobs_tried_again_take_turns_as_if_enqueued(
    ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo
) -> None:
    fail("00004", "00004", "00004", "00008")

    assert retry_jobs(task=NOTE, commune_code="00008") == 1
    assert retry_jobs(task=NOTE) == 3
    assert retry_jobs(task=NOTE) == 0

    order = [claim.commune_code for claim in iter(lambda: claim_job("default"), None)]
    assert sorted(order[:2]) == ["00004", "00008"]
    assert order[2:] == ["00004", "00004"]


def test_each_queue_says_how_it_stands(in_ba_dinh: CommuneInfo) -> None:
    fail("00004")
    note.enqueue("running")
    claim_job("default")
    note.using(run_after=timezone.now() + timedelta(hours=1)).enqueue("later")
    for _ in range(2):
        note.enqueue("waiting")
    Job.objects.filter(state="queued").update(not_before=timezone.now() - timedelta(minutes=5))
    where_am_i.enqueue()

    ordinary, fleet = queue_figures()

    assert (ordinary.queue, fleet.queue) == ("default", FLEET_QUEUE)
    assert (ordinary.waiting, ordinary.later, ordinary.running, ordinary.failed) == (2, 1, 1, 1)
    assert ordinary.waits_for is not None
    assert timedelta(minutes=5) <= ordinary.waits_for < timedelta(minutes=6)
    assert (fleet.waiting, fleet.later, fleet.running, fleet.failed) == (1, 0, 0, 0)


def test_without_jobs_there_are_no_figures(db: None) -> None:
    assert queue_figures() == []


def test_failed_jobs_are_found_without_reading_the_done_ones(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT id FROM jobs_job WHERE state = 'failed' ORDER BY id DESC LIMIT 50"
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "jobs_job_failed" in plan


def test_the_indexes_may_be_made_again_after_a_broken_attempt(as_owner: None) -> None:
    from importlib import import_module

    migration = import_module("tenants.jobs.migrations.0005_later_and_failed").Migration
    statements = [one for step in migration.operations[1:] for one in step.sql]

    with connection.cursor() as cursor:
        # The test's transaction is rolled back, and CONCURRENTLY cannot be inside one.
        for statement in (one.replace("CONCURRENTLY ", "") for one in statements * 2):
            cursor.execute(statement)
        cursor.execute("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid")
        assert cursor.fetchall() == []
    assert not migration.atomic
    assert all("CONCURRENTLY" in statement for statement in statements)
