"""The files of a commune's store, which are read and written without knowing what they are."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection
from psycopg2 import sql

from tenants.communes.store import stored_path
from tenants.fleet.archive.errors import ArchiveDamaged
from tenants.fleet.archive.rows import Values, driver_cursor
from tenants.fleet.archive.tables import declared

FILE_COLUMNS = ("key", "size", "sha256")
_CHUNK = 256 * 1024


@dataclass(frozen=True)
class FileEntry:
    """A file as its row describes it."""

    key: str
    size: int
    sha256: str

    def values(self) -> Values:
        """Return it as the values of a line."""
        return [self.key, str(self.size), self.sha256]

    @classmethod
    def of(cls, values: Values) -> FileEntry:
        """Return it from the values of a line, or raise ArchiveDamaged."""
        match values:
            case [str(key), str(size), str(sha256)] if size.isdecimal():
                return cls(key, int(size), sha256)
        raise ArchiveDamaged("có dòng tệp không đọc được")


class FileDigest:
    """Computes what a file's row says of it, as its bytes pass."""

    def __init__(self) -> None:
        self._hash, self._size = hashlib.sha256(), 0

    def add(self, piece: bytes) -> None:
        """Take some bytes."""
        self._hash.update(piece)
        self._size += len(piece)

    def fits(self, entry: FileEntry) -> bool:
        """Whether the bytes were those of the entry."""
        return (self._size, self._hash.hexdigest()) == (entry.size, entry.sha256)


def file_entries(commune_code: str) -> Iterator[FileEntry]:
    """Give the files that a commune's rows name, in the order of their keys."""
    table = apps.get_model(declared().stored_files)._meta.db_table
    statement = sql.SQL("SELECT id::text, size, sha256 FROM {} ORDER BY id").format(
        sql.Identifier(f"xa_{commune_code}", table)
    )
    with driver_cursor() as cursor:
        cursor.execute(statement)
        while rows := cursor.fetchmany(1000):
            for key, size, sha256 in rows:
                yield FileEntry(key, size, sha256)


def read_stored(commune_code: str, entry: FileEntry, write: Callable[[bytes], Any]) -> bool:
    """Pass a stored file to `write`; False when it is missing or is not what its row says."""
    digest = FileDigest()
    try:
        with stored_path(commune_code, entry.key).open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.add(chunk)
                write(chunk)
    except FileNotFoundError:
        return False
    return digest.fits(entry)


def still_has_row(commune_code: str, key: str) -> bool:
    """Whether a file's row is there at this moment, outside of any older snapshot."""
    table = apps.get_model(declared().stored_files)._meta.db_table
    statement = sql.SQL("SELECT EXISTS (SELECT FROM {} WHERE id = %s)").format(
        sql.Identifier(f"xa_{commune_code}", table)
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [key])
        row = cursor.fetchone()
    return bool(row and row[0])


@dataclass
class FilesPut:
    """The files that a restore has put into the store, so that a failure takes them back."""

    commune_code: str
    paths: list[Path] = field(default_factory=list)

    def put(self, entry: FileEntry, pieces: Iterable[bytes]) -> None:
        """Write a file that is not there yet, wait for the disk, and read it back."""
        path = stored_path(self.commune_code, entry.key)
        if path.exists() and read_stored(self.commune_code, entry, _nowhere):
            return
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Under another name first: a crash must not leave half a file under its key.
        partial = path.with_name(f"{entry.key}.partial")
        self.paths.append(partial)
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        self.paths[-1] = path
        if not read_stored(self.commune_code, entry, _nowhere):
            raise ArchiveDamaged(f"tệp {entry.key} khác mã băm của nó")

    def settle(self) -> None:
        """Wait until the disk has the names too; call it before the rows are committed."""
        for folder in {path.parent for path in self.paths}:
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def take_back(self) -> None:
        """Remove what was put, and folders that are empty then."""
        for path in self.paths:
            path.unlink(missing_ok=True)
        folders = {path.parent for path in self.paths}
        for folder in (*folders, *{folder.parent for folder in folders}):
            with contextlib.suppress(OSError):
                folder.rmdir()


def _nowhere(data: bytes) -> None:
    """Keep nothing: only the hash is wanted."""
