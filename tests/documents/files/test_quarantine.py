"""From upload to verdict: who sees what, what is stored, what happens when things go wrong."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from PIL import Image  # noqa: TID253

from documents.files.checking import NotChecked
from documents.files.errors import FileRefused, refused_because
from documents.files.intake import store_upload
from documents.files.models import StoredFile
from documents.files.serving import file_response
from documents.files.storing import matches_hash, path_of, store_bytes
from documents.files.tasks import check_file, check_forgotten
from tenants.communes.current import CommuneInfo
from tenants.jobs.models import Job
from tenants.jobs.runner import run_pending_jobs
from tests.documents.files.test_checking import saved, with_script
from tests.documents.files.test_content import pdf, picture
from tests.documents.files.test_storing import files_in, sent
from tests.documents.files.test_stripping import SECRETS, photograph, shown

LIMIT = 20 * 1024 * 1024


@pytest.fixture(autouse=True)
def _own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "FILES_ROOT", tmp_path)


def keep(data: bytes, name: str = "giấy.pdf", **given: bool) -> StoredFile:
    return store_upload(sent(name, data), limit_bytes=LIMIT, **given)


def as_it_is(stored: StoredFile) -> StoredFile:
    return StoredFile.objects.get(pk=stored.pk)


def test_what_is_sent_waits_and_is_free_after_its_check(in_ba_dinh: CommuneInfo) -> None:
    stored = keep(pdf(3))

    assert stored.state == StoredFile.State.QUARANTINED and stored.checked_at is None
    [job] = Job.objects.filter(task=check_file.module_path)
    assert job.args == {"args": [str(stored.pk)], "kwargs": {"strip": False}}
    run_pending_jobs()

    checked = as_it_is(stored)
    assert (checked.state, checked.refusal, checked.pages) == ("clean", "", 3)
    assert checked.checked_at is not None and matches_hash(checked)


def test_what_the_program_makes_itself_is_free_at_once(in_ba_dinh: CommuneInfo) -> None:
    assert store_bytes(pdf(), "application/pdf").state == StoredFile.State.CLEAN
    assert not Job.objects.exists()


def test_the_check_is_enqueued_with_the_row_or_not_at_all(
    in_ba_dinh: CommuneInfo, tmp_path: Path
) -> None:
    with transaction.atomic():
        keep(pdf())
        transaction.set_rollback(True)

    assert not StoredFile.objects.exists() and not Job.objects.exists()


def test_a_file_in_quarantine_is_shown_to_its_giver_alone_and_to_be_saved(
    in_ba_dinh: CommuneInfo,
) -> None:
    stored = keep(pdf())

    others = file_response(stored, name="a", inline=True)
    assert others.status_code == 409
    assert "đang được kiểm tra" in others.content.decode()  # type: ignore[attr-defined]
    assert not others.streaming
    own = file_response(stored, name="a", inline=True, is_giver=True)
    assert own.status_code == 200 and own["Content-Disposition"].startswith("attachment")
    own.close()


def test_a_file_that_is_refused_is_shown_to_nobody_with_words_that_say_what_to_do(
    in_ba_dinh: CommuneInfo,
) -> None:
    stored = keep(saved(with_script))
    run_pending_jobs()

    refused = as_it_is(stored)
    assert (refused.state, refused.refusal) == ("refused", "FileActive")
    for is_giver in (True, False):
        answer = file_response(refused, name="a", is_giver=is_giver)
        assert answer.status_code == 409 and not answer.streaming
        assert "in ra tệp PDF mới" in answer.content.decode()  # type: ignore[attr-defined]
        assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("reason", ["FileUnreadable", "PictureTooLarge", "", "FromAnOlderVersion"])
def test_every_kept_reason_has_words(reason: str) -> None:
    problem = refused_because(reason)
    assert isinstance(problem, FileRefused) and "ãy " in str(problem)


def test_a_photograph_loses_its_notes_before_anybody_sees_it(in_ba_dinh: CommuneInfo) -> None:
    data = photograph()
    stored = keep(data, "a.jpg", strip=True)
    run_pending_jobs()

    checked = as_it_is(stored)
    assert checked.state == StoredFile.State.CLEAN
    kept = path_of(stored.pk).read_bytes()
    assert not [secret for secret in SECRETS if secret in kept]
    assert (checked.size, checked.sha256) == (len(kept), hashlib.sha256(kept).hexdigest())
    assert shown(kept).tobytes() == shown(data).tobytes()
    lying = [path for path in files_in(path_of(stored.pk).parent) if path.suffix != ".jpg"]
    assert lying == [path_of(stored.pk)]


def test_without_being_asked_nothing_is_taken_out_of_a_picture(in_ba_dinh: CommuneInfo) -> None:
    stored = keep(photograph(), "a.jpg")
    run_pending_jobs()

    assert as_it_is(stored).sha256 == stored.sha256
    assert matches_hash(as_it_is(stored))


def test_a_check_that_ends_after_the_bytes_changed_is_made_good_by_the_next(
    in_ba_dinh: CommuneInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = keep(photograph(), "a.jpg", strip=True)
    with monkeypatch.context() as broken:
        broken.setattr("documents.files.tasks.is_configured", lambda: 1 / 0)
        run_pending_jobs(raise_errors=False)
    assert as_it_is(stored).state == StoredFile.State.QUARANTINED

    check_file.call(str(stored.pk), strip=True)

    assert as_it_is(stored).state == StoredFile.State.CLEAN
    assert matches_hash(as_it_is(stored))


def test_a_check_that_gives_no_verdict_leaves_the_file_where_it_is(
    in_ba_dinh: CommuneInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: object, **_named: object) -> None:
        raise NotChecked("quá 8 giây")

    monkeypatch.setattr("documents.files.tasks.look_into", fail)
    stored = keep(picture("PNG"), "a.png", strip=True)
    run_pending_jobs(raise_errors=False)

    assert as_it_is(stored).state == StoredFile.State.QUARANTINED
    assert Job.objects.get().state == Job.State.LATER
    assert files_in(path_of(stored.pk).parent) == [path_of(stored.pk)]


def test_a_file_that_was_taken_off_or_checked_already_is_left_alone(
    in_ba_dinh: CommuneInfo,
) -> None:
    made = store_bytes(b"%PDF-1.4 no real one", "application/pdf")
    check_file.call(str(made.pk))
    assert as_it_is(made).state == StoredFile.State.CLEAN
    stored = keep(pdf())
    stored.delete()
    run_pending_jobs()


def test_a_file_whose_job_is_gone_is_found_at_night(in_ba_dinh: CommuneInfo) -> None:
    young, old = keep(pdf()), keep(photograph(), "a.jpg")
    Job.objects.all().delete()
    StoredFile.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=2))

    assert check_forgotten() == 1

    run_pending_jobs()
    assert as_it_is(old).state == StoredFile.State.CLEAN
    assert as_it_is(young).state == StoredFile.State.QUARANTINED


_TRIALS = """
import os, socket, sys
from documents.files.checker import limit_child
held = open("/dev/null", "wb")
limit_child()
def fails(what):
    try:
        what()
    except (OSError, MemoryError):
        return "."
    return "!"
print(
    fails(lambda: open("/etc/passwd")),
    fails(lambda: socket.socket()),
    fails(lambda: os.pipe()),
    fails(lambda: bytearray(600 * 2**20)),
    sep="",
)
"""


def test_a_limited_child_opens_nothing_and_takes_no_more_than_its_memory() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", _TRIALS], cwd=settings.BASE_DIR, capture_output=True, check=False
    )
    assert answer.stdout.decode().strip() == "....", answer.stderr.decode()


def test_a_file_that_is_never_done_with_ends_with_its_processor_time(tmp_path: Path) -> None:
    program = (
        "from documents.files import checker; checker.CPU_SECONDS = 1; checker.limit_child()\n"
        "while True: pass"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], cwd=settings.BASE_DIR, check=False, timeout=20
    )
    assert answer.returncode < 0


def test_pictures_are_really_decoded(in_ba_dinh: CommuneInfo) -> None:
    """One whose headers and end are right, and whose middle makes no picture."""
    target = io.BytesIO()
    Image.effect_noise((300, 300), 64).save(target, "PNG")
    data = bytearray(target.getvalue())
    middle = len(data) // 2
    data[middle : middle + 200] = b"\0" * 200
    stored = keep(bytes(data), "a.png")
    run_pending_jobs()

    assert as_it_is(stored).refusal == "FileUnreadable"
