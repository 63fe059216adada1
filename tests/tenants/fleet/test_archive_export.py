"""An archive holds everything of a commune, closed, while the commune goes on working."""

from __future__ import annotations

import base64
import threading
from collections import Counter
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import uuid6
from django.core.management import CommandError, call_command
from django.db import connection

from documents.files.models import StoredFile
from documents.files.storing import remove_file, store_bytes
from services.cases.models import Case
from services.tracking.models import TrackedCase
from tenants.communes.current import CommuneNotOnboarded, in_commune
from tenants.communes.models import Commune
from tenants.communes.store import stored_path
from tenants.fleet.archive import exporting
from tenants.fleet.archive.container import ArchiveReader, read_key_file
from tenants.fleet.archive.errors import (
    AlreadyThere,
    FilesMissing,
    KeyUnreadable,
    ValueUnreadable,
    VersionDiffers,
)
from tenants.fleet.archive.exporting import Exported, export_commune
from tenants.fleet.archive.rows import lines_of, values_of
from tenants.fleet.archive.tables import Table
from tenants.fleet.models import OperatorAct
from tenants.fleet.onboarding import onboard_commune
from tenants.history.events import Actor, record_event
from tests.database import TestServer
from tests.factories import PDF
from tests.journeys.people import THUONG
from tests.tenants.fleet.archives import HOAN_KIEM, a_lived_in_commune, an_archive


def members(done: Exported) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The manifest, and every member in clear."""
    with done.path.open("rb") as file:
        reader = ArchiveReader(file, done.path, read_key_file(done.key_path), done.key_path)
        plain = {
            name: b"".join(
                reader.read(
                    name,
                    size=10_000_000,
                    compressed=not name.startswith("file/") and name != "manifest",
                    exactly=False,
                )
            )
            for name in reader.names
        }
        return reader.read_manifest(), plain


def in_another_thread(act: Callable[[], Any]) -> None:
    """Do something in the commune on another connection, and wait until it is committed."""

    def run() -> None:
        with in_commune(HOAN_KIEM):
            act()
        connection.close()

    other = threading.Thread(target=run)
    other.start()
    other.join(20)
    assert not other.is_alive(), "The export locks the commune."


@pytest.fixture
def empty_commune(committing_owner: TestServer) -> str:
    onboard_commune(HOAN_KIEM)
    return HOAN_KIEM


class TestALivedInCommune:
    """One archive, looked at from every side; filling a commune takes seconds."""

    def test_its_archive_holds_all_and_shows_nothing(
        self, committing_owner: TestServer, tmp_path: Path
    ):
        case = a_lived_in_commune()
        done = an_archive(tmp_path)
        manifest, plain = members(done)

        # All of it.
        rows = {table["member"]: table["rows"] for table in manifest["tables"]}
        assert rows["rows/cases_case"] == rows["shared/tracking_trackedcase"] == 3
        assert rows["rows/cases_draft"] == rows["shared/calendar_specialday"] == 1
        assert rows["shared/communes_domain"] == 1 <= rows["shared/jobs_schedule"]
        # A slip and a result to print, and what people are told; what is done stays.
        jobs = [values_of(line) for line in lines_of([plain["shared/jobs_job"]])]
        task = jobs[0].index("task")
        waiting = Counter(values[task] for values in jobs[1:])
        assert waiting.pop("documents.registers.tasks.render_document") == 2
        assert waiting.keys() == {"tenants.notices.tasks.deliver_notice"}
        assert done.rows == sum(rows.values())
        with in_commune(HOAN_KIEM):
            files = {str(one.pk): one.sha256 for one in StoredFile.objects.all()}
        index = [values_of(line) for line in lines_of([plain["files"]])]
        assert {str(key): sha256 for key, _, sha256 in index[1:]} == files
        assert PDF in [data for name, data in plain.items() if name.startswith("file/")]
        assert manifest["commune"]["code"] == HOAN_KIEM
        assert manifest["migrations"][0] == ["history", "0001_initial"]

        # Opened inside, so that another deployment can seal it with its own key.
        cases = plain["rows/cases_case"].decode()
        assert THUONG.national_id in cases
        assert case.applicant_id_index not in cases
        assert THUONG.national_id in plain["shared/tracking_trackedcase"].decode()

        # Closed outside.
        sealed = done.path.read_bytes()
        for secret in (THUONG.national_id, THUONG.name, THUONG.phone, case.code, "%PDF"):
            assert secret.encode() not in sealed
        assert done.path.stat().st_mode & 0o777 == 0o600
        assert done.key_path.stat().st_mode & 0o777 == 0o600

        # People without what they sign in with.
        people = plain["accounts"].decode()
        assert THUONG.national_id in people and THUONG.phone in people
        names = values_of(people.encode().splitlines(keepends=True)[0])
        assert not {"password", "is_operator"} & set(names)
        assert "md5$" not in people

        # Indexes of another key or of nothing are told, and made anew where they can be.
        with in_commune(HOAN_KIEM):
            Case.objects.filter(pk=case.pk).update(applicant_id_index="x" * 32)
        other = TrackedCase.objects.exclude(case_id=case.pk).first()
        assert other is not None
        TrackedCase.objects.filter(pk=other.pk).update(applicant_id_index="y" * 32)
        stale = an_archive(tmp_path, "stale.tar")
        assert (done.stale_indexes, stale.stale_indexes) == (0, 2)
        rows_now = members(stale)[1]
        assert rows_now["rows/cases_case"] == plain["rows/cases_case"]
        assert b"y" * 32 not in rows_now["shared/tracking_trackedcase"]
        assert (
            rows_now["shared/tracking_trackedcase"].count(THUONG.national_id.encode())
            == plain["shared/tracking_trackedcase"].count(THUONG.national_id.encode()) - 1
        )

        # The operators' log knows of it.
        act = OperatorAct.objects.filter(act="export").earliest("id")
        assert act.commune_code == HOAN_KIEM and done.sha256 in act.note
        assert sorted(p.name for p in tmp_path.glob("hoan*")) == [
            "hoan-kiem.tar",
            "hoan-kiem.tar.key",
        ]
        assert not list(tmp_path.glob(".*"))


def test_the_command_sums_up_in_vietnamese(empty_commune: str, tmp_path: Path):
    out = StringIO()
    call_command("export_commune", HOAN_KIEM, "--to", str(tmp_path / "a.tar"), stdout=out)

    assert "Đã xuất ra" in out.getvalue() and "1 tài khoản, 0 tệp" in out.getvalue()
    assert "cất khóa ở nơi khác" in out.getvalue()
    with pytest.raises(CommandError, match="Hãy chọn tên khác"):
        call_command("export_commune", HOAN_KIEM, "--to", str(tmp_path / "a.tar"))


def test_two_archives_of_one_state_have_the_same_hashes(empty_commune: str, tmp_path: Path):
    first, second = an_archive(tmp_path, "1.tar"), an_archive(tmp_path, "2.tar")

    assert members(first)[0]["tables"] == members(second)[0]["tables"]
    assert first.sha256 != second.sha256


def test_a_key_that_is_there_is_used_again_and_a_bad_one_refused(
    empty_commune: str, tmp_path: Path
):
    first = an_archive(tmp_path, "1.tar")
    again = export_commune(HOAN_KIEM, to=tmp_path / "2.tar", key_file=first.key_path)
    assert (first.key_made, again.key_made) == (True, False)
    (tmp_path / "bad").write_text("không phải khóa")
    with pytest.raises(KeyUnreadable):
        export_commune(HOAN_KIEM, to=tmp_path / "3.tar", key_file=tmp_path / "bad")
    assert not (tmp_path / "3.tar").exists()


def test_nothing_is_written_over(empty_commune: str, tmp_path: Path):
    (tmp_path / "hoan-kiem.tar").write_text("quý")
    with pytest.raises(AlreadyThere):
        an_archive(tmp_path)
    assert (tmp_path / "hoan-kiem.tar").read_text() == "quý"


def test_a_commune_that_waits_for_an_upgrade_is_not_exported(empty_commune: str, tmp_path: Path):
    Commune.objects.filter(code=HOAN_KIEM).update(schema_version=1)
    with pytest.raises(VersionDiffers, match="nâng cấp đơn vị trước"):
        an_archive(tmp_path)
    with pytest.raises(CommuneNotOnboarded):
        export_commune("99999", to=tmp_path / "a.tar")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_not_what_its_row_says_stops_the_export(empty_commune: str, tmp_path: Path):
    with in_commune(HOAN_KIEM):
        whole, missing = store_bytes(PDF, "application/pdf"), store_bytes(PDF, "application/pdf")
    stored_path(HOAN_KIEM, str(missing.pk)).unlink()
    with pytest.raises(FilesMissing, match=str(missing.pk)):
        an_archive(tmp_path)
    stored_path(HOAN_KIEM, str(missing.pk)).write_bytes(PDF)
    stored_path(HOAN_KIEM, str(whole.pk)).write_bytes(PDF[:-1] + b"x")
    with pytest.raises(FilesMissing, match=str(whole.pk)):
        an_archive(tmp_path)
    assert not (tmp_path / "hoan-kiem.tar").exists()
    assert not list(tmp_path.glob(".*"))


def test_a_sealed_value_that_does_not_open_is_named(
    empty_commune: str, tmp_path: Path, settings: Any
):
    with in_commune(HOAN_KIEM):
        record_event(
            verb="x", subject_id=uuid6.uuid7(), actor=Actor.system(), details={"note": "y"}
        )
    settings.ENCRYPTION_KEYS = "new:" + base64.b64encode(b"n" * 32).decode()
    with pytest.raises(ValueUnreadable, match="history_event"):
        an_archive(tmp_path)
    assert not list(tmp_path.glob("*.tar"))


def test_rows_that_belong_together_are_of_one_moment(
    empty_commune: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """An event is recorded after the events were read and before the head of their chain is."""
    original, read = exporting.read_rows, []

    def record() -> None:
        in_another_thread(
            lambda: record_event(verb="x", subject_id=uuid6.uuid7(), actor=Actor.system())
        )

    def and_record(table: Table, *args: Any, **options: Any) -> Any:
        if table.name == "history_chainhead":
            assert "history_event" in read
            record()
        read.append(table.name)
        return original(table, *args, **options)

    record()
    monkeypatch.setattr(exporting, "read_rows", and_record)
    _, plain = members(an_archive(tmp_path))

    columns, head = (values_of(line) for line in lines_of([plain["rows/history_chainhead"]]))
    assert head[columns.index("sequence")] == "1"
    assert len(plain["rows/history_event"].splitlines()) == 1 + 1


def test_work_goes_on_meanwhile_and_the_archive_is_of_one_moment(
    empty_commune: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A file is removed and another one added, each with its row, after the snapshot was taken."""
    with in_commune(HOAN_KIEM):
        going = store_bytes(PDF, "application/pdf")
    original, calls = exporting.file_entries, []

    def work() -> None:
        remove_file(stored=StoredFile.objects.get(pk=going.pk))
        store_bytes(PDF + b"\n", "application/pdf")

    def meanwhile(code: str) -> Any:
        entries = list(original(code))
        if not calls:
            in_another_thread(work)
        calls.append([entry.key for entry in entries])
        return iter(entries)

    monkeypatch.setattr(exporting, "file_entries", meanwhile)
    done = an_archive(tmp_path)

    assert calls[0] == [str(going.pk)], "The first snapshot does not see what came later."
    assert len(calls) == 2, "A file that went away meanwhile asks for a new snapshot."
    manifest, plain = members(done)
    assert manifest["files"]["count"] == done.files == 1
    assert PDF + b"\n" in plain.values()
