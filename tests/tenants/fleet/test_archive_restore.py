"""Restoring: what is in the way is refused, and a fault or a kill undoes all of it."""

from __future__ import annotations

import itertools
import tarfile
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from documents.files.models import StoredFile
from tenants.accounts.invitation import invited
from tenants.accounts.models import Account
from tenants.communes.current import in_commune
from tenants.communes.models import Commune, Domain, Figures
from tenants.communes.store import stored_path
from tenants.fleet.archive import files, restoring
from tenants.fleet.archive.accounts import SUBSTITUTE_DOMAIN
from tenants.fleet.archive.dropping import drop_commune
from tenants.fleet.archive.errors import ArchiveDamaged, NotRestorable, VersionDiffers
from tenants.fleet.archive.exporting import Exported
from tenants.fleet.archive.restoring import Outcome, Restored, restore_commune
from tenants.fleet.models import OperatorAct
from tenants.history.events import Actor, record_event, verify_chain
from tenants.history.models import Event
from tenants.organisation.models import Official
from tests.database import TestServer
from tests.tenants.fleet.archives import (
    HOAN_KIEM,
    a_small_commune,
    an_archive,
    another_deployment,
    make_citizen,
    state_of,
    suspend,
    traces_of,
)
from tests.tenants.fleet.killed import kill_at
from tests.tenants.fleet.later_code import LaterCode


@pytest.fixture
def archive(committing_owner: TestServer, tmp_path: Path) -> Exported:
    """Of a small commune, which is suspended and still here."""
    a_small_commune()
    suspend()
    return an_archive(tmp_path)


@pytest.fixture
def dropped(archive: Exported) -> Exported:
    """The same, and the commune is gone."""
    drop_commune(HOAN_KIEM, archive=archive.path)
    return archive


def restore(archive: Exported, **options: Any) -> Restored:
    return restore_commune(archive.path, key_file=archive.key_path, **options)


def nothing_came(error: type[Exception], archive: Exported, match: str) -> None:
    neighbour, accounts = state_of("00004"), Account.objects.count()
    with pytest.raises(error, match=match):
        restore(archive)
    assert traces_of(HOAN_KIEM) == []
    assert state_of("00004") == neighbour
    assert Account.objects.count() == accounts


class TestWhatIsInTheWay:
    def test_a_commune_that_is_here_stays_as_it_is(self, archive: Exported):
        before = state_of(HOAN_KIEM)
        with pytest.raises(CommandError, match="đang có trong hệ thống cùng dữ liệu"):
            call_command("restore_commune", str(archive.path), "--key-file", str(archive.key_path))
        assert state_of(HOAN_KIEM) == before
        assert restore(archive, as_check=True).outcome is Outcome.VERIFIED

    def test_a_schema_without_a_registry_row_is_not_touched(self, dropped: Exported):
        with connection.cursor() as cursor:
            cursor.execute("CREATE SCHEMA xa_00070")
        with pytest.raises(NotRestorable, match="Có sẵn lược đồ xa_00070"):
            restore(dropped)
        drop_commune(HOAN_KIEM, archive=None)
        assert traces_of(HOAN_KIEM) == []

    def test_a_domain_that_another_commune_has_by_now(self, dropped: Exported):
        Domain.objects.filter(tenant_id="00004").update(domain="phuong-hoan-kiem-ha-noi")
        nothing_came(NotRestorable, dropped, "đang thuộc về đơn vị 00004")

    def test_another_restore_of_it_under_way(self, dropped: Exported):
        beside = connection.beside()  # type: ignore[attr-defined]
        with beside as other, other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, 70)", [restoring._LOCK])
            nothing_came(NotRestorable, dropped, "Đang có lệnh khác")

    def test_an_archive_of_newer_code_or_of_other_code(self, dropped: Exported, settings: Any):
        settings.COMMUNE_MIGRATIONS = settings.COMMUNE_MIGRATIONS[:-1]
        nothing_came(VersionDiffers, dropped, "mới hơn phần mềm này")
        first, second, *rest = settings.COMMUNE_MIGRATIONS
        settings.COMMUNE_MIGRATIONS = (second, first, *rest, first)
        nothing_came(VersionDiffers, dropped, "nhánh phần mềm khác")


def test_a_commune_dropped_behind_our_back_is_put_back_into_place(archive: Exported):
    before = state_of(HOAN_KIEM)
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA xa_00070 CASCADE")
    # What happened since the export has lost its commune; the archive's state comes back.
    Figures.objects.filter(commune_code=HOAN_KIEM).update(cases=99)
    Commune.objects.filter(code=HOAN_KIEM).update(state="active")

    done = restore(archive)

    assert done.outcome is Outcome.RESTORED and done.events == 2
    assert state_of(HOAN_KIEM) == before
    assert Commune.objects.get(code=HOAN_KIEM).state == "active"


class TestAFault:
    def test_of_the_database_takes_everything_back(
        self, dropped: Exported, monkeypatch: pytest.MonkeyPatch
    ):
        def fail(**given: object) -> None:
            raise DatabaseError("disk full")

        monkeypatch.setattr(restoring, "record_act", fail)
        nothing_came(NotRestorable, dropped, "disk full")

    def test_of_a_file_takes_everything_back(
        self, dropped: Exported, monkeypatch: pytest.MonkeyPatch
    ):
        calls = itertools.count(1)
        original = files.os.fsync

        def full(descriptor: int) -> None:
            if next(calls) == 2:
                raise OSError(28, "No space left on device")
            original(descriptor)

        monkeypatch.setattr(files.os, "fsync", full)
        nothing_came(OSError, dropped, "No space left")

    def test_of_a_constraint_at_the_commit_takes_everything_back(
        self, dropped: Exported, monkeypatch: pytest.MonkeyPatch
    ):
        original = restoring.record_act

        def and_break(**given: Any) -> None:
            original(**given)
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO xa_00070.cases_casestep "
                    "(id, case_id, position, key, name, role, kind, official_name, outcome) "
                    "VALUES (gen_random_uuid(), gen_random_uuid(), 0, '', '', '', '', '', '')"
                )

        monkeypatch.setattr(restoring, "record_act", and_break)
        nothing_came(NotRestorable, dropped, "foreign key")

    def test_rows_that_do_not_read_back_as_they_were_take_everything_back(
        self, dropped: Exported, monkeypatch: pytest.MonkeyPatch
    ):
        original = restoring.bring_in

        def and_spoil(*args: Any) -> Any:
            with connection.cursor() as cursor:
                cursor.execute(
                    "CREATE FUNCTION xa_00070.spoil() RETURNS trigger LANGUAGE plpgsql AS "
                    "'BEGIN NEW.name := ''x''; RETURN NEW; END'"
                )
                cursor.execute(
                    "CREATE TRIGGER spoil BEFORE INSERT ON xa_00070.organisation_official "
                    "FOR EACH ROW EXECUTE FUNCTION xa_00070.spoil()"
                )
            return original(*args)

        monkeypatch.setattr(restoring, "bring_in", and_spoil)
        nothing_came(NotRestorable, dropped, "organisation_official khác bản lưu trữ")

    def test_of_an_archive_that_was_changed_touches_nothing(self, dropped: Exported):
        whole = dropped.path.read_bytes()
        extra = tarfile.TarInfo("rows/organisation_more").tobuf(tarfile.GNU_FORMAT)
        # After the first part, which takes one block for its name and one for what it says.
        dropped.path.write_bytes(whole[:1024] + extra + whole[1024:])
        nothing_came(ArchiveDamaged, dropped, "phần thừa")
        data = bytearray(whole)
        data[len(data) // 2] ^= 1
        dropped.path.write_bytes(data)
        nothing_came(ArchiveDamaged, dropped, "Không có gì bị thay đổi")


KILLS = [
    (restoring, "send_as_one", 1),
    (restoring, "bring_in", 1),
    (restoring, "write_rows", 4),
    (restoring, "read_rows", 6),
    (restoring, "verify_chain", 1),
    (files.os, "fsync", 1),
    (files.Path, "replace", 2),
    (restoring, "record_act", 1),
]


def test_killed_at_any_point_and_run_again_it_comes_back(archive: Exported):
    before, neighbour = state_of(HOAN_KIEM), state_of("00004")
    for place, name, call in KILLS:
        drop_commune(HOAN_KIEM, archive=None)
        kill_at(place, name, lambda: restore(archive), call=call)
        # Files without rows at most, under the commune's own folder.
        assert set(traces_of(HOAN_KIEM)) <= {HOAN_KIEM}, name
        assert state_of("00004") == neighbour
        restore(archive)
        assert state_of(HOAN_KIEM) == before, name

    drop_commune(HOAN_KIEM, archive=None)
    kill_at(restoring, "forget_communes", lambda: restore(archive))
    assert state_of(HOAN_KIEM) == before, "It was committed."
    with pytest.raises(NotRestorable):
        restore(archive)
    assert state_of("00004") == neighbour


def test_a_file_left_by_a_killed_run_is_checked_before_it_is_used(dropped: Exported):
    before = restore(dropped)
    with in_commune(HOAN_KIEM):
        keys = [str(one.pk) for one in StoredFile.objects.all()]
    state = state_of(HOAN_KIEM)
    drop_commune(HOAN_KIEM, archive=None)
    left = stored_path(HOAN_KIEM, keys[0])
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")

    assert restore(dropped).files == before.files == 2
    assert state_of(HOAN_KIEM) == state


def test_who_is_here_under_another_key_stands_in_everywhere_but_in_the_history(
    committing_owner: TestServer, settings: Any, tmp_path: Path
):
    a_small_commune()
    mother = make_citizen()
    with in_commune(HOAN_KIEM):
        # An official too, so that columns of both kinds name her.
        Official.objects.create(
            account_id=mother.pk, name=mother.full_name, title="Công chức", roles="clerk"
        )
        record_event(verb="ask", subject_id=mother.pk, actor=Actor.citizen(mother))
    archive = an_archive(tmp_path)
    with another_deployment(committing_owner, settings, tmp_path):
        here = make_citizen()
        assert here.pk != mother.pk

        done = restore(archive)

        assert done.accounts.stand_ins == {str(mother.pk): str(here.pk)}
        assert not Account.objects.filter(pk=mother.pk).exists()
        with in_commune(HOAN_KIEM):
            assert Official.objects.get(roles="clerk").account_id == here.pk
            # What was written down stays as it was written, or the chain would break.
            assert Event.objects.get(verb="ask").actor_id == mother.pk
            assert verify_chain() == 3
            administrator = Official.objects.get(roles="administrator")
        # The first administrator is invited again.
        found = invited(done.invitation.rstrip("/").rpartition("/")[2])
        assert found is not None
        assert (found[0].pk, found[1]) == (administrator.account_id, HOAN_KIEM)


def test_an_older_archive_is_brought_up_to_date(
    dropped: Exported, later: LaterCode, settings: Any, tmp_path: Path
):
    settings.BLUEPRINT_DIR = tmp_path / "blueprints"
    later.add(
        "organisation",
        "0099_shelf",
        'migrations.AddField("department", "shelf", models.CharField(max_length=9, default="A"))',
    )
    version = len(settings.COMMUNE_MIGRATIONS)
    later.use(settings)

    done = restore(dropped)

    assert (done.outcome, done.upgrade_failure) == (Outcome.RESTORED, "")
    assert Commune.objects.get(code=HOAN_KIEM).schema_version == version + 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(shelf) FROM xa_00070.organisation_department")
    with in_commune(HOAN_KIEM):
        assert verify_chain() == 2


def test_the_summary_names_what_an_operator_must_do(
    dropped: Exported, settings: Any, committing_owner: TestServer, tmp_path: Path
):
    out = StringIO()
    with another_deployment(committing_owner, settings, tmp_path):
        Account.objects.create_account(full_name="Ai đó", email="quantri.00070@xaso.localhost")
        call_command(
            "restore_commune",
            str(dropped.path),
            "--key-file",
            str(dropped.key_path),
            stdout=out,
        )
        act = OperatorAct.objects.get(act="restore")
        assert (act.commune_code, act.note) == (HOAN_KIEM, "hoan-kiem.tar")
    said = out.getvalue()
    assert SUBSTITUTE_DOMAIN in said and "Người quản trị nhận tài khoản tại: http" in said
