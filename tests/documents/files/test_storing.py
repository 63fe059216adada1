"""The private store: bytes before the row, nothing left of what was refused, no path from names."""

from __future__ import annotations

import hashlib
import os
import re
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import Http404

from documents.files.errors import FileEmpty, FileTooLarge, KindRefused
from documents.files.intake import store_upload
from documents.files.models import StoredFile
from documents.files.names import clean_name
from documents.files.serving import file_response
from documents.files.storing import (
    matches_hash,
    open_stored,
    path_of,
    remove_file,
    remove_orphans,
    store_bytes,
)
from tenants.communes.current import CommuneInfo, in_commune
from tests.documents.files.test_content import pdf, picture

LIMIT = 20 * 1024 * 1024


@pytest.fixture(autouse=True)
def _own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "FILES_ROOT", tmp_path)


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def sent(name: str, data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type="application/x-claimed-by-the-browser")


def test_a_file_is_kept_under_its_key_with_its_hash(
    in_ba_dinh: CommuneInfo, tmp_path: Path
) -> None:
    data = pdf(2)

    stored = store_upload(sent("../../etc/Giấy chứng sinh.pdf", data), limit_bytes=LIMIT)

    assert (stored.kind, stored.size, stored.pages) == ("application/pdf", len(data), 2)
    assert stored.sha256 == hashlib.sha256(data).hexdigest()
    [path] = files_in(tmp_path)
    assert re.fullmatch(r"00004/[0-9a-f]{2}/[0-9a-f-]{36}", str(path.relative_to(tmp_path)))
    assert path.stat().st_mode & 0o077 == 0
    with open_stored(stored.id) as file:
        assert file.read() == data


def test_the_content_decides_the_kind_not_the_name(in_ba_dinh: CommuneInfo) -> None:
    stored = store_upload(sent("anh.pdf", picture("PNG")), limit_bytes=LIMIT)

    assert stored.kind == "image/png"


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("giay.pdf", b"<html>", "Nội dung tệp này không phải PDF như tên của nó"),
        ("don.docx", b"PK\x03\x04....", "Chỉ nhận tệp PDF, JPEG hoặc PNG"),
        ("khong-ten", b"\0\1\2", "Chỉ nhận tệp"),
    ],
)
def test_a_file_of_no_kind_is_refused_and_nothing_is_kept(
    in_ba_dinh: CommuneInfo, tmp_path: Path, name: str, data: bytes, sentence: str
) -> None:
    with pytest.raises(KindRefused, match=sentence):
        store_upload(sent(name, data), limit_bytes=LIMIT)

    assert files_in(tmp_path) == []
    assert not StoredFile.objects.exists()


def test_a_kind_that_this_paper_does_not_take_is_refused(in_ba_dinh: CommuneInfo) -> None:
    with pytest.raises(KindRefused, match=r"^Chỉ nhận tệp PDF\. "):
        store_upload(sent("anh.png", picture("PNG")), limit_bytes=LIMIT, kinds=["pdf"])


def test_an_empty_file_is_refused(in_ba_dinh: CommuneInfo) -> None:
    with pytest.raises(FileEmpty, match="rỗng"):
        store_upload(sent("a.pdf", b""), limit_bytes=LIMIT)


def test_a_file_over_the_limit_is_refused_with_both_sizes(in_ba_dinh: CommuneInfo) -> None:
    upload = sent("a.pdf", b"%PDF-")
    upload.size = 32 * 1024 * 1024

    with pytest.raises(FileTooLarge) as caught:
        store_upload(upload, limit_bytes=LIMIT)

    assert str(caught.value) == (
        "Tệp này nặng 32 MB, hơn mức 20 MB. "
        "Hãy chụp lại ở chất lượng thường hoặc tách thành hai tệp."
    )


def test_another_commune_has_no_such_file(ba_dinh: CommuneInfo, ngoc_ha: CommuneInfo) -> None:
    with in_commune("00004"):
        stored = store_bytes(pdf(), "application/pdf")
    with in_commune("00008"):
        assert not StoredFile.objects.filter(pk=stored.id).exists()
        with pytest.raises(Http404):
            open_stored(stored.id)


def test_a_changed_file_no_longer_matches_its_hash(in_ba_dinh: CommuneInfo) -> None:
    stored = store_bytes(pdf(), "application/pdf")
    assert matches_hash(stored)

    path_of(stored.id).write_bytes(b"%PDF- changed")

    assert not matches_hash(stored)


@pytest.mark.django_db(transaction=True)
def test_the_bytes_go_only_when_the_removal_is_committed(tmp_path: Path) -> None:
    with in_commune("00004"):
        stored = store_bytes(pdf(), "application/pdf")
        path = path_of(stored.id)
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            remove_file(stored=StoredFile.objects.get(pk=stored.pk))
            raise ZeroDivisionError
        assert path.exists()

        remove_file(stored=stored)

        assert not path.exists()
        assert not StoredFile.objects.exists()


def test_files_without_a_row_are_swept_after_a_day(in_ba_dinh: CommuneInfo, tmp_path: Path) -> None:
    kept = store_bytes(pdf(), "application/pdf")
    young, old = (store_bytes(pdf(), "application/pdf") for _ in range(2))
    StoredFile.objects.filter(pk__in=[young.pk, old.pk]).delete()
    yesterday = time.time() - 25 * 60 * 60
    for stored in (kept, old):
        os.utime(path_of(stored.id), (yesterday, yesterday))

    assert remove_orphans() == 1
    assert {path.name for path in files_in(tmp_path)} == {str(kept.id), str(young.id)}


def test_a_file_is_answered_as_what_it_is(in_ba_dinh: CommuneInfo) -> None:
    data = picture("JPEG")
    stored = store_bytes(data, "image/jpeg")

    response = file_response(stored, name="Giấy chứng sinh.exe")

    assert response["Content-Type"] == "image/jpeg"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith("attachment")
    assert "no-store" in response["Cache-Control"]
    assert b"".join(response.streaming_content) == data  # type: ignore[arg-type]
    response.close()
    looked_at = file_response(stored, name="a", inline=True)
    assert looked_at["Content-Disposition"].startswith("inline")
    policy = looked_at["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "sandbox" in policy and "'self'" in policy
    looked_at.close()


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Giấy chứng sinh.PDF", "Giấy chứng sinh.pdf"),
        ("C:\\Users\\lan\\giấy.pdf", "giấy.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("a\u202efdp.exe", "a fdp.exe.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie x.pdf"),
        ("...", "giay-to.pdf"),
        ("", "giay-to.pdf"),
        ("x" * 300, "x" * 96 + ".pdf"),
        ("Giấy".encode().decode() + ".pdf", "Giấy.pdf"),
    ],
)
def test_names_are_cleaned_for_people(given: str, shown: str) -> None:
    assert clean_name(given, "application/pdf") == shown
