"""An archive that was opened with its key: what it says of itself, and whether that is true."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from tenants.communes.models import Commune
from tenants.communes.versions import code_version
from tenants.fleet.archive.container import MANIFEST, ArchiveReader, read_key_file
from tenants.fleet.archive.errors import ArchiveDamaged, NotAnArchive, VersionDiffers
from tenants.fleet.archive.files import FILE_COLUMNS, FileDigest, FileEntry
from tenants.fleet.archive.rows import Digest, LineDigest, Values, lines_of, values_of
from tenants.fleet.archive.tables import (
    Column,
    Table,
    account_table,
    commune_tables,
    registry_fields,
    shared_tables,
)

_CODE = re.compile(r"[0-9]{5}")


@dataclass(frozen=True)
class Archive:
    """An archive's manifest, understood, and the way to its members."""

    code: str
    registry: Commune
    """The commune's row as it was; not saved."""
    version: int
    tables: tuple[tuple[Table, Digest], ...]
    accounts: tuple[Table, Digest]
    files: Digest
    """Of the list of files."""
    file_bytes: int
    _reader: ArchiveReader

    @property
    def digests(self) -> dict[str, Digest]:
        """The digest of each table by its member."""
        return {table.member: digest for table, digest in self.tables}

    def lines(self, table: Table, digest: Digest) -> Iterator[bytes]:
        """Give a table's lines, column names first."""
        return self._lines(table.member, digest)

    def account_rows(self) -> Iterator[Values]:
        """Give the rows of the accounts."""
        lines = self._lines(self.accounts[0].member, self.accounts[1])
        next(lines, None)
        return (values_of(line) for line in lines)

    def file_entries(self) -> Iterator[FileEntry]:
        """Give the files in the order of their keys."""
        lines = self._lines("files", self.files)
        if values_of(next(lines, b"null")) != list(FILE_COLUMNS):
            raise ArchiveDamaged("danh sách tệp không đọc được")
        for line in lines:
            entry = FileEntry.of(values_of(line))
            _check_key(entry.key)
            yield entry

    def file_pieces(self, entry: FileEntry) -> Iterator[bytes]:
        """Give a stored file's bytes, piece by piece."""
        return self._reader.read(f"file/{entry.key}", size=entry.size, compressed=False)

    def verify(self, on_progress: Callable[[int, int], None] = lambda done, total: None) -> None:
        """Read everything once; raises ArchiveDamaged unless all is as the manifest says."""
        expected = {MANIFEST, "files", self.accounts[0].member}
        for table, digest in (*self.tables, self.accounts):
            self._verify_lines(table.member, digest)
            expected.add(table.member)
        self._verify_lines("files", self.files)
        done = 0
        for entry in self.file_entries():
            digest_of_file = FileDigest()
            for piece in self.file_pieces(entry):
                digest_of_file.add(piece)
            if not digest_of_file.fits(entry):
                raise ArchiveDamaged(f"tệp {entry.key} khác mã băm của nó")
            expected.add(f"file/{entry.key}")
            done += entry.size
            on_progress(done, self.file_bytes)
        if self._reader.names != expected:
            raise ArchiveDamaged("có phần thừa hoặc thiếu so với bản kê")

    def _lines(self, member: str, digest: Digest) -> Iterator[bytes]:
        return lines_of(self._reader.read(member, size=digest.size))

    def _verify_lines(self, member: str, digest: Digest) -> None:
        found = LineDigest()
        for line in self._lines(member, digest):
            found.add(line)
        if found.done() != digest:
            raise ArchiveDamaged(f"phần {member} khác mã băm của nó")


@contextmanager
def open_archive(path: Path, key_path: Path) -> Iterator[Archive]:
    """Open an archive with its key and read its manifest.

    Raises an ArchiveError: KeyUnreadable, NotAnArchive, FormatUnknown, WrongKey, VersionDiffers
    or ArchiveDamaged.
    """
    key = read_key_file(key_path)
    try:
        file = path.open("rb")
    except OSError as error:
        raise NotAnArchive(path) from error
    with file:
        reader = ArchiveReader(file, path, key, key_path)
        manifest = reader.read_manifest()
        try:
            archive = _understood(manifest, reader)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ArchiveDamaged("bản kê thiếu hoặc sai nội dung") from error
        yield archive


def _understood(manifest: dict[str, Any], reader: ArchiveReader) -> Archive:
    version = int(manifest["schema_version"])
    _check_version(version, manifest["migrations"])
    known = {table.member: table for table in (*commune_tables(), *shared_tables())}
    registry = _registry(manifest["commune"])
    if registry.code != reader.commune_code or not _CODE.fullmatch(registry.code):
        raise ArchiveDamaged("mã đơn vị ở đầu tệp khác trong bản kê")
    files = manifest["files"]
    return Archive(
        code=registry.code,
        registry=registry,
        version=version,
        tables=tuple(_table(one, known) for one in manifest["tables"]),
        accounts=_table(manifest["accounts"], {"accounts": account_table()}),
        files=Digest(int(files["rows"]), int(files["size"]), str(files["sha256"])),
        file_bytes=int(files["bytes"]),
        _reader=reader,
    )


def _check_version(version: int, migrations: list[list[str]]) -> None:
    if version > code_version():
        raise VersionDiffers(
            f"Bản lưu trữ ở phiên bản lược đồ {version}, mới hơn phần mềm này (phiên bản "
            f"{code_version()}). Hãy cập nhật phần mềm rồi khôi phục."
        )
    steps = settings.COMMUNE_MIGRATIONS[:version]
    if version < 1 or [[step.app, step.name] for step in steps] != migrations:
        raise VersionDiffers(
            "Các bước lược đồ của bản lưu trữ khác với phần mềm này; bản lưu trữ đến từ một nhánh "
            "phần mềm khác nên không khôi phục được ở đây."
        )


def _registry(values: dict[str, str]) -> Commune:
    found: dict[str, Any] = {
        one.attname: one.to_python(values[one.attname]) for one in registry_fields()
    }
    return Commune(**found)


def _table(described: dict[str, Any], known: dict[str, Table]) -> tuple[Table, Digest]:
    table = known.get(described["member"])
    if table is None:
        raise VersionDiffers(
            f"Bản lưu trữ có phần {described['member']} mà phần mềm này không biết. "
            "Hãy dùng phiên bản phần mềm đã xuất nó."
        )
    columns = tuple(Column(**one) for one in described["columns"])
    here = {column.name for column in table.columns}
    if table.shared and (unknown := {column.name for column in columns} - here):
        raise VersionDiffers(
            f"Phần {table.member} có cột {', '.join(sorted(unknown))} mà phần mềm này không biết. "
            "Hãy cập nhật phần mềm rồi khôi phục."
        )
    digest = Digest(int(described["rows"]), int(described["size"]), str(described["sha256"]))
    return replace(table, columns=columns), digest


def _check_key(key: str) -> None:
    # Keys become names in the store: nothing but the text of a UUID may.
    try:
        proper = str(UUID(key)) == key
    except ValueError:
        proper = False
    if not proper:
        raise ArchiveDamaged("có tệp mang khóa lạ")
