"""Dropping: only what is closed and safe in an archive goes, and it goes to the end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction

from documents.files.storing import store_bytes
from tenants.accounts.models import Account, DeskSession
from tenants.calendar.models import SpecialDay
from tenants.communes.current import CommuneNotOnboarded, in_commune
from tenants.communes.hosts import find_site
from tenants.communes.models import Commune
from tenants.communes.store import commune_folder
from tenants.fleet.archive import dropping
from tenants.fleet.archive.dropping import drop_commune
from tenants.fleet.archive.errors import ArchiveDamaged, NotDroppable, WrongKey
from tenants.fleet.archive.exporting import Exported, export_commune
from tenants.fleet.archive.restoring import restore_commune
from tenants.fleet.models import OperatorAct
from tenants.fleet.onboarding import onboard_commune
from tenants.organisation.models import Official
from tests.database import TestServer
from tests.factories import PDF
from tests.second_factor import make_desk
from tests.tenants.fleet.archives import (
    HOAN_KIEM,
    a_small_commune,
    an_archive,
    state_of,
    suspend,
    traces_of,
)
from tests.tenants.fleet.killed import kill_at


@pytest.fixture
def archive(committing_owner: TestServer, tmp_path: Path) -> Exported:
    """Of a small commune, which is suspended and still here."""
    a_small_commune()
    suspend()
    return an_archive(tmp_path)


def refused(path: Path | None, error: type[Exception], match: str, **options: Any) -> None:
    before = state_of(HOAN_KIEM)
    with pytest.raises(error, match=match):
        drop_commune(HOAN_KIEM, archive=path, **options)
    assert state_of(HOAN_KIEM) == before


def test_a_commune_goes_with_everything_but_its_people(archive: Exported):
    with in_commune(HOAN_KIEM):
        official = Official.objects.get(roles="leader")
    make_desk(official.account_id, HOAN_KIEM)
    neighbour = state_of("00004")
    assert find_site("phuong-hoan-kiem-ha-noi.xaso.localhost")

    drop_commune(HOAN_KIEM, archive=archive.path)

    assert traces_of(HOAN_KIEM) == []
    assert not DeskSession.objects.exists()
    assert find_site("phuong-hoan-kiem-ha-noi.xaso.localhost") is None
    assert Account.objects.filter(pk=official.account_id).exists()
    assert state_of("00004") == neighbour
    act = OperatorAct.objects.get(act="drop")
    assert (act.commune_code, act.note) == (HOAN_KIEM, "bản lưu trữ hoan-kiem.tar")
    with pytest.raises(CommuneNotOnboarded):
        drop_commune(HOAN_KIEM, archive=archive.path)
    onboard_commune(HOAN_KIEM)  # its place is free again


def test_what_is_open_changed_or_not_this_communes_is_kept(
    archive: Exported, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    other = export_commune("00004", to=tmp_path / "ba-dinh.tar", key_file=archive.key_path)
    refused(other.path, NotDroppable, "của đơn vị 00004", key_file=archive.key_path)
    wrong = export_commune("00004", to=tmp_path / "another.tar").key_path
    refused(archive.path, WrongKey, "không phải khóa", key_file=wrong)
    damaged = tmp_path / "damaged.tar"
    data = bytearray(archive.path.read_bytes())
    data[len(data) // 2] ^= 1
    damaged.write_bytes(data)
    refused(damaged, ArchiveDamaged, "bị sửa", key_file=archive.key_path)

    Commune.objects.filter(code=HOAN_KIEM).update(state="active")
    refused(archive.path, NotDroppable, "Hãy tạm ngừng đơn vị trước")
    refused(None, NotDroppable, "Hãy tạm ngừng đơn vị trước")
    Commune.objects.filter(code=HOAN_KIEM).update(state="suspended")

    day = SpecialDay.objects.create(
        date="2027-03-01", kind="off", name="Hội làng", commune_code=HOAN_KIEM
    )
    refused(archive.path, NotDroppable, r"đã thay đổi sau khi xuất \(shared/calendar_specialday\)")
    day.delete()
    with in_commune(HOAN_KIEM):
        store_bytes(PDF, "application/pdf")
    refused(archive.path, NotDroppable, r"\(rows/files_storedfile, files\)")

    again = export_commune(HOAN_KIEM, to=tmp_path / "again.tar")
    monkeypatch.setattr(dropping, "_LOCK_WAIT", "100ms")
    with someone_writing():
        refused(again.path, NotDroppable, "Đang có việc đọc hoặc ghi dữ liệu")
    drop_commune(HOAN_KIEM, archive=again.path)
    assert traces_of(HOAN_KIEM) == []


def test_nobody_writes_between_the_comparison_and_the_end(
    archive: Exported, monkeypatch: pytest.MonkeyPatch
):
    """What came in there would be lost: it is in no archive."""
    original, came = dropping._delete, []

    def write() -> None:
        try:
            with in_commune(HOAN_KIEM), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout TO '200ms'")
                cursor.execute("UPDATE organisation_official SET title = 'Phó Chủ tịch'")
            came.append("written")
        except OperationalError:
            came.append("refused")
        finally:
            connection.close()

    def and_write(code: str) -> None:
        other = threading.Thread(target=write)
        other.start()
        other.join(20)
        original(code)

    monkeypatch.setattr(dropping, "_delete", and_write)
    drop_commune(HOAN_KIEM, archive=archive.path)
    assert came == ["refused"]


@contextmanager
def someone_writing() -> Iterator[None]:
    """A job that writes in the commune and has not committed yet."""
    wrote, enough = threading.Event(), threading.Event()

    def write() -> None:
        try:
            with in_commune(HOAN_KIEM), transaction.atomic():
                Official.objects.filter(roles="leader").update(title="Phó Chủ tịch")
                wrote.set()
                enough.wait(20)
                transaction.set_rollback(True)
        finally:
            connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    assert wrote.wait(20)
    try:
        yield
    finally:
        enough.set()
        thread.join(20)


class TestWithoutAnArchive:
    def test_the_code_is_typed_twice(self, archive: Exported, capsys: pytest.CaptureFixture[str]):
        before = state_of(HOAN_KIEM)
        for arguments in (
            (),
            ("--without-archive",),
            ("--without-archive", "--confirm", "00071"),
            ("--without-archive", "--archive", "x", "--confirm", HOAN_KIEM),
        ):
            with pytest.raises(CommandError, match="--confirm 00070"):
                call_command("drop_commune", HOAN_KIEM, *arguments)
        assert state_of(HOAN_KIEM) == before

        call_command("drop_commune", HOAN_KIEM, "--without-archive", "--confirm", HOAN_KIEM)
        assert traces_of(HOAN_KIEM) == []
        assert OperatorAct.objects.get(act="drop").note == "không có bản lưu trữ"
        assert "Đã gỡ đơn vị 00070" in capsys.readouterr().out

    @pytest.mark.parametrize("code", ["00071", "99999", "x", ""])
    def test_who_is_not_here_is_told_so(self, committing_owner: TestServer, code: str):
        with pytest.raises(CommuneNotOnboarded):
            drop_commune(code, archive=None)

    def test_a_commune_whose_schema_is_gone_is_dropped_only_so(self, archive: Exported):
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA xa_00070 CASCADE")
        with pytest.raises(NotDroppable, match="không so được với bản lưu trữ"):
            drop_commune(HOAN_KIEM, archive=archive.path)
        drop_commune(HOAN_KIEM, archive=None)
        assert traces_of(HOAN_KIEM) == []


BEFORE_THE_COMMIT = [
    (dropping, "_compare", 1),
    (dropping, "delete_rows", 1),
    (dropping, "record_act", 1),
]
AFTER_THE_COMMIT = [
    (dropping, "forget_communes", 1),
    (dropping.Path, "rename", 1),
    (dropping.shutil, "rmtree", 1),
    (dropping.shutil.os, "unlink", 2),
]


def test_killed_at_any_point_and_run_again_it_is_gone(archive: Exported):
    before, neighbour = state_of(HOAN_KIEM), state_of("00004")

    def drop() -> Any:
        return drop_commune(HOAN_KIEM, archive=archive.path)

    for place, name, call in BEFORE_THE_COMMIT:
        kill_at(place, name, drop, call=call)
        assert state_of(HOAN_KIEM) == before, f"{name}: nothing was committed."
    for place, name, call in AFTER_THE_COMMIT:
        kill_at(place, name, drop, call=call)
        assert all(HOAN_KIEM in trace for trace in traces_of(HOAN_KIEM)), name
        assert not Commune.objects.filter(code=HOAN_KIEM).exists()
        assert drop().finished_only
        assert traces_of(HOAN_KIEM) == [], name
        restore_commune(archive.path, key_file=archive.key_path)
        assert state_of(HOAN_KIEM) == before, name
    assert state_of("00004") == neighbour


def test_files_left_by_a_killed_drop_are_not_those_of_the_commune_that_came_back(
    archive: Exported,
):
    before = state_of(HOAN_KIEM)
    kill_at(dropping.shutil, "rmtree", lambda: drop_commune(HOAN_KIEM, archive=archive.path))
    restore_commune(archive.path, key_file=archive.key_path)
    assert state_of(HOAN_KIEM) == before
    drop_commune(HOAN_KIEM, archive=archive.path)
    assert not commune_folder(HOAN_KIEM).exists() and traces_of(HOAN_KIEM) == []
