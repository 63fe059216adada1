"""Enqueuing: one INSERT, in the caller's transaction, with a fair turn, in this commune."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tenants.communes.current import CommuneInfo, NoCommune, in_commune
from tenants.jobs.models import Job
from tenants.jobs.runner import claim_job, run_pending_jobs
from tenants.jobs.turns import join_due
from tests.citus_database import on_one_server
from tests.tenants.jobs.sample_tasks import enqueue_another, note, ran


@pytest.fixture(autouse=True)
def _forget() -> None:
    ran.clear()


@on_one_server
def test_enqueuing_is_one_statement(in_ba_dinh: CommuneInfo) -> None:
    note.enqueue("enter the commune first")

    with CaptureQueriesContext(connection) as queries:
        note.enqueue("hello")

    assert len(queries) == 1
    assert Job.objects.filter(commune_code="00004", state="queued").count() == 2


@pytest.mark.usefixtures("also_on_a_cluster")
def test_a_job_vanishes_with_the_transaction_that_enqueued_it(in_ba_dinh: CommuneInfo) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        note.enqueue("never")
        raise ZeroDivisionError

    assert not Job.objects.exists()
    assert run_pending_jobs() == 0


def test_outside_a_commune_nothing_can_be_enqueued(db: None) -> None:
    with pytest.raises(NoCommune):
        note.enqueue("for nobody")


def test_keys_become_text(in_ba_dinh: CommuneInfo) -> None:
    key = uuid4()

    note.enqueue(key)  # type: ignore[arg-type]

    assert Job.objects.get().args == {"args": [str(key)], "kwargs": {}}


@pytest.mark.usefixtures("also_on_a_cluster")
def test_one_commune_with_a_hundred_jobs_does_not_keep_another_waiting(
    ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo
) -> None:
    with in_commune("00004"):
        for number in range(100):
            note.enqueue(str(number))
    with in_commune("00008"):
        note.enqueue("the neighbour's first")
        note.enqueue("the neighbour's second")

    order = [claim.commune_code for claim in iter(lambda: claim_job("default"), None)]

    assert len(order) == 102
    assert order[:4] == ["00004", "00008", "00004", "00008"]


def test_who_comes_while_another_is_half_served_does_not_wait_for_the_rest(
    ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo
) -> None:
    with in_commune("00004"):
        for number in range(50):
            note.enqueue(str(number))
    for _ in range(30):
        claim_job("default")
    with in_commune("00008"):
        for number in range(3):
            note.enqueue(str(number))

    order = [claim.commune_code for claim in iter(lambda: claim_job("default"), None)]

    # The newcomer alternates: it neither waits for the twenty left nor pushes them all back.
    assert order[:6] == ["00004", "00008"] * 3


def test_a_job_for_later_waits_and_does_not_hold_the_turn_back(in_ba_dinh: CommuneInfo) -> None:
    note.using(run_after=timezone.now() + timedelta(hours=1)).enqueue("later")
    note.enqueue("now")

    assert run_pending_jobs() == 1
    assert ran == [("00004", "now")]
    assert Job.objects.filter(state="later").count() == 1


@pytest.mark.usefixtures("also_on_a_cluster")
def test_a_job_for_later_takes_its_turn_when_its_time_has_come(in_ba_dinh: CommuneInfo) -> None:
    for number in range(3):
        note.using(run_after=timezone.now() + timedelta(hours=1)).enqueue(f"later {number}")
    for number in range(20):
        note.enqueue(str(number))
    with in_commune("00008"):
        note.using(run_after=timezone.now() + timedelta(hours=1)).enqueue("the neighbour's")
    Job.objects.filter(state="later").update(not_before=timezone.now())

    assert join_due() == 4

    turns = {job.args["args"][0]: job.turn for job in Job.objects.order_by("id")}
    assert [turns[f"later {number}"] for number in range(3)] == [21, 22, 23]
    assert turns["the neighbour's"] == turns["0"] == 1
    assert join_due() == 0


def test_jobs_of_one_commune_run_in_the_order_they_came(in_ba_dinh: CommuneInfo) -> None:
    for text in ("a", "b", "c"):
        note.enqueue(text)

    run_pending_jobs()

    assert [text for _, text in ran] == ["a", "b", "c"]


def test_a_job_may_enqueue_another(in_ba_dinh: CommuneInfo) -> None:
    enqueue_another.enqueue()

    assert run_pending_jobs() == 2
    assert ran == [("00004", "second")]
