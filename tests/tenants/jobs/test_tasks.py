"""Housekeeping of the queue: done jobs go after a week, in bites."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from tenants.communes.current import CommuneInfo
from tenants.jobs import tasks
from tenants.jobs.models import FLEET_QUEUE, Job
from tenants.jobs.runner import run_pending_jobs
from tests.tenants.jobs.sample_tasks import note


def job(age: timedelta, state: str, number: int = 0) -> None:
    """A job enqueued and finished that long ago."""
    at = timezone.now() - age
    key = UUID(int=(int(at.timestamp() * 1000) << 80) + number)
    Job.objects.create(id=key, task="x", commune_code="00004", turn=1, state=state, finished_at=at)


def test_jobs_done_a_week_ago_are_removed_and_all_others_stay(in_ba_dinh: CommuneInfo) -> None:
    job(timedelta(days=8), "done")
    job(timedelta(days=9), "failed")
    job(timedelta(days=6), "done")
    job(timedelta(days=30), "done")
    Job.objects.filter(id__lt=Job.objects.order_by("id")[1].id).update(finished_at=timezone.now())
    note.enqueue("waits")

    tasks.remove_done_jobs.enqueue()
    run_pending_jobs([FLEET_QUEUE])

    left = Job.objects.filter(commune_code="00004").order_by("id")
    # The first was enqueued long ago and tried again today.
    assert [one.state for one in left] == ["done", "failed", "done", "queued"]


def test_many_are_removed_bite_by_bite(
    in_ba_dinh: CommuneInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "AT_ONCE", 3)
    for number in range(8):
        job(timedelta(days=8), "done", number)

    tasks.remove_done_jobs.enqueue()

    assert run_pending_jobs([FLEET_QUEUE]) == 3
    assert not Job.objects.filter(commune_code="00004").exists()
