"""`manage.py verify_history`, and heads kept where the database's owner cannot reach."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
import time_machine
import uuid6
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from tenants.communes.current import in_commune
from tenants.history.events import Actor, hash_of, record_event
from tenants.history.heads import Head, keep_head, kept_heads
from tenants.history.models import ChainHead, Event
from tenants.history.tasks import keep_daily_head
from tenants.jobs.models import Job
from tenants.jobs.runner import run_pending_jobs
from tests.database import TestServer

BA_DINH, NGOC_HA = "00004", "00008"


@pytest.fixture
def told(transactional_db: None, django_db_setup: TestServer) -> None:
    """Three events in one commune, one in the other; whoever looks may change them."""
    django_db_setup.work_in(django_db_setup.copy, django_db_setup.owner)
    for code, times in ((BA_DINH, 3), (NGOC_HA, 1)):
        with in_commune(code):
            for _ in range(times):
                record_event(verb="keep", subject_id=uuid6.uuid7(), actor=Actor.system())


def verify(*arguments: str | Path) -> str:
    """What the command says; what it ends with comes last."""
    out = StringIO()
    try:
        call_command("verify_history", *map(str, arguments), stdout=out, stderr=out)
    except CommandError as error:
        out.write(f"Lỗi: {error}")
    return out.getvalue()


def rewrite_history() -> None:
    """Change an event and make the chain anew from there, as only the owner can."""
    with in_commune(BA_DINH):
        previous = ""
        for event in Event.objects.order_by("sequence"):
            event.verb, event.previous_hash = "rewritten", previous
            event.hash = previous = hash_of(event)
            event.save()
        ChainHead.objects.update(hash=previous)


def test_whole_chains_are_counted(told: None) -> None:
    assert verify() == "Đã kiểm tra 2 đơn vị, 4 sự kiện: không có gì bị sửa.\n"
    assert "1 đơn vị, 1 sự kiện" in verify(NGOC_HA)


def test_the_first_broken_link_is_named_and_other_communes_are_checked(told: None) -> None:
    with in_commune(BA_DINH):
        Event.objects.filter(sequence=2).update(verb="changed")
    said = verify()

    assert f"{BA_DINH}: Chuỗi lịch sử sai từ sự kiện số 2: nội dung đã bị sửa." in said
    assert "Đã kiểm tra 1 đơn vị, 1 sự kiện" in said
    assert said.endswith("Lỗi: Chuỗi lịch sử của 1 đơn vị không đúng; xem ở trên.")


def test_a_chain_made_anew_does_not_pass_through_the_head_of_yesterday(
    told: None, tmp_path: Path
) -> None:
    verify("--write-heads", tmp_path / "heads.csv")
    with in_commune(BA_DINH):
        record_event(verb="later", subject_id=uuid6.uuid7(), actor=Actor.system())
    assert "không có gì bị sửa" in verify("--heads", tmp_path / "heads.csv")

    rewrite_history()
    assert "Lỗi" not in verify()  # by itself it is whole
    said = verify("--heads", tmp_path / "heads.csv")
    assert f"{BA_DINH}: Chuỗi lịch sử sai từ sự kiện số 3" in said
    assert "không khớp đầu chuỗi đã lưu" in said


def test_an_unknown_commune_and_a_file_of_something_else_are_said(
    told: None, tmp_path: Path
) -> None:
    (tmp_path / "other.csv").write_text("a,b\n")
    (tmp_path / "cut.csv").write_text("commune_code,sequence,hash\n00004,3\n")

    assert "Đơn vị mã “99999” chưa tham gia hệ thống" in verify("99999")
    assert "sai ở dòng 1" in verify("--heads", tmp_path / "other.csv")
    assert "sai ở dòng 2" in verify("--heads", tmp_path / "cut.csv")
    assert "Lỗi" in verify("--heads", tmp_path / "none.csv")


def test_work_goes_on_while_a_chain_is_read(told: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another connection adds meanwhile belongs to another moment."""
    from tenants.history import heads

    whole = heads.verify_chain

    def while_somebody_works() -> int:
        found = whole()
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_isolation")
            assert cursor.fetchone() == ("repeatable read",)
        return found

    monkeypatch.setattr(heads, "verify_chain", while_somebody_works)
    assert "không có gì bị sửa" in verify(BA_DINH)


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that heads go to every day."""
    monkeypatch.setattr(settings, "HEADS_DIR", tmp_path / "heads")
    return tmp_path / "heads"


def keep_for_a_day(day: str) -> None:
    """What the jobs of all communes do on a day, one of them twice."""
    with time_machine.travel(f"{day}T23:10:00+07:00"):
        for code in (BA_DINH, NGOC_HA, BA_DINH):
            with in_commune(code):
                keep_daily_head.call()


def test_every_day_has_a_file_of_heads_that_chains_must_pass_through(
    told: None, elsewhere: Path
) -> None:
    keep_for_a_day("2026-11-22")
    with in_commune(BA_DINH):
        record_event(verb="later", subject_id=uuid6.uuid7(), actor=Actor.system())
    keep_for_a_day("2026-11-23")

    first, second = sorted(elsewhere.iterdir())
    assert (first.name, second.name) == ("2026-11-22.csv", "2026-11-23.csv")
    lines = first.read_text().splitlines()
    assert lines[0] == "commune_code,sequence,hash" and lines[1] == lines[3]
    assert [line.split(",")[:2] for line in lines[1:3]] == [[BA_DINH, "3"], [NGOC_HA, "1"]]
    assert "2 đơn vị, 5 sự kiện: không có gì bị sửa" in verify("--heads", elsewhere)

    rewrite_history()

    assert "Lỗi" not in verify()
    assert f"{BA_DINH}: Chuỗi lịch sử sai từ sự kiện số 3" in verify("--heads", elsewhere)
    assert f"{BA_DINH}: Chuỗi lịch sử sai từ sự kiện số 4" in verify("--heads", second)


def test_events_cut_off_after_a_head_was_kept_are_noticed(told: None, elsewhere: Path) -> None:
    keep_for_a_day("2026-11-22")
    with in_commune(BA_DINH):
        last = Event.objects.order_by("sequence")[1]
        Event.objects.filter(sequence=3).delete()
        ChainHead.objects.update(sequence=2, hash=last.hash)

    assert "Lỗi" not in verify()
    assert "sai từ sự kiện số 3" in verify("--heads", elsewhere)


def test_a_folder_that_is_away_fails_the_job_and_is_not_made(
    told: None, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "IS_LOCAL", False)
    with in_commune(BA_DINH):
        keep_daily_head.enqueue()
    run_pending_jobs(raise_errors=False)

    job = Job.objects.get(task=keep_daily_head.module_path)
    assert job.state == Job.State.LATER and "FileNotFoundError" in job.error
    assert not elsewhere.exists()


def test_it_is_done_every_day_by_itself() -> None:
    assert keep_daily_head.module_path in settings.SCHEDULED_TASKS


def test_many_writers_at_once_lose_no_line(tmp_path: Path) -> None:
    heads = [Head(f"{number:05}", number, "0" * 64) for number in range(200)]
    with ThreadPoolExecutor(8) as writers:
        list(
            writers.map(
                lambda head: keep_head(head, folder=tmp_path, day=date(2026, 11, 22)), heads
            )
        )

    kept = kept_heads(tmp_path)
    assert kept == {head.commune_code: [head] for head in heads}
