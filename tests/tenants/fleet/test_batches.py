"""Onboarding in batches: planned, waited for once, done by the fleet's runner, tried again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.test.utils import CaptureQueriesContext

from tenants.accounts.models import Account
from tenants.communes.models import Commune
from tenants.communes.official_list import UnknownProvince, communes_of
from tenants.fleet.batches import (
    GIVEN_UP,
    NothingToOnboard,
    batch_progress,
    create_batch,
    plan_batch,
    recent_batches,
    retry_failed,
)
from tenants.fleet.models import OnboardingItem, OperatorAct
from tenants.fleet.tasks import onboard_item
from tenants.jobs.models import FLEET_QUEUE, Job
from tenants.jobs.runner import claim_job, release_expired, run_pending_jobs
from tests.database import COMMUNES, TestServer
from tests.factories import make_account
from tests.tenants.fleet.wholeness import start, whole_fleet

HOAN_KIEM, CUA_NAM, BA_DINH = "00070", "00082", "00004"
LAI_CHAU = [commune.code for commune in communes_of("12")]


@pytest.fixture
def operator(as_owner: None) -> Account:
    return make_account("Đỗ Quang Vận", is_operator=True)


def _run_jobs() -> int:
    return run_pending_jobs([FLEET_QUEUE], raise_errors=False)


def _codes(communes: Any) -> list[str]:
    return [commune.code for commune in communes]


@contextmanager
def _registry_locked() -> Iterator[None]:
    """Let somebody else hold a lock on the registry that lets read and not write."""
    another = connections.create_connection(DEFAULT_DB_ALIAS)
    another.settings_dict = connection.settings_dict
    with closing(another), connection.cursor() as cursor:
        another.set_autocommit(False)
        another.cursor().execute("LOCK TABLE communes_commune IN SHARE MODE")
        cursor.execute("SET LOCAL lock_timeout = 1")
        yield
        cursor.execute("SET LOCAL lock_timeout = 0")


class TestThePlan:
    def test_it_tells_new_ones_from_those_that_are_here_or_in_hand(self, operator: Account):
        create_batch(operator=operator, codes=[CUA_NAM])
        plan = plan_batch(province_code="01")
        assert plan.title == "Thành phố Hà Nội"
        assert _codes(plan.present) == list(COMMUNES)
        assert _codes(plan.waiting) == [CUA_NAM]
        assert len(plan.new) == len(communes_of("01")) - 3
        assert not {*COMMUNES, CUA_NAM} & set(_codes(plan.new))

    def test_it_writes_nothing(self, operator: Account):
        with CaptureQueriesContext(connection) as queries:
            plan_batch(province_code="01")
        assert all(query["sql"].lstrip().startswith("SELECT") for query in queries)

    def test_an_unknown_province_is_refused(self, operator: Account):
        with pytest.raises(UnknownProvince):
            plan_batch(province_code="99")


class TestABatch:
    def test_the_runner_onboards_what_was_not_there(self, operator: Account):
        batch = create_batch(operator=operator, codes=[HOAN_KIEM, BA_DINH, CUA_NAM])
        before = batch_progress(batch.pk)
        assert (before.total, before.waiting, before.finished) == (2, 2, None)
        assert before.seconds_left is None

        assert _run_jobs() == 2

        after = batch_progress(batch.pk)
        assert (after.done, after.failed, after.waiting, after.seconds_left) == (2, 0, 0, 0.0)
        assert after.finished is not None
        assert after.finished_count == after.total
        assert Commune.objects.filter(code__in=[HOAN_KIEM, CUA_NAM]).count() == 2
        assert [progress.batch_id for progress in recent_batches(5)] == [batch.pk]

    def test_who_asked_for_it_is_in_the_log(self, operator: Account):
        create_batch(operator=operator, province_code="12")
        act = OperatorAct.objects.get()
        assert (act.account_id, act.name, act.act) == (operator.pk, "Đỗ Quang Vận", "onboard")
        assert act.note == "Tỉnh Lai Châu: 38 đơn vị"

    def test_without_anything_to_do_there_is_none(self, operator: Account):
        with pytest.raises(NothingToOnboard, match="Không còn đơn vị nào"):
            create_batch(operator=operator, codes=COMMUNES)
        assert not OperatorAct.objects.exists()
        assert recent_batches() == []

    def test_one_that_somebody_onboards_meanwhile_is_there_already(self, operator: Account):
        batch = create_batch(operator=operator, codes=[HOAN_KIEM])
        other = create_batch(operator=operator, codes=[CUA_NAM])
        OnboardingItem.objects.filter(batch=other).update(commune_code=BA_DINH)
        _run_jobs()
        assert batch_progress(batch.pk).done == 1
        assert batch_progress(other.pk).present == 1

    def test_a_job_that_runs_twice_changes_nothing(self, operator: Account):
        batch = create_batch(operator=operator, codes=[HOAN_KIEM])
        _run_jobs()
        once = batch_progress(batch.pk)
        onboard_item.call(str(batch.items.get().pk))
        assert batch_progress(batch.pk) == once

    def test_the_time_left_follows_from_the_last_ones(self, operator: Account):
        batch = create_batch(operator=operator, codes=LAI_CHAU[:6])
        run_pending_jobs([FLEET_QUEUE], limit=3)
        progress = batch_progress(batch.pk)
        times = batch.items.filter(state="done").values_list("finished_at", flat=True)
        pace = (max(times) - min(times)).total_seconds() / 2
        assert progress.seconds_left == pytest.approx(3 * pace)


class TestAFailure:
    @pytest.fixture
    def failed(self, operator: Account) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("CREATE SCHEMA xa_00070")
        batch = create_batch(operator=operator, codes=[HOAN_KIEM, CUA_NAM])
        _run_jobs()
        return batch

    def test_it_is_told_in_words_and_the_rest_is_done(self, failed: Any):
        progress = batch_progress(failed.pk)
        assert (progress.done, progress.failed, progress.waiting) == (1, 1, 0)
        ((commune, reason),) = progress.failures
        assert commune.code == HOAN_KIEM
        assert "đã có sẵn lược đồ xa_00070" in reason
        assert (
            Job.objects.get(args__args=[str(failed.items.get(state="failed").pk)]).state == "done"
        )

    def test_put_right_it_is_tried_again_at_the_press_of_a_button(
        self, failed: Any, operator: Account
    ):
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA xa_00070")
        assert retry_failed(batch_id=failed.pk, operator=operator) == 1
        assert retry_failed(batch_id=failed.pk, operator=operator) == 0
        _run_jobs()
        progress = batch_progress(failed.pk)
        assert (progress.total, progress.done, progress.failures) == (2, 2, ())
        assert OperatorAct.objects.filter(note__contains="thử lại 1 đơn vị").count() == 1

    def test_one_that_waits_elsewhere_meanwhile_is_left_to_that_batch(
        self, failed: Any, operator: Account
    ):
        create_batch(operator=operator, codes=[HOAN_KIEM])
        assert retry_failed(batch_id=failed.pk, operator=operator) == 0
        assert batch_progress(failed.pk).failed == 1

    def test_a_passing_fault_is_left_to_the_queue(self, operator: Account):
        batch = create_batch(operator=operator, codes=[HOAN_KIEM])
        with _registry_locked():
            _run_jobs()
        assert Job.objects.get().state == "later"
        assert batch_progress(batch.pk).waiting == 1
        Job.objects.update(state="queued", not_before="2026-01-01T00:00:00Z")
        _run_jobs()
        assert batch_progress(batch.pk).done == 1

    def test_a_job_that_is_given_up_fails_its_commune(self, operator: Account):
        batch = create_batch(operator=operator, codes=[HOAN_KIEM])
        Job.objects.update(state="failed")
        progress = batch_progress(batch.pk)
        assert (progress.failed, progress.waiting) == (1, 0)
        assert progress.failures[0][1] == GIVEN_UP
        assert _codes(plan_batch(codes=[HOAN_KIEM]).new) == [HOAN_KIEM]

        assert retry_failed(batch_id=batch.pk, operator=operator) == 1
        assert batch_progress(batch.pk).waiting == 1
        _run_jobs()
        assert batch_progress(batch.pk).done == 1


class TestTwoAtOnce:
    def test_of_two_operators_the_second_gets_what_is_left(self, fleet: TestServer):
        operator = make_account(is_operator=True)
        begin = threading.Barrier(2)
        outcomes: list[Any] = []

        def ask(codes: list[str]) -> None:
            try:
                begin.wait(30)
                outcomes.append(create_batch(operator=operator, codes=codes))
            except NothingToOnboard as error:
                outcomes.append(error)
            finally:
                connection.close()

        for first, second in ((LAI_CHAU[:20], LAI_CHAU[10:]), (LAI_CHAU, LAI_CHAU)):
            OnboardingItem.objects.all().delete()
            outcomes.clear()
            threads = [threading.Thread(target=ask, args=[codes]) for codes in (first, second)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            waiting = OnboardingItem.objects.order_by("commune_code")
            assert list(waiting.values_list("commune_code", flat=True)) == sorted(LAI_CHAU)
            assert len(outcomes) == 2
        assert sum(isinstance(outcome, NothingToOnboard) for outcome in outcomes) == 1

    def test_a_runner_killed_on_the_way_is_followed_by_another(self, fleet: TestServer):
        batch = create_batch(operator=make_account(is_operator=True), province_code="12")
        runner = start(_run_jobs)
        while batch_progress(batch.pk).done < 5:
            assert runner.is_alive()
        runner.kill()
        runner.join()
        Job.objects.filter(state="running").update(lease_until="2026-01-01T00:00:00Z")
        release_expired()

        _run_jobs()

        assert batch_progress(batch.pk).done == len(LAI_CHAU)
        assert claim_job(FLEET_QUEUE) is None
        assert whole_fleet() == sorted([*LAI_CHAU, *COMMUNES])
