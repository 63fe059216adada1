"""Scheduled tasks: a row a commune, due ones enqueued in one statement, none twice."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks.base import Task

from tenants.communes.current import CommuneInfo, at_centre
from tenants.communes.models import Commune
from tenants.communes.official_list import official_communes
from tenants.jobs.models import CENTRE, FLEET_QUEUE, Job, Schedule
from tenants.jobs.runner import run_pending_jobs
from tenants.jobs.schedule import add_missing_schedules, add_schedules, enqueue_scheduled
from tenants.jobs.timing import Timing, daily, every
from tests.tenants.jobs.sample_tasks import note_nothing, ran, where_am_i
from tests.tenants.jobs.thousands import register_all

NOTE, CENTRAL = note_nothing.module_path, where_am_i.module_path
LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
THREE_HOURS = timedelta(hours=3)


@pytest.fixture(autouse=True)
def _forget() -> None:
    ran.clear()


@pytest.fixture
def scheduled(db: None, monkeypatch: pytest.MonkeyPatch) -> dict[str, Timing]:
    """Two tasks instead of the product's, not yet known to any commune."""
    tasks = {NOTE: daily("01:30", over=THREE_HOURS), CENTRAL: daily("04:45")}
    monkeypatch.setattr(settings, "SCHEDULED_TASKS", tasks)
    Schedule.objects.all().delete()
    return tasks


def make_due(missed: timedelta = timedelta(seconds=1), **which: str) -> None:
    Schedule.objects.filter(**which).update(next_at=timezone.now() - missed)


def jobs_of(task: str = NOTE) -> list[str]:
    found = Job.objects.filter(task=task).order_by("commune_code")
    return list(found.values_list("commune_code", flat=True))


def test_the_product_s_schedule_leads_to_tasks() -> None:
    assert settings.SCHEDULED_TASKS
    for name in settings.SCHEDULED_TASKS:
        assert isinstance(import_string(name), Task)


def test_communes_and_centre_have_the_product_s_rows_from_the_beginning(db: None) -> None:
    rows = {(row.commune_code, row.task) for row in Schedule.objects.all()}
    central = {
        name for name in settings.SCHEDULED_TASKS if import_string(name).queue_name == FLEET_QUEUE
    }

    assert {task for code, task in rows if code == CENTRE} == central
    for code in ("00004", "00008"):
        own = Schedule.objects.filter(commune_code=code).values_list("task", flat=True)
        assert set(own) == set(settings.SCHEDULED_TASKS) - central


def test_each_commune_has_its_own_second_of_the_window(scheduled: dict[str, Timing]) -> None:
    codes = list(official_communes())

    assert add_schedules(codes) == len(codes) == 3321
    assert add_schedules(codes) == 0
    assert add_schedules([]) == 0

    times = [row.next_at.astimezone(LOCAL) for row in Schedule.objects.all()]
    assert all(time(1, 30) <= at.time() < time(4, 30) for at in times)
    assert all(at.microsecond == 0 for at in times)
    now = timezone.now()
    assert all(now < at <= now + timedelta(days=1) for at in times)
    assert max(Counter(at.time() for at in times).values()) <= 3
    quarters = Counter((at.hour, at.minute // 15) for at in times)
    assert len(quarters) == 12
    assert max(quarters.values()) < 1.25 * len(codes) / 12


@pytest.mark.usefixtures("also_on_a_cluster")
def test_due_rows_become_jobs_once_and_come_again_tomorrow(scheduled: dict[str, Timing]) -> None:
    add_missing_schedules()
    before = {row.commune_code: row.next_at for row in Schedule.objects.filter(task=NOTE)}
    assert enqueue_scheduled() == 0
    make_due(task=NOTE)

    assert enqueue_scheduled() == 2
    assert enqueue_scheduled() == 0

    assert jobs_of() == ["00004", "00008"]
    after = {row.commune_code: row.next_at for row in Schedule.objects.filter(task=NOTE)}
    assert after == before  # the same second as was planned, not a day after now
    assert run_pending_jobs() == 2
    assert sorted(ran) == [("00004", ""), ("00008", "")]


@pytest.mark.usefixtures("also_on_a_cluster")
def test_what_was_missed_for_days_is_done_once(scheduled: dict[str, Timing]) -> None:
    add_schedules(["00004"])
    make_due(missed=timedelta(days=5))

    assert enqueue_scheduled() == 1
    assert enqueue_scheduled() == 0
    assert Schedule.objects.get().next_at > timezone.now()


@pytest.mark.usefixtures("also_on_a_cluster")
def test_a_job_that_still_waits_is_not_enqueued_again(scheduled: dict[str, Timing]) -> None:
    add_schedules(["00004"])
    make_due()
    assert enqueue_scheduled() == 1
    make_due()

    assert enqueue_scheduled() == 0
    assert Schedule.objects.get().next_at > timezone.now()
    run_pending_jobs()
    make_due()
    assert enqueue_scheduled() == 1


@pytest.mark.parametrize("state", ["suspended", "merged"])
@pytest.mark.usefixtures("also_on_a_cluster")
def test_communes_that_are_not_active_are_passed_over(
    scheduled: dict[str, Timing], state: str
) -> None:
    add_missing_schedules()
    with at_centre():
        Commune.objects.filter(code="00008").update(state=state, successor_code="00004")
    make_due()

    assert enqueue_scheduled() == 2

    assert jobs_of() == ["00004"]
    assert Schedule.objects.get(commune_code="00008").next_at > timezone.now()


@pytest.mark.usefixtures("also_on_a_cluster")
def test_the_centre_s_tasks_run_once_for_all_on_the_fleet_s_queue(
    scheduled: dict[str, Timing],
) -> None:
    assert add_missing_schedules() == 3
    assert add_missing_schedules() == 0
    make_due(task=CENTRAL)

    assert enqueue_scheduled() == 1

    assert jobs_of(CENTRAL) == [CENTRE]
    assert run_pending_jobs([FLEET_QUEUE]) == 1
    assert ran == [("public", "fleet")]


def test_a_task_that_left_the_settings_leaves_the_schedule(
    scheduled: dict[str, Timing], monkeypatch: pytest.MonkeyPatch
) -> None:
    add_missing_schedules()
    make_due()
    monkeypatch.setattr(settings, "SCHEDULED_TASKS", {CENTRAL: scheduled[CENTRAL]})

    assert enqueue_scheduled() == 1  # an older process may not know a task: its rows wait
    assert jobs_of() == []
    add_missing_schedules()
    assert set(Schedule.objects.values_list("task", flat=True)) == {CENTRAL}
    monkeypatch.setattr(settings, "SCHEDULED_TASKS", {})
    assert enqueue_scheduled() == 0
    assert add_missing_schedules() == 0
    assert not Schedule.objects.exists()


def test_a_commune_that_is_gone_leaves_the_schedule(scheduled: dict[str, Timing]) -> None:
    add_schedules(["99999"])
    make_due()

    assert enqueue_scheduled() == 0  # no job, and the row moves on
    assert Schedule.objects.get().next_at > timezone.now()
    add_missing_schedules()
    assert not Schedule.objects.filter(commune_code="99999").exists()


def test_a_changed_time_holds_from_the_next_run_on(
    scheduled: dict[str, Timing], monkeypatch: pytest.MonkeyPatch
) -> None:
    add_schedules(["00004"])
    monkeypatch.setattr(settings, "SCHEDULED_TASKS", {NOTE: daily("13:00")})
    make_due()

    enqueue_scheduled()

    assert Schedule.objects.get().next_at.astimezone(LOCAL).time() == time(13)


def test_every_quarter_of_an_hour(
    scheduled: dict[str, Timing], monkeypatch: pytest.MonkeyPatch
) -> None:
    quarter = timedelta(minutes=15)
    monkeypatch.setattr(settings, "SCHEDULED_TASKS", {NOTE: every(quarter)})

    add_schedules(["00004"])

    at = Schedule.objects.get().next_at.astimezone(LOCAL)
    assert at.minute % 15 == 0
    assert timezone.now() < at <= timezone.now() + quarter


def test_a_timing_that_would_wander_is_refused() -> None:
    with pytest.raises(ValueError, match="divide"):
        every(timedelta(minutes=7))
    with pytest.raises(ValueError, match="spread"):
        every(timedelta(minutes=15), over=timedelta(hours=1))
    with pytest.raises(ValueError, match="spread"):
        daily("01:30", over=timedelta())


def test_3321_due_rows_are_one_statement_and_take_their_turns_beside_a_busy_commune(
    scheduled: dict[str, Timing], in_ba_dinh: CommuneInfo
) -> None:
    add_missing_schedules()
    register_all()
    add_missing_schedules()
    for _ in range(20):
        note_nothing.enqueue()
    make_due(task=NOTE)

    with CaptureQueriesContext(connection) as queries:
        # The busy commune's own job of the last time still waits.
        assert enqueue_scheduled() == 3320

    assert len(queries) == 1
    others = Job.objects.exclude(commune_code="00004")
    assert set(others.values_list("turn", flat=True)) == {1}
    assert len(set(others.values_list("id", flat=True))) == 3320


def test_two_runners_at_once_enqueue_each_row_once(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "SCHEDULED_TASKS", {NOTE: daily("01:30")})
    monkeypatch.setattr("tenants.jobs.schedule.AT_ONCE", 100)
    register_all()
    add_missing_schedules()
    make_due()
    enqueued: list[int] = []

    def work() -> None:
        try:
            enqueued.append(sum(enqueue_scheduled() for _ in range(20)))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(enqueued) == Job.objects.count() == 3321
    assert Job.objects.values("commune_code").distinct().count() == 3321
