"""The private store: one folder a commune, one file under each row's key, never a person's name.

A file is written, flushed to the disk and only then given its row. A crash between the two
leaves a file without a row, which `remove_orphans` takes away; never a row without its file.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast
from uuid import UUID

import uuid6
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404

from documents.files.content import Content, inspect, kind_of
from documents.files.errors import FileEmpty, FileTooLarge, KindRefused
from documents.files.models import StoredFile
from tenants.communes.current import current_commune
from tenants.communes.store import commune_folder, stored_path

_CHUNK = 256 * 1024
# Longer than any request or job may take.
_ORPHAN_AGE_SECONDS = 24 * 60 * 60
_SHORT_NAMES = {"pdf": "application/pdf", "jpeg": "image/jpeg", "jpg": "image/jpeg"} | {
    "png": "image/png"
}


@dataclass(frozen=True)
class _Written:
    """A file in the store that has no row yet."""

    id: UUID
    path: Path
    size: int
    sha256: str


def _folder() -> Path:
    return commune_folder(current_commune().code)


def path_of(file_id: UUID) -> Path:
    """Return where the current commune's file of this key lies."""
    return stored_path(current_commune().code, str(file_id))


def _write(chunks: Iterable[bytes]) -> _Written:
    """Write bytes under a new key and wait until the disk has them."""
    key = uuid6.uuid7()
    path = path_of(key)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, size = hashlib.sha256(), 0
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        for chunk in chunks:
            file.write(chunk)
            digest.update(chunk)
            size += len(chunk)
        file.flush()
        os.fsync(file.fileno())
    return _Written(key, path, size, digest.hexdigest())


def _row(written: _Written, content: Content) -> StoredFile:
    return StoredFile.objects.create(
        id=written.id,
        kind=content.kind,
        size=written.size,
        pages=content.pages,
        sha256=written.sha256,
    )


def _media_types(kinds: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(_SHORT_NAMES.get(kind, kind) for kind in kinds))


def _label(kind: str) -> str:
    return str(StoredFile.Kind(kind).label)


def _check(written: _Written, *, name: str, kinds: Iterable[str]) -> Content:
    """Return what the written file is, or raise FileRefused."""
    allowed = _media_types(kinds)
    with (
        written.path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
    ):
        kind = kind_of(data)
        if kind is None or kind not in allowed:
            raise KindRefused(
                name=name,
                found=_label(kind) if kind else None,
                allowed=[_label(kind) for kind in allowed],
            )
        return inspect(data, kind)


def store_upload(
    upload: UploadedFile[Any],
    *,
    limit_bytes: int,
    kinds: Iterable[str] = tuple(StoredFile.Kind.values),
) -> StoredFile:
    """Keep a file that somebody sent, having decided its kind by its content.

    Raises a FileRefused whose sentence is for the sender; nothing is kept then. The file is
    looked at here and now, without decoding it (`documents.files.content`).
    """
    size = upload.size or 0
    if size == 0:
        raise FileEmpty
    if size > limit_bytes:
        raise FileTooLarge(size=size, limit=limit_bytes)
    written = _write(upload.chunks(_CHUNK))
    try:
        content = _check(written, name=upload.name or "", kinds=kinds)
        return _row(written, content)
    except BaseException:
        written.path.unlink(missing_ok=True)
        raise


def store_bytes(data: bytes, kind: str, *, pages: int = 1) -> StoredFile:
    """Keep a file that this program made itself."""
    if not data:
        raise FileEmpty
    written = _write([data])
    try:
        return _row(written, Content(kind, pages))
    except BaseException:
        written.path.unlink(missing_ok=True)
        raise


def get_stored(file_id: UUID) -> StoredFile:
    """Return the row of a file of the current commune, or 404. Access is the caller's to check."""
    stored = StoredFile.objects.filter(pk=file_id).first()
    if stored is None:
        raise Http404
    return stored


def open_stored(file_id: UUID) -> BinaryIO:
    """Open a file of the current commune for reading; 404 when it is not there."""
    try:
        return cast(BinaryIO, path_of(file_id).open("rb"))
    except FileNotFoundError as error:
        raise Http404 from error


def matches_hash(stored: StoredFile) -> bool:
    """Whether the bytes on the disk are those that were stored."""
    digest = hashlib.sha256()
    with open_stored(stored.id) as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest() == stored.sha256


@transaction.atomic
def remove_file(*, stored: StoredFile) -> None:
    """Remove a file that nothing refers to any more; its bytes go when that is committed."""
    path = path_of(stored.id)
    stored.delete()
    transaction.on_commit(lambda: path.unlink(missing_ok=True))


def _files_on_disk() -> Iterator[Path]:
    folder = _folder()
    return (path for path in folder.glob("??/*") if path.is_file()) if folder.exists() else iter(())


def remove_orphans() -> int:
    """Remove the current commune's files that never got a row; return how many."""
    oldest = time.time() - _ORPHAN_AGE_SECONDS
    old = [path for path in _files_on_disk() if path.stat().st_mtime < oldest]
    known = {str(key) for key in StoredFile.objects.values_list("id", flat=True)} if old else set()
    orphans = [path for path in old if path.name not in known]
    for path in orphans:
        path.unlink(missing_ok=True)
    return len(orphans)
