"""Removing a commune: only a closed one, and only with an archive of what it holds now.

The rows go in one transaction. The files go after it was committed, in two steps: the folder
gets another name, then it is deleted. A run that is killed before the commit changed nothing; one
that is killed later is finished by the next run.
"""

from __future__ import annotations

import re
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import OperationalError, connection, transaction
from psycopg2 import sql
from psycopg2.errorcodes import LOCK_NOT_AVAILABLE

from tenants.communes.current import CommuneNotOnboarded, at_centre, forget_communes
from tenants.communes.hosts import forget_hosts
from tenants.communes.models import Commune
from tenants.communes.store import commune_folder
from tenants.fleet.acts import Operator, record_act
from tenants.fleet.archive.errors import NotDroppable
from tenants.fleet.archive.files import FILE_COLUMNS, file_entries
from tenants.fleet.archive.opened import Archive, open_archive
from tenants.fleet.archive.restoring import alone_with, schema_exists
from tenants.fleet.archive.rows import (
    Digest,
    LineDigest,
    Opener,
    delete_rows,
    line_of,
    read_rows,
    use_one_manner,
)
from tenants.fleet.archive.tables import commune_tables, shared_tables
from tenants.fleet.models import OperatorAct
from tenants.kit.rows import lock_row

_LOCK_WAIT = "5s"


@dataclass(frozen=True)
class Dropped:
    """What came of it, for the closing summary."""

    code: str
    finished_only: bool
    """The rows had gone in an earlier run; this one removed the files."""
    seconds: float


def drop_commune(
    code: str,
    *,
    archive: Path | None,
    key_file: Path | None = None,
    operator: Operator | None = None,
) -> Dropped:
    """Remove a commune: schema, registry, domains, its rows of shared tables, its files.

    Accounts stay, and so does what the operators' log says of it. With `archive` it is removed
    only if the archive is whole and holds its present state; with None it is gone for ever.
    Raises CommuneNotOnboarded or an ArchiveError; nothing is changed then. Run by the owner's
    role, outside of any transaction.
    """
    began = time.monotonic()
    if not re.fullmatch(r"[0-9]{5}", code):
        raise CommuneNotOnboarded(code)
    with at_centre(), alone_with(code):
        finished_only = _was_dropped(code)
        if not finished_only:
            _drop_rows(code, archive, key_file, operator or Operator.at_command_line())
            forget_communes(code)
            forget_hosts(code)
        _remove_files(code)
    return Dropped(code, finished_only, time.monotonic() - began)


def _was_dropped(code: str) -> bool:
    """Whether the rows are gone by a drop; raise CommuneNotOnboarded if they never were."""
    if Commune.objects.filter(code=code).exists() or schema_exists(code):
        return False
    last = OperatorAct.objects.filter(
        commune_code=code, act__in=(OperatorAct.Act.DROP, OperatorAct.Act.ONBOARD)
    )
    newest = last.order_by("-id").first()
    left = commune_folder(code).exists() or any(_renamed(code))
    if newest is None or newest.act != OperatorAct.Act.DROP or not left:
        raise CommuneNotOnboarded(code)
    return True


def _drop_rows(code: str, path: Path | None, key_file: Path | None, operator: Operator) -> None:
    if path is None:
        _drop_in_one_transaction(code, None, operator, note="không có bản lưu trữ")
        return
    with open_archive(path, key_file or path.with_name(f"{path.name}.key")) as archive:
        if archive.code != code:
            raise NotDroppable(f"Bản lưu trữ là của đơn vị {archive.code}, không phải {code}.")
        archive.verify()
        _drop_in_one_transaction(code, archive, operator, note=f"bản lưu trữ {path.name}")


def _drop_in_one_transaction(
    code: str, archive: Archive | None, operator: Operator, note: str
) -> None:
    try:
        with transaction.atomic(durable=True):
            _wait_only_so_long()
            _check_state(code, archive)
            if archive is not None:
                _hold_still(code)
                _compare(code, archive)
            _delete(code)
            record_act(act=OperatorAct.Act.DROP, operator=operator, commune_code=code, note=note)
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None) != LOCK_NOT_AVAILABLE:
            raise
        raise NotDroppable(
            f"Đang có việc đọc hoặc ghi dữ liệu của đơn vị {code} (việc nền, lệnh xuất). "
            "Hãy đợi xong rồi gỡ lại."
        ) from error


def _wait_only_so_long() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [_LOCK_WAIT])


def _check_state(code: str, archive: Archive | None) -> None:
    commune = lock_row(Commune, "a.code = %s", [code])
    if commune is None and archive is not None:
        raise CommuneNotOnboarded(code)
    if commune is not None and commune.state == Commune.State.ACTIVE:
        raise NotDroppable(
            f"Đơn vị {code} đang hoạt động. Hãy tạm ngừng đơn vị trước, xuất dữ liệu rồi mới gỡ."
        )
    if archive is not None and not schema_exists(code):
        raise NotDroppable(
            f"Dữ liệu của đơn vị {code} không còn nên không so được với bản lưu trữ. Hãy khôi "
            f"phục trước, hoặc gỡ bằng --without-archive --confirm {code}."
        )


def _hold_still(code: str) -> None:
    """Let nobody write in the commune until it is gone; a job of it may be running."""
    tables = sql.SQL(", ").join(table.place(code) for table in commune_tables())
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(tables))


def _delete(code: str) -> None:
    schema = sql.Identifier(f"xa_{code}")
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(schema))
    for table in (*shared_tables(), *shared_tables(exported=False)):
        if table.shared is not None and table.shared.dropped:
            delete_rows(table, code)
    Commune.objects.filter(code=code).delete()


def _compare(code: str, archive: Archive) -> None:
    use_one_manner()
    opener = Opener()
    present: dict[str, Digest] = {
        table.member: read_rows(table, code, opener) for table, _ in archive.tables
    }
    differing = sorted(name for name, found in present.items() if found != archive.digests[name])
    files = LineDigest()
    for values in (FILE_COLUMNS, *(entry.values() for entry in file_entries(code))):
        files.add(line_of(values))
    if files.done() != archive.files:
        differing.append("files")
    if differing:
        raise NotDroppable(
            f"Dữ liệu của đơn vị {code} đã thay đổi sau khi xuất ({', '.join(differing)}). "
            "Hãy xuất lại rồi gỡ với bản lưu trữ mới."
        )


def _renamed(code: str) -> list[Path]:
    return list(Path(settings.FILES_ROOT).glob(f".dropped-{code}-*"))


def _remove_files(code: str) -> None:
    folder = commune_folder(code)
    if folder.exists():
        # In one step, so that a commune restored meanwhile never loses a file to this.
        folder.rename(folder.with_name(f".dropped-{code}-{time.time_ns()}"))
    for leftover in _renamed(code):
        shutil.rmtree(leftover)
