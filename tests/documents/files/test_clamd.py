"""Viruses: Debian's own clamd, started here with one signature, meets a file that carries it."""

from __future__ import annotations

import io
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pikepdf  # noqa: TID253
import pytest
from django.conf import settings

from documents.files.clamd import ScannerAway, is_configured, is_infected
from documents.files.intake import store_upload
from documents.files.models import StoredFile
from documents.files.serving import file_response, not_open_because
from tenants.communes.current import CommuneInfo
from tenants.jobs.models import Job
from tenants.jobs.runner import run_pending_jobs
from tenants.jobs.turns import queue_jobs
from tests.documents.files.test_content import pdf
from tests.documents.files.test_storing import sent

# The string that every scanner knows and that does nothing; written so that this file is not it.
EICAR = (r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + "ANTIVIRUS-TEST-FILE!$H+H*").encode()
LIMIT = 20 * 1024 * 1024
CLAMD = shutil.which("clamd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
_START_SECONDS = 30


@pytest.fixture(autouse=True)
def _own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "FILES_ROOT", tmp_path / "files")


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The socket of a daemon that knows one signature, which needs no download."""
    if CLAMD is None:
        if os.geteuid() == 0 and shutil.which("apt-get"):
            pytest.fail("clamd is not here: run config/local/setup.sh test")
        pytest.skip("clamd is not here, and only root can install it (apt-get: clamav-daemon)")
    folder = tmp_path_factory.mktemp("clamd")
    signatures = folder / "signatures"
    signatures.mkdir()
    (signatures / "eicar.ndb").write_text(f"Eicar-Test:0:*:{EICAR.hex()}\n")
    at = folder / "socket"
    configuration = folder / "clamd.conf"
    configuration.write_text(
        f"Foreground yes\nLocalSocket {at}\nDatabaseDirectory {signatures}\n"
        f"TemporaryDirectory {folder}\nMaxThreads 2\nStreamMaxLength 25M\n"
    )
    process = subprocess.Popen(
        [CLAMD, "--config-file", str(configuration)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        _wait_for(at, process)
        yield at
    finally:
        process.kill()
        process.communicate()


def _wait_for(at: Path, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with socket.socket(socket.AF_UNIX) as trial:
            if trial.connect_ex(str(at)) == 0:
                return
        time.sleep(0.05)
    process.kill()
    said = process.communicate()[0].decode(errors="replace")
    pytest.fail(f"clamd did not start: {said[-500:]}")


@pytest.fixture
def scanned(daemon: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "CLAMD_SOCKET", str(daemon))


def infected_pdf() -> bytes:
    """A PDF that opens like any other and carries the string beside its page."""
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as document:
        document.Root.Extra = document.make_stream(EICAR)
        document.save(target, compress_streams=False)
    return target.getvalue()


def kept(data: bytes) -> StoredFile:
    stored = store_upload(sent("giấy.pdf", data), limit_bytes=LIMIT)
    run_pending_jobs(raise_errors=False)
    return StoredFile.objects.get(pk=stored.pk)


def test_a_file_that_carries_a_virus_is_refused_and_never_sent(
    scanned: None, in_ba_dinh: CommuneInfo
) -> None:
    stored = kept(infected_pdf())

    assert (stored.state, stored.refusal) == ("refused", "FileInfected")
    assert stored.checked_at is not None
    for is_giver in (True, False):
        answer = file_response(stored, name="giấy.pdf", is_giver=is_giver)
        assert answer.status_code == 409
        assert "mã độc" in answer.content.decode()  # type: ignore[attr-defined]
        assert EICAR not in answer.content  # type: ignore[attr-defined]


def test_a_file_without_one_is_free(scanned: None, in_ba_dinh: CommuneInfo) -> None:
    assert kept(pdf()).state == StoredFile.State.CLEAN


def test_without_a_scanner_the_same_file_would_pass(in_ba_dinh: CommuneInfo) -> None:
    assert not is_configured()
    assert kept(infected_pdf()).state == StoredFile.State.CLEAN


def test_while_the_scanner_is_away_the_file_stays_in_quarantine_and_is_checked_afterwards(
    daemon: Path, in_ba_dinh: CommuneInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "CLAMD_SOCKET", f"{daemon}.gone")

    stored = kept(infected_pdf())

    assert stored.state == StoredFile.State.QUARANTINED
    assert not_open_because(stored) is not None
    job = Job.objects.get(args__args=[str(stored.pk)])
    assert job.state == Job.State.LATER and "ScannerAway" in job.error
    monkeypatch.setattr(settings, "CLAMD_SOCKET", str(daemon))
    queue_jobs(
        "SELECT id, queue, commune_code FROM jobs_job WHERE id = %(id)s FOR UPDATE",
        {"id": job.pk},
        ", not_before = STATEMENT_TIMESTAMP()",
    )
    run_pending_jobs()
    assert StoredFile.objects.get(pk=stored.pk).refusal == "FileInfected"


def test_over_tcp_it_is_found_too_and_nobody_there_is_no_verdict(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    monkeypatch.setattr(settings, "CLAMD_ADDRESS", f"127.0.0.1:{port}")
    assert is_configured()
    with pytest.raises(ScannerAway, match="không trả lời"):
        is_infected(io.BytesIO(b"x"))


@pytest.mark.parametrize("answer", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"OK\0"])
def test_any_other_answer_is_no_verdict(
    answer: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = str(tmp_path / "socket")
    monkeypatch.setattr(settings, "CLAMD_SOCKET", at)
    import threading

    with socket.socket(socket.AF_UNIX) as server:
        server.bind(at)
        server.listen()

        def say() -> None:
            connection, _address = server.accept()
            with connection:
                while b"\0\0\0\0" not in connection.recv(1024):
                    pass
                connection.sendall(answer)

        speaker = threading.Thread(target=say)
        speaker.start()
        with pytest.raises(ScannerAway):
            is_infected(io.BytesIO(b"x"))
        speaker.join()
