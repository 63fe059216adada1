"""Running: in the job's commune, all or nothing, again after a failure, masked errors."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tenants.accounts.models import DeskSession
from tenants.communes.current import CommuneInfo, at_centre, forget_communes, in_commune
from tenants.communes.models import Commune
from tenants.communes.versions import code_version
from tenants.jobs.models import Job
from tenants.jobs.runner import (
    BACK_OFF,
    MAX_ATTEMPTS,
    MERGED_WAIT,
    UPGRADE_WAIT,
    CommuneNotServed,
    LeaseLost,
    claim_job,
    mask_error,
    release_expired,
    run_claim,
    run_next_job,
    run_pending_jobs,
)
from tests.tenants.jobs.sample_tasks import effect, effect_then_fail, not_a_task, note, ran

QUEUES = ("default",)


@pytest.fixture(autouse=True)
def _forget() -> None:
    ran.clear()


def make_due() -> None:
    Job.objects.filter(state="later").update(not_before=timezone.now() - timedelta(days=1))


def test_a_job_runs_in_its_own_commune_wherever_the_runner_stands(
    ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo
) -> None:
    with in_commune("00008"):
        note.enqueue("from the neighbour")

    with in_commune("00004"):
        run_pending_jobs()

    assert ran == [("00008", "from the neighbour")]


def test_the_database_refuses_a_job_without_commune(in_ba_dinh: CommuneInfo) -> None:
    note.enqueue("x")

    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.update(commune_code="")


def test_a_done_job_leaves_its_effect_and_its_mark(in_ba_dinh: CommuneInfo) -> None:
    effect.enqueue(uuid4())  # type: ignore[arg-type]

    assert run_pending_jobs() == 1

    job = Job.objects.get()
    assert (job.state, job.attempts, job.lease_until) == ("done", 1, None)
    assert job.finished_at is not None
    assert DeskSession.objects.count() == 1


def test_a_failed_attempt_leaves_no_effect_and_is_tried_again_later(
    in_ba_dinh: CommuneInfo,
) -> None:
    effect_then_fail.enqueue(uuid4())  # type: ignore[arg-type]

    assert run_pending_jobs(raise_errors=False) == 1

    job = Job.objects.get()
    assert not DeskSession.objects.exists()
    assert (job.state, job.attempts) == ("later", 1)
    wait = job.not_before - job.created_at
    assert BACK_OFF[0] <= wait < BACK_OFF[0] + timedelta(seconds=30)
    assert run_pending_jobs() == 0


def test_each_wait_is_longer_and_after_the_last_attempt_the_job_is_kept_as_failed(
    in_ba_dinh: CommuneInfo,
) -> None:
    effect_then_fail.enqueue(uuid4())  # type: ignore[arg-type]
    for attempt in range(1, MAX_ATTEMPTS + 1):
        assert run_pending_jobs(raise_errors=False) == 1
        assert Job.objects.get().attempts == attempt
        make_due()

    job = Job.objects.get()
    assert job.state == "failed"
    assert job.finished_at is not None
    assert list(BACK_OFF) == sorted(BACK_OFF)
    assert run_pending_jobs() == 0


def test_an_error_is_kept_without_what_could_name_a_person(in_ba_dinh: CommuneInfo) -> None:
    effect_then_fail.enqueue(uuid4())  # type: ignore[arg-type]

    run_pending_jobs(raise_errors=False)

    assert Job.objects.get().error == "ValueError: số … của …@…, điện thoại …"


def test_a_long_error_is_cut() -> None:
    assert len(mask_error(ValueError("a" * 5000))) == 1000


def test_a_name_that_is_no_task_fails_at_once(in_ba_dinh: CommuneInfo) -> None:
    note.enqueue("x")
    Job.objects.update(task=f"{not_a_task.__module__}.not_a_task")

    run_pending_jobs(raise_errors=False)

    assert Job.objects.get().state == "failed"


def test_a_name_that_leads_nowhere_fails_at_once(in_ba_dinh: CommuneInfo) -> None:
    note.enqueue("x")
    Job.objects.update(task="documents.nothing.here")

    run_pending_jobs(raise_errors=False)

    assert Job.objects.get().state == "failed"


def test_a_job_of_a_commune_that_is_gone_does_not_run_anywhere(in_ba_dinh: CommuneInfo) -> None:
    note.enqueue("x")
    Job.objects.update(commune_code="99999")

    run_pending_jobs(raise_errors=False)

    assert ran == []
    assert "CommuneNotOnboarded" in Job.objects.get().error


def test_a_job_is_taken_by_one_runner_only(in_ba_dinh: CommuneInfo) -> None:
    note.enqueue("x")

    assert claim_job("default") is not None
    assert claim_job("default") is None


def test_a_job_whose_lease_ran_out_is_taken_again(in_ba_dinh: CommuneInfo) -> None:
    note.enqueue("x")
    claim_job("default")
    assert release_expired() == 0

    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    assert release_expired() == 1
    assert run_pending_jobs() == 1
    assert Job.objects.get().attempts == 2


def test_an_attempt_that_lost_its_lease_leaves_no_effect(in_ba_dinh: CommuneInfo) -> None:
    effect.enqueue(uuid4())  # type: ignore[arg-type]
    slow = claim_job("default")
    assert slow is not None
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    release_expired()
    run_pending_jobs()

    assert isinstance(run_claim(slow), LeaseLost)

    assert DeskSession.objects.count() == 1
    assert Job.objects.get().state == "done"


def test_a_job_that_kills_every_runner_is_given_up(in_ba_dinh: CommuneInfo) -> None:
    note.enqueue("x")
    for _ in range(MAX_ATTEMPTS):
        assert claim_job("default") is not None
        Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        release_expired()

    job = Job.objects.get()
    assert (job.state, job.attempts) == ("failed", MAX_ATTEMPTS)
    assert job.error


def test_queues_are_served_in_the_order_given(in_ba_dinh: CommuneInfo) -> None:
    note.enqueue("ordinary")
    note.using(queue_name="urgent").enqueue("urgent")

    run_next_job(["urgent", "default"])

    assert ran == [("00004", "urgent")]


def test_a_job_costs_few_statements(in_ba_dinh: CommuneInfo) -> None:
    from django.test.utils import CaptureQueriesContext

    note.enqueue("first, so that caches are filled")
    run_pending_jobs()
    note.enqueue("second")

    with CaptureQueriesContext(connection) as queries:
        run_next_job(QUEUES)

    # Take, savepoint, mark, release; entering and leaving communes is seen by the server only.
    assert len(queries) <= 4


@pytest.mark.parametrize(
    ("changes", "wait"),
    [
        ({"schema_version": 0}, UPGRADE_WAIT),
        ({"oldest_code": 1000}, UPGRADE_WAIT),
        ({"state": "merged", "successor_code": "00008"}, MERGED_WAIT),
    ],
)
def test_a_job_waits_without_losing_an_attempt_while_its_commune_cannot_be_served(
    in_ba_dinh: CommuneInfo, changes: dict[str, Any], wait: timedelta
) -> None:
    note.enqueue("x")
    with at_centre():
        Commune.objects.filter(code="00004").update(**changes)
    forget_communes()

    assert isinstance(run_next_job(QUEUES)[1], CommuneNotServed)  # type: ignore[index]

    job = Job.objects.get()
    assert (job.state, job.attempts, ran) == ("later", 0, [])
    assert wait <= job.not_before - job.created_at < wait + timedelta(seconds=30)
    with at_centre():
        Commune.objects.filter(code="00004").update(
            schema_version=code_version(), oldest_code=0, state="active", successor_code=""
        )
    forget_communes()
    make_due()
    assert run_pending_jobs() == 1
    assert (Job.objects.get().state, Job.objects.get().attempts) == ("done", 1)


def test_a_suspended_commune_s_accepted_work_is_done(in_ba_dinh: CommuneInfo) -> None:
    note.enqueue("a paper that people wait for")
    with at_centre():
        Commune.objects.filter(code="00004").update(state="suspended")
    forget_communes()

    assert run_pending_jobs() == 1
    assert ran == [("00004", "a paper that people wait for")]
