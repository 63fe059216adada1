"""The private store: one folder a commune, one file under each row's key, never a person's name.

A file is written, flushed to the disk and only then given its row. A crash between the two
leaves a file without a row, which `remove_orphans` takes away; never a row without its file.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast
from uuid import UUID

import uuid6
from django.db import transaction
from django.http import Http404

from documents.files.content import Content
from documents.files.errors import FileEmpty
from documents.files.models import StoredFile
from tenants.communes.current import current_commune
from tenants.communes.store import commune_folder, stored_path

CHUNK = 256 * 1024
# Longer than any request or job may take.
_ORPHAN_AGE_SECONDS = 24 * 60 * 60
# Ends the name of the folder in which the pictures of a file's pages lie.
_PICTURES = ".pages"


@dataclass(frozen=True)
class Written:
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


def write_new(chunks: Iterable[bytes]) -> Written:
    """Write bytes under a new key, without a row, and wait until the disk has them."""
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
    return Written(key, path, size, digest.hexdigest())


def add_row(written: Written, content: Content, state: StoredFile.State) -> StoredFile:
    """Give a written file its row."""
    return StoredFile.objects.create(
        id=written.id,
        kind=content.kind,
        size=written.size,
        pages=content.pages,
        sha256=written.sha256,
        state=state,
    )


def store_bytes(data: bytes, kind: str, *, pages: int = 1) -> StoredFile:
    """Keep a file that this program made itself, so that nobody need check it."""
    if not data:
        raise FileEmpty
    written = write_new([data])
    try:
        return add_row(written, Content(kind, pages), StoredFile.State.CLEAN)
    except BaseException:
        written.path.unlink(missing_ok=True)
        raise


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
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest() == stored.sha256


@transaction.atomic
def remove_file(*, stored: StoredFile) -> None:
    """Remove a file that nothing refers to any more; its bytes go when that is committed."""
    path = path_of(stored.id)
    stored.delete()
    transaction.on_commit(lambda: _remove(path))


def pictures_folder(path: Path) -> Path:
    """Where the pictures of the pages of the file at this path lie (`thumbnails`)."""
    return path.with_name(f"{path.name}{_PICTURES}")


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    shutil.rmtree(pictures_folder(path), ignore_errors=True)


def _lying_in_store() -> Iterator[Path]:
    """Files, and the folders of pictures made of them."""
    folder = _folder()
    return folder.glob("??/*") if folder.exists() else iter(())


def remove_orphans() -> int:
    """Remove the current commune's files that have no row, with their pictures; return how many."""
    oldest = time.time() - _ORPHAN_AGE_SECONDS
    old = [path for path in _lying_in_store() if path.stat().st_mtime < oldest]
    known = {str(key) for key in StoredFile.objects.values_list("id", flat=True)} if old else set()
    orphans = [path for path in old if path.name.removesuffix(_PICTURES) not in known]
    for path in orphans:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(orphans)
