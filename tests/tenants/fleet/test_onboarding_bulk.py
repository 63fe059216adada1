"""Onboarding many communes: killed, stopped, twice at once, and with some that cannot be made."""

from __future__ import annotations

import csv
import random
import signal
import stat
import subprocess
import sys
import time
from contextlib import closing
from multiprocessing import SimpleQueue
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DEFAULT_DB_ALIAS, connection, connections

from tenants.accounts.models import Account
from tenants.communes.models import Commune, Domain
from tenants.communes.official_list import communes_of, host_label
from tenants.fleet.bulk import BulkResult, onboard_communes
from tenants.fleet.invitations import open_invitations
from tenants.fleet.onboarding import SchemaMissing, default_email, onboard_commune
from tests.database import COMMUNES, ROOT, TestServer
from tests.tenants.fleet.wholeness import start, whole_fleet

HOAN_KIEM, CUA_NAM, BACH_MAI = "00070", "00082", "00292"
# The province with the fewest communes.
LAI_CHAU = [commune.code for commune in communes_of("12")]
KILLS = 10


def _wait_for_communes(count: int) -> None:
    end = time.monotonic() + 60
    while Commune.objects.count() < count:
        assert time.monotonic() < end
        time.sleep(0.002)


def _onboard_in_shell(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "onboard", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_killed_at_ten_points_it_goes_on_and_nothing_is_half_done(fleet: TestServer):
    moments = random.Random(3)
    for kill in range(KILLS):
        process = start(lambda: onboard_communes(LAI_CHAU))
        goal = len(COMMUNES) + (kill + 1) * len(LAI_CHAU) // (KILLS + 1)
        _wait_for_communes(goal)
        time.sleep(moments.uniform(0, 0.05))  # anywhere within a commune
        process.kill()
        process.join()
        assert len(whole_fleet()) >= goal
    result = onboard_communes(LAI_CHAU)
    assert result.created
    assert not result.failures
    assert whole_fleet() == sorted([*LAI_CHAU, *COMMUNES])
    assert onboard_communes(LAI_CHAU) == BulkResult(
        present=LAI_CHAU, seconds=pytest.approx(0, abs=5)
    )


def test_two_processes_share_a_province_without_an_error(fleet: TestServer):
    results: SimpleQueue[BulkResult] = SimpleQueue()
    processes = [start(lambda: results.put(onboard_communes(LAI_CHAU))) for _ in range(2)]
    first, second = results.get(), results.get()
    for process in processes:
        process.join()
    assert not first.failures
    assert not second.failures
    assert sorted(first.created + second.created) == sorted(LAI_CHAU)
    assert sorted(first.created + first.present) == sorted(LAI_CHAU)
    assert whole_fleet() == sorted([*LAI_CHAU, *COMMUNES])


def test_what_cannot_be_made_is_explained_and_the_rest_is_done(fleet: TestServer):
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA xa_00070; DROP SCHEMA xa_00008 CASCADE")
    Domain.objects.create(domain=host_label(CUA_NAM), tenant_id="00004", is_primary=False)
    codes = ["00008", HOAN_KIEM, CUA_NAM, "99999", BACH_MAI, "00004"]

    process = _onboard_in_shell(*codes)
    said, complaints = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "Đưa vào mới: 1. Đã có từ trước: 1. Lỗi: 4." in said
    lines = {line[:5]: line for line in complaints.splitlines() if line[:5].isdigit()}
    assert "khôi phục từ bản lưu bằng lệnh restore_commune" in lines["00008"]
    assert "đã có sẵn lược đồ xa_00070" in lines[HOAN_KIEM]
    assert "đang dùng cho đơn vị mã 00004" in lines[CUA_NAM]
    assert "danh mục hành chính" in lines["99999"]
    assert "Traceback" not in complaints.partition("CommandError")[0]
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('xa_00292.organisation_letterhead') IS NOT NULL")
        assert cursor.fetchone() == (True,)
    with pytest.raises(SchemaMissing):
        onboard_commune("00008")


def test_ctrl_c_ends_it_after_the_communes_in_hand_and_it_says_how_to_go_on(fleet: TestServer):
    process = _onboard_in_shell("--province", "12", "--throttle", "30000")
    _wait_for_communes(len(COMMUNES) + 1)
    process.send_signal(signal.SIGINT)
    said, complaints = process.communicate(timeout=20)

    assert process.returncode == 130
    made = len(whole_fleet()) - len(COMMUNES)
    assert f"Đưa vào mới: {made}." in said
    assert f"Còn {len(LAI_CHAU) - made} đơn vị" in complaints
    assert "chạy lại đúng lệnh này" in complaints


def test_a_server_that_goes_away_ends_it(fleet: TestServer):
    def end_the_connection(finished: int, total: int) -> None:
        if finished == 3:
            ended = connection.connection.info.backend_pid
            another = connections.create_connection(DEFAULT_DB_ALIAS)
            with closing(another), another.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [ended])

    result = onboard_communes(LAI_CHAU, connections=1, on_progress=end_the_connection)

    assert len(result.created) == 3
    assert len(result.left) == len(LAI_CHAU) - 4
    (reason,) = result.failures.values()
    assert "Cơ sở dữ liệu báo lỗi" in reason
    connection.close()
    assert len(whole_fleet()) == len(COMMUNES) + 3


def test_a_commune_costs_the_same_few_messages_whatever_is_there(
    as_owner: None, django_assert_max_num_queries: Any
):
    onboard_commune(HOAN_KIEM)
    # Two for its savepoint, one to see that it is not there, one that makes it, one that reads
    # the marker, and one back at the centre.
    with django_assert_max_num_queries(6):
        onboard_commune(CUA_NAM)


def test_without_a_blueprint_it_says_what_to_do(db: None, settings: Any, tmp_path: Path):
    settings.BLUEPRINT_DIR = tmp_path
    with pytest.raises(CommandError, match="quyền CREATEDB, hoặc chép tệp"):
        call_command("onboard", HOAN_KIEM)


class TestInvitations:
    def test_they_are_of_everybody_who_has_no_password_yet(self, as_owner: None):
        onboard_commune(HOAN_KIEM, administrator_email="quan.tri@hoankiem.example")
        taken_up = Account.objects.get(email=default_email("00008"))
        taken_up.set_password("mật khẩu của người quản trị")
        taken_up.save(update_fields=["password"])
        open_ones = open_invitations([HOAN_KIEM, *COMMUNES, CUA_NAM])
        assert [code for code, _ in open_ones] == ["00004", HOAN_KIEM]

    def test_the_file_is_for_its_owner_alone(self, as_owner: None, tmp_path: Path):
        path = tmp_path / "moi.csv"
        path.write_text("của lần trước")
        path.chmod(0o644)
        call_command("onboard", *COMMUNES, invitations=str(path))
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
        assert [row["ma"] for row in rows] == list(COMMUNES)
        assert all("/moi/" in row["lien_ket"] for row in rows)
