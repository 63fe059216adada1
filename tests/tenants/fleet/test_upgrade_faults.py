"""Upgrades when something is in the way: locks, lost schemas, bad data, canaries that die."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg2
import pytest
from django.db import connection

from tenants.communes.current import in_commune
from tenants.communes.models import Commune
from tenants.communes.official_list import official_communes
from tenants.communes.versions import code_version
from tenants.fleet.models import Upgrade
from tenants.fleet.onboarding import onboard_commune
from tenants.fleet.one_upgrade import Attempt
from tenants.fleet.upgrade_script import Limits
from tenants.fleet.upgrade_status import communes_behind, fleet_status
from tenants.fleet.upgrading import Pace, Tally, migrate_communes, plan_upgrade
from tenants.organisation.models import Department
from tests.tenants.fleet.later_code import ADD_FIELD, LaterCode, ask, columns

HASTY = Pace(limits=Limits(lock_ms=150), retry_after=(0.05, 0.05))
BROKEN = (
    ADD_FIELD + ', migrations.RunSQL("ALTER TABLE organisation_department '
    'ADD CONSTRAINT short_name CHECK (length(name) < 9)")'
)


@contextmanager
def in_use(schema: str) -> Iterator[Any]:
    """Have a long transaction that reads a table of the commune."""
    parameters = connection.get_connection_params()
    parameters.pop("cursor_factory", None)
    with closing(psycopg2.connect(**parameters)) as other, other.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {schema}.organisation_department")
        yield other


def onboarded(count: int) -> list[str]:
    codes = sorted(official_communes())[:count]
    for code in codes:
        onboard_commune(code)
    return codes


def upgrade(*, canaries: tuple[str, ...] = ("00004",), **options: Any) -> Tally:
    return migrate_communes(plan_upgrade(canaries=canaries), **{"pace": HASTY, **options})


def test_a_locked_commune_is_done_when_it_is_let_go(one_field_later: LaterCode) -> None:
    seen: list[tuple[str, str]] = []
    with in_use("xa_00008") as other:

        def report(attempt: Attempt) -> None:
            seen.append((attempt.commune.code, attempt.result.value))
            if attempt.result == Upgrade.Result.LOCKED:
                other.rollback()

        tally = upgrade(report=report)

    assert (tally.done, tally.locked) == (2, {})
    assert seen == [("00004", "done"), ("00008", "locked"), ("00008", "done")]


def test_one_that_stays_locked_is_written_down_and_done_by_the_next_run(
    one_field_later: LaterCode,
) -> None:
    with in_use("xa_00008"):
        tally = upgrade()
    assert (tally.done, set(tally.locked), tally.failed, tally.stopped) == (1, {"00008"}, {}, "")
    (left,) = fleet_status().behind
    assert (left.code, left.result) == ("00008", "locked")
    assert "shelf" not in columns("xa_00008", "organisation_department")

    assert upgrade().done == 1
    assert communes_behind() == ()


def test_the_lock_is_given_up_in_time(one_field_later: LaterCode) -> None:
    with in_use("xa_00008"):
        seconds = next(
            attempt.seconds
            for attempt in attempts(Pace(limits=Limits(lock_ms=300), retry_after=()))
            if attempt.result == Upgrade.Result.LOCKED
        )
    assert 0.3 <= seconds < 2


def test_a_statement_that_takes_too_long_is_a_failure(
    fleet: object, later: LaterCode, settings: Any
) -> None:
    slow = "UPDATE organisation_letterhead SET phone = '' WHERE pg_sleep(5) IS NOT NULL"
    later.add("organisation", "0002_slow", f'migrations.RunSQL("{slow}")')
    later.use(settings)

    tally = migrate_communes(
        plan_upgrade({"00004"}), pace=Pace(limits=Limits(statement_ms=100), retry_after=())
    )

    assert "QueryCanceled 57014" in tally.failed["00004"]


def attempts(pace: Pace) -> list[Attempt]:
    found: list[Attempt] = []
    migrate_communes(plan_upgrade(canaries=("00004",)), pace=pace, report=found.append)
    return found


def test_a_schema_dropped_behind_our_back_is_that_communes_error(
    one_field_later: LaterCode,
) -> None:
    connection.cursor().execute("DROP SCHEMA xa_00008 CASCADE")
    tally = upgrade()
    assert tally.done == 1
    assert tally.failed == {"00008": "lược đồ xa_00008 không có, hoặc không phải của đơn vị này"}
    assert Upgrade.objects.get(result="failed").commune_code == "00008"
    assert Commune.objects.get(code="00008").schema_version == code_version() - 1


def test_a_schema_of_another_commune_is_not_touched(one_field_later: LaterCode) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE xa_00008.organisation_letterhead SET commune_code = '00070'")
    assert "không phải của đơn vị này" in upgrade().failed["00008"]
    assert "shelf" not in columns("xa_00008", "organisation_department")


def test_a_table_that_is_missing_is_not_looked_for_in_public(one_field_later: LaterCode) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE public.organisation_department (id int)")
        cursor.execute("ALTER TABLE xa_00008.organisation_department RENAME TO elsewhere")
    assert "UndefinedTable" in upgrade().failed["00008"]
    assert columns("public", "organisation_department") == {"id"}


def test_what_another_run_has_done_meanwhile_is_done(one_field_later: LaterCode) -> None:
    plan = plan_upgrade()
    upgrade()
    tally = migrate_communes(plan, pace=HASTY)
    assert (tally.done, tally.failed) == (2, {})
    assert Upgrade.objects.count() == 2


def test_a_registry_that_changed_meanwhile_takes_everything_back(
    one_field_later: LaterCode,
) -> None:
    plan = plan_upgrade(canaries=("00004",))
    Commune.objects.filter(code="00008").update(schema_version=4)
    tally = migrate_communes(plan, pace=HASTY)
    assert tally.failed == {"00008": "sổ đăng ký đã đổi trong lúc nâng cấp"}
    assert "shelf" not in columns("xa_00008", "organisation_department")


class TestOneOfManyFails:
    """A migration that does not fit the data of one commune in the middle."""

    @pytest.fixture
    def codes(self, fleet: object, later: LaterCode, settings: Any) -> list[str]:
        codes = onboarded(8)
        later.add("organisation", "0002_shelf", BROKEN)
        later.use(settings)
        return codes

    def spoil(self, *codes: str) -> None:
        for code in codes:
            with in_commune(code):
                Department.objects.create(name="Phòng Nguyễn Văn A")

    def test_the_others_go_on_and_it_is_done_after_its_data_are_mended(
        self, codes: list[str]
    ) -> None:
        self.spoil(codes[5])
        tally = upgrade()
        assert (tally.done, set(tally.failed), tally.stopped) == (7, {codes[5]}, "")
        reason = tally.failed[codes[5]]
        assert reason.startswith("CheckViolation 23514")
        assert "Nguyễn" not in reason
        assert "shelf" not in columns(f"xa_{codes[5]}", "organisation_department")

        with in_commune(codes[5]):
            Department.objects.update(name="Phòng A")
        assert upgrade().done == 1
        assert communes_behind() == ()

    def test_too_many_failures_stop_the_run(self, codes: list[str]) -> None:
        self.spoil(*codes[1:])
        pace = Pace(connections=1, retry_after=(), max_failures=2)
        tally = upgrade(canaries=(codes[0],), pace=pace)
        assert (tally.done, len(tally.failed)) == (1, 3)
        assert "3 đơn vị lỗi" in tally.stopped
        assert len(communes_behind()) == 7

    def test_a_canary_that_fails_stops_everything(self, codes: list[str]) -> None:
        self.spoil(codes[0])
        tally = upgrade(canaries=tuple(codes[:2]))
        assert (tally.done, set(tally.failed)) == (1, {codes[0]})
        assert codes[0] in tally.stopped
        assert len(communes_behind()) == 7


def test_a_canary_that_lacks_what_the_code_asks_for_stops_everything(
    fleet: object, later: LaterCode, settings: Any
) -> None:
    later.add(
        "organisation", "0002_drop", 'migrations.RemoveField("department", "position")'
    )  # the models of this process still have it
    later.use(settings)
    for _ in range(2):  # a second run looks again before it goes on
        tally = upgrade()
        assert 'position" does not exist' in tally.stopped
        assert [left.code for left in communes_behind()] == ["00008"]


def test_a_canary_that_the_application_may_not_read_stops_everything(
    one_field_later: LaterCode, settings: Any
) -> None:
    role = settings.DATABASES["default"]["APPLICATION_ROLE"]
    connection.cursor().execute(f"REVOKE SELECT ON xa_00004.files_storedfile FROM {role}")
    tally = upgrade()
    assert "không có quyền đọc files_storedfile" in tally.stopped
    assert tally.done == 1


def test_canaries_that_are_all_locked_stop_everything(one_field_later: LaterCode) -> None:
    with in_use("xa_00004"):
        tally = upgrade()
    assert "00004: đang bị khóa" in tally.stopped
    assert (tally.done, set(tally.locked)) == (0, {"00004"})


def test_a_lost_connection_is_made_anew_and_nothing_is_done_twice(
    fleet: object, later: LaterCode, settings: Any
) -> None:
    onboarded(6)
    later.add("organisation", "0002_shelf", ADD_FIELD)
    later.use(settings)
    ended = []

    def end_the_others(attempt: Attempt) -> None:
        if len(ended) == 3:
            return
        ended.append(attempt)
        ask(
            "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND usename = current_user "
            "AND pid <> pg_backend_pid()"
        )

    tally = upgrade(pace=Pace(throttle_seconds=0.2), report=end_the_others)
    assert (tally.failed, tally.stopped) == ({}, "")
    assert communes_behind() == ()
    rows = Upgrade.objects.values_list("commune_code", flat=True)
    assert len(rows) == len(set(rows)) == Commune.objects.count()


def test_a_database_that_is_gone_stops_the_run_and_the_next_goes_on(
    one_field_later: LaterCode, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = threading.Event()
    connect = psycopg2.connect

    def refuse(*args: Any, **options: Any) -> Any:
        if gone.is_set() and threading.current_thread() is not threading.main_thread():
            raise psycopg2.OperationalError("the server is down")
        return connect(*args, **options)

    monkeypatch.setattr(psycopg2, "connect", refuse)
    tally = upgrade(report=lambda attempt: gone.set())
    assert "Mất kết nối" in tally.stopped
    assert tally.done == 1
    gone.clear()
    assert upgrade().done == 1
