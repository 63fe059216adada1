"""Taking a commune out into one file, while it goes on serving.

Everything is read in one snapshot of the database and nothing is locked. The tables are known
from the models, so the time hangs on the commune's own data and not on how many communes there
are.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from psycopg2 import sql

from tenants.communes.current import CommuneNotOnboarded, at_centre
from tenants.communes.models import Commune
from tenants.communes.versions import code_version
from tenants.fleet.acts import Operator, record_act
from tenants.fleet.archive.accounts import condition_of
from tenants.fleet.archive.container import ArchiveWriter, make_key_file, read_key_file
from tenants.fleet.archive.errors import AlreadyThere, FilesMissing, VersionDiffers
from tenants.fleet.archive.files import (
    FILE_COLUMNS,
    file_entries,
    read_stored,
    still_has_row,
)
from tenants.fleet.archive.rows import (
    Digest,
    LineDigest,
    Opener,
    driver_cursor,
    line_of,
    read_rows,
    use_one_manner,
)
from tenants.fleet.archive.tables import (
    Table,
    account_table,
    commune_tables,
    registry_fields,
    shared_tables,
)
from tenants.fleet.models import OperatorAct

Progress = Callable[[int, int], None]
"""Told how many bytes of stored files are done, and of how many."""

_TRIES = 3


@dataclass(frozen=True)
class Exported:
    """What was written, for the closing summary; sizes in bytes."""

    path: Path
    key_path: Path
    key_made: bool
    size: int
    sha256: str
    rows: int
    accounts: int
    files: int
    file_bytes: int
    stale_indexes: int
    seconds: float


def export_commune(
    code: str,
    *,
    to: Path,
    key_file: Path | None = None,
    operator: Operator | None = None,
    on_progress: Progress = lambda done, total: None,
) -> Exported:
    """Write a commune's rows, files and accounts to an archive sealed with a key of its own.

    The key goes to `key_file` (by default the archive's name with `.key`), and is used again if
    it is there. Raises CommuneNotOnboarded, AlreadyThere, VersionDiffers, FilesMissing,
    KeyUnreadable. Run by the owner's role, outside of any transaction.
    """
    began = time.monotonic()
    key_path = key_file or to.with_name(f"{to.name}.key")
    if to.exists():
        raise AlreadyThere(to)
    with at_centre():
        _check(code)
        key_made = make_key_file(key_path)
        key = read_key_file(key_path)
        # Beside the archive, so that giving it its name is one step.
        partial = to.with_name(f".{to.name}.partial")
        with _opened_alone(partial, to) as file:
            told = _write(code, key, file, on_progress)
            file.flush()
            os.fsync(file.fileno())
            sha256 = _sha256(file)
            # Before the archive has its name: there is none that the log does not know.
            record_act(
                act=OperatorAct.Act.EXPORT,
                operator=operator or Operator.at_command_line(),
                commune_code=code,
                note=f"{to.name}, SHA-256 {sha256}",
            )
            partial.rename(to)
    size = to.stat().st_size
    return Exported(to, key_path, key_made, size, sha256, seconds=time.monotonic() - began, **told)


@contextmanager
def _opened_alone(partial: Path, to: Path) -> Iterator[BinaryIO]:
    """Open the unfinished archive for its owner's eyes alone; what a killed run left goes."""
    descriptor = os.open(partial, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyThere(partial) from error
        try:
            file.truncate()
            yield file
        finally:
            partial.unlink(missing_ok=True)


def _check(code: str) -> Commune:
    commune: Commune | None = Commune.objects.filter(code=code).first()
    if commune is None:
        raise CommuneNotOnboarded(code)
    if commune.schema_version != code_version():
        raise VersionDiffers(
            f"Lược đồ của đơn vị {code} đang ở phiên bản {commune.schema_version}, phần mềm ở "
            f"phiên bản {code_version()}. Hãy nâng cấp đơn vị trước rồi xuất lại."
        )
    return commune


def _write(code: str, key: bytes, file: BinaryIO, on_progress: Progress) -> dict[str, Any]:
    for _attempt in range(_TRIES):
        file.seek(0)
        file.truncate()
        export = _Export(code, ArchiveWriter(file, key, commune_code=code), on_progress)
        with transaction.atomic(durable=True):
            export.write_all()
        gone = [k for k in export.missing if not still_has_row(code, k)]
        if not export.missing:
            return export.told
        if len(gone) < len(export.missing):
            break
        # They were removed, rows and all, after the snapshot was taken: take another one.
    raise FilesMissing(code, export.missing)


class _Export:
    """One pass over a commune in one snapshot."""

    def __init__(self, code: str, writer: ArchiveWriter, on_progress: Progress) -> None:
        self._code, self._writer, self._on_progress = code, writer, on_progress
        self._opener = Opener()
        self.missing: list[str] = []
        self.told: dict[str, Any] = {}

    def write_all(self) -> None:
        """Write every member; the manifest last, because it says what all the others are."""
        with driver_cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        use_one_manner()
        commune = _check(self._code)
        tables = [self._write_table(table) for table in (*commune_tables(), *shared_tables())]
        accounts = self._write_table(account_table(), condition=condition_of(self._opener.accounts))
        files, count, total = self._write_files()
        self._writer.write_manifest(
            {
                "commune": {one.attname: one.value_to_string(commune) for one in registry_fields()},
                "schema_version": commune.schema_version,
                "migrations": [
                    [step.app, step.name]
                    for step in settings.COMMUNE_MIGRATIONS[: commune.schema_version]
                ],
                "made_at": timezone.now().isoformat(),
                "product": product_version(),
                "tables": tables,
                "accounts": accounts,
                "files": {"count": count, "bytes": total, **asdict(files)},
            }
        )
        self.told = {
            "rows": sum(table["rows"] for table in tables),
            "accounts": accounts["rows"],
            "files": count,
            "file_bytes": total,
            "stale_indexes": self._opener.stale_indexes,
        }

    def _write_table(self, table: Table, condition: sql.Composable | None = None) -> dict[str, Any]:
        with self._writer.member(table.member) as sink:
            digest = read_rows(
                table, self._code, self._opener, condition=condition, write=sink.write
            )
        return {
            "member": table.member,
            "columns": [asdict(column) for column in table.columns],
            **asdict(digest),
        }

    def _write_files(self) -> tuple[Digest, int, int]:
        entries = list(file_entries(self._code))
        total, done = sum(entry.size for entry in entries), 0
        for entry in entries:
            with self._writer.member(f"file/{entry.key}", compressed=False) as sink:
                if not read_stored(self._code, entry, sink.write):
                    self.missing.append(entry.key)
            done += entry.size
            self._on_progress(done, total)
        digest = LineDigest()
        with self._writer.member("files") as sink:
            for values in (FILE_COLUMNS, *(entry.values() for entry in entries)):
                line = line_of(values)
                digest.add(line)
                sink.write(line)
        return digest.done(), len(entries), total


def product_version() -> str:
    """Return the product's version, as pyproject.toml says it."""
    with (Path(settings.BASE_DIR) / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def _sha256(file: BinaryIO) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(1024 * 1024):
        digest.update(chunk)
    return digest.hexdigest()
