"""The fleet's queue: jobs of the centre, run by the owner's role in a process of its own."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from tenants.communes.current import CommuneInfo, in_commune
from tenants.communes.official_list import official_communes
from tenants.jobs.models import CENTRE, FLEET_QUEUE, Job
from tenants.jobs.runner import run_next_job, run_pending_jobs
from tests.tenants.jobs.processes import Start, wait_for
from tests.tenants.jobs.sample_tasks import create_schema, note, ran, where_am_i


@pytest.fixture(autouse=True)
def _forget() -> None:
    ran.clear()


def test_no_commune_has_the_code_of_the_centre() -> None:
    assert CENTRE not in official_communes()


def test_a_job_of_the_fleet_is_enqueued_anywhere_and_runs_at_the_centre(
    in_ba_dinh: CommuneInfo,
) -> None:
    where_am_i.enqueue()
    with in_commune("00008"):
        where_am_i.enqueue()

    assert run_pending_jobs() == 0  # never by the runner of communes' jobs
    assert run_pending_jobs([FLEET_QUEUE]) == 2
    assert ran == [("public", "fleet")] * 2
    assert set(Job.objects.values_list("commune_code", flat=True)) == {CENTRE}


def test_a_commune_s_task_does_not_run_as_a_job_of_the_fleet(in_ba_dinh: CommuneInfo) -> None:
    note.using(queue_name=FLEET_QUEUE).enqueue("as the owner")

    run_next_job([FLEET_QUEUE])

    assert ran == []
    assert Job.objects.get().state == "failed"


def test_a_task_of_the_fleet_does_not_run_as_a_commune_s_job(in_ba_dinh: CommuneInfo) -> None:
    where_am_i.using(queue_name="default").enqueue()

    run_next_job(["default"])

    assert ran == []
    assert Job.objects.get().state == "failed"


@pytest.mark.parametrize("wrong", [{"commune_code": CENTRE}, {"queue": FLEET_QUEUE}])
def test_the_database_keeps_the_fleet_s_jobs_and_the_communes_apart(
    in_ba_dinh: CommuneInfo, wrong: dict[str, str]
) -> None:
    note.enqueue("x")

    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.update(**wrong)


def test_the_runner_of_communes_refuses_the_fleet_s_queue(db: None) -> None:
    with pytest.raises(CommandError, match="run_fleet_jobs"):
        call_command("run_jobs", "--queue", FLEET_QUEUE)


def schema_exists(name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [name])
        return cursor.fetchone() is not None


def test_the_fleet_s_process_may_do_what_the_application_may_not(
    start: Start,
) -> None:
    start("run_jobs")
    start("run_fleet_jobs")

    create_schema.enqueue("made_by_the_fleet")

    wait_for(lambda: schema_exists("made_by_the_fleet"))
    wait_for(lambda: Job.objects.get(queue=FLEET_QUEUE).state == "done")
    assert Job.objects.get(queue=FLEET_QUEUE).attempts == 1
