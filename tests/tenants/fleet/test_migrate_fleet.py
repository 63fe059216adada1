"""The command that upgrades the fleet: what it says, and what is left when it is killed."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections import Counter
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from tenants.communes.models import Commune
from tenants.communes.official_list import official_communes
from tenants.fleet.blueprint import get_blueprint, migrations_digest, temporary_database
from tenants.fleet.exclusive import is_running, only_run
from tenants.fleet.models import Upgrade
from tenants.fleet.onboarding import onboard_commune
from tenants.fleet.upgrading import Pace, migrate_communes, plan_upgrade
from tests.database import TestServer
from tests.tenants.fleet.later_code import ADD_FIELD, OURS, LaterCode, ask, columns

KILLS = 10
KILLED_FLEET = 22


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*arguments: str) -> str:
        call_command("migrate_fleet", *arguments)
        return capsys.readouterr().out

    return run


def test_the_plan_is_shown_and_nothing_done(one_field_later: LaterCode, said: Any) -> None:
    plan = said("--plan", "--canaries", "00008")
    assert f"Nâng cấp 2 đơn vị lên phiên bản {OURS + 1}:" in plan
    assert f"  2 đơn vị từ phiên bản {OURS}: organisation.0002_shelf" in plan
    assert "Làm thử trước: 00008." in plan
    assert "Rồi từng đợt: 1 đơn vị." in plan
    assert not Upgrade.objects.exists()
    assert "shelf" not in columns("xa_00004", "organisation_department")


def test_it_upgrades_and_says_how_it_stands(one_field_later: LaterCode, said: Any) -> None:
    before = said("--status")
    assert f"phục vụ lược đồ phiên bản {OURS + 1} đến {OURS + 1}" in before
    assert f"  phiên bản {OURS}: 2 đơn vị" in before
    assert "Chưa có lần nâng cấp nào." in before
    assert "Chưa làm đến: 2 đơn vị (00004, 00008)." in before
    assert "2 đơn vị mã nguồn này không phục vụ được" in before

    assert "Xong 2 đơn vị" in said()

    after = said("--status")
    assert f"  phiên bản {OURS + 1}: 2 đơn vị" in after
    assert ", xong 2," in after
    assert "không phục vụ được" not in after
    assert f"Mọi đơn vị đã ở phiên bản {OURS + 1}." in said()


def test_some_communes_only(one_field_later: LaterCode, said: Any) -> None:
    with pytest.raises(CommandError, match="Chưa có trong hệ thống: 99999"):
        said("--communes", "00004,99999")
    assert "Xong 1 đơn vị" in said("--communes", "00008")
    assert ask("SELECT code, schema_version FROM communes_commune ORDER BY 1") == [
        ("00004", OURS),
        ("00008", OURS + 1),
    ]


def test_suspended_and_merged_communes_are_upgraded_too(
    one_field_later: LaterCode, said: Any
) -> None:
    Commune.objects.filter(code="00004").update(state="suspended")
    Commune.objects.filter(code="00008").update(state="merged", successor_code="00004")
    assert "Xong 2 đơn vị" in said()


def test_what_is_left_is_listed_and_the_exit_says_so(
    one_field_later: LaterCode, said: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    connection.cursor().execute("DROP SCHEMA xa_00008 CASCADE")
    with pytest.raises(CommandError, match="Còn 1 đơn vị"):
        said("--canaries", "00004")
    assert (
        f"00008 Phường Ngọc Hà (phiên bản {OURS}): lược đồ xa_00008 không có"
        in capsys.readouterr().out
    )
    assert f"00008 Phường Ngọc Hà (phiên bản {OURS}): lược đồ xa_00008 không có" in said("--status")


def test_a_second_run_at_the_same_time_is_refused(one_field_later: LaterCode, said: Any) -> None:
    with only_run():
        with pytest.raises(CommandError, match="Đang có một lần nâng cấp khác"):
            said()
        assert "Đang có một lần nâng cấp chạy." in said("--status")
    assert not Upgrade.objects.exists()
    assert "Xong 2 đơn vị" in said()


def test_without_a_template_database_nothing_is_touched(
    one_field_later: LaterCode,
    said: Any,
    settings: Any,
    tmp_path: Any,
    django_db_setup: TestServer,
) -> None:
    # The application's role may not create databases, and nobody has left the file.
    settings.BLUEPRINT_DIR = tmp_path / "empty"
    database = connection.settings_dict["NAME"]
    django_db_setup.work_in(database, django_db_setup.application)
    with pytest.raises(CommandError, match=rf"CREATEDB, hoặc chép tệp khung {migrations_digest()}"):
        said()
    django_db_setup.work_in(database, django_db_setup.owner)
    assert not Upgrade.objects.exists()
    assert "shelf" not in columns("xa_00004", "organisation_department")


def test_an_empty_database_gets_its_shared_tables(fleet: object, said: Any) -> None:
    with temporary_database():
        text = said()
        assert "Sổ đăng ký chưa có phiên bản của đơn vị" in text
        assert f"Mọi đơn vị đã ở phiên bản {OURS}." in text
        assert not Commune.objects.exists()


def test_shared_tables_come_first(one_field_later: LaterCode, settings: Any, said: Any) -> None:
    one_field_later.add(
        "calendar", "0002_more", 'migrations.RunSQL("CREATE TABLE public.more (id int)")'
    )
    one_field_later.use(settings)
    connection.cursor().execute("DROP SCHEMA xa_00004 CASCADE")
    with pytest.raises(CommandError, match="Còn 2 đơn vị"):
        said("--canaries", "00004")
    assert ask("SELECT count(*) FROM public.more") == [(0,)]


def test_a_shared_table_that_fails_stops_before_the_communes(
    fleet: object, later: LaterCode, settings: Any, said: Any
) -> None:
    later.add("organisation", "0002_shelf", ADD_FIELD)
    later.add("calendar", "0002_fails", 'migrations.RunSQL("SELECT 1/0")')
    later.use(settings)
    with pytest.raises(CommandError, match="chưa đơn vị nào bị đụng đến"):
        said()
    assert not Upgrade.objects.exists()


@pytest.mark.slow
class TestKilled:
    """Ended with SIGKILL at moments spread over the run, and started again each time."""

    @pytest.fixture
    def many(self, fleet: object, later: LaterCode, settings: Any) -> LaterCode:
        for code in sorted(official_communes())[:KILLED_FLEET]:
            onboard_commune(code)
        later.add("organisation", "0002_shelf", ADD_FIELD)
        later.add(
            "organisation",
            "0003_count",
            "migrations.RunSQL(\"UPDATE organisation_letterhead SET phone = phone || '1'\")",
        )
        later.use(settings)
        get_blueprint()
        return later

    def test_every_commune_has_every_step_once(self, many: LaterCode, said: Any) -> None:
        for kill in range(1, KILLS + 1):
            self.upgrade_until(kill * KILLED_FLEET // (KILLS + 1))
            self.nothing_half_done()

        assert "Xong" in said()

        self.nothing_half_done()
        assert ask("SELECT DISTINCT schema_version FROM communes_commune") == [(OURS + 2,)]
        done = Upgrade.objects.filter(result="done").values_list("commune_code", flat=True)
        assert len(done) == len(set(done)) == KILLED_FLEET

    def upgrade_until(self, rows: int) -> None:
        """Upgrade in a process that is killed when the ledger has so many rows."""
        connections["default"].close()
        process = os.fork()
        if process == 0:
            with contextlib.suppress(BaseException), only_run():
                migrate_communes(plan_upgrade(), pace=Pace(throttle_seconds=0.03))
            os._exit(0)
        deadline = time.monotonic() + 60
        while Upgrade.objects.count() < rows:
            assert time.monotonic() < deadline
            time.sleep(0.002)
        os.kill(process, signal.SIGKILL)
        _, status = os.waitpid(process, 0)
        assert os.WTERMSIG(status) == signal.SIGKILL, "it ended before it was killed"
        # What was sent before the end is still done by the server.
        while is_running() or others_at_work():
            assert time.monotonic() < deadline
            time.sleep(0.002)

    def nothing_half_done(self) -> None:
        versions = dict(Commune.objects.values_list("code", "schema_version"))
        ledger = Counter(
            Upgrade.objects.filter(result="done").values_list("commune_code", flat=True)
        )
        shelves = ask(
            "SELECT table_schema FROM information_schema.columns "
            "WHERE table_name = 'organisation_department' AND column_name = 'shelf'"
        )
        histories = ask(
            " UNION ALL ".join(
                f"SELECT '{code}', (SELECT phone FROM xa_{code}.organisation_letterhead), "
                f"count(*), count(DISTINCT (app, name)) FROM xa_{code}.django_migrations"
                for code in versions
            )
        )
        for code, phone, rows, steps in histories:
            done = versions[code] == OURS + 2
            assert rows == steps == versions[code], code
            assert phone == ("1" if done else ""), code
            assert ((f"xa_{code}",) in shelves) is done, code
            assert ledger[code] == int(done), code


def others_at_work() -> bool:
    ((count,),) = ask(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    return bool(count)
