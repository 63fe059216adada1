"""Putting a commune back from its archive, here or in another deployment.

All rows come in one transaction: schema, registry, shared rows, accounts, the operators' log.
Files are written and read back before it is committed, so no row is ever without its file. A
run that fails takes its files back; one that is killed leaves at most files without rows, which
the next run uses.
"""

from __future__ import annotations

import enum
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import DatabaseError, connection, transaction

from tenants.accounts.invitation import invitation_url
from tenants.accounts.models import Account
from tenants.communes.current import at_centre, entered, forget_communes, info_of
from tenants.communes.hosts import forget_hosts
from tenants.communes.models import Commune, Domain
from tenants.communes.versions import code_version
from tenants.fleet.acts import Operator, record_act
from tenants.fleet.archive.accounts import Arrival, bring_in
from tenants.fleet.archive.errors import NotRestorable
from tenants.fleet.archive.files import FilesPut
from tenants.fleet.archive.opened import Archive, open_archive
from tenants.fleet.archive.rows import (
    Digest,
    Opener,
    delete_rows,
    driver_cursor,
    read_rows,
    use_one_manner,
    values_of,
    write_rows,
)
from tenants.fleet.archive.tables import Table
from tenants.fleet.blueprint import get_blueprint
from tenants.fleet.models import OperatorAct
from tenants.fleet.statements import schema_statements, send_as_one
from tenants.fleet.upgrading import migrate_communes, plan_upgrade
from tenants.history.events import ChainBroken, verify_chain
from tenants.jobs.schedule import add_schedules
from tenants.kit.commit_errors import REFUSED_COMMIT
from tenants.organisation.models import Official, Role

Progress = Callable[[str, int, int], None]
"""Told what is being done, how many bytes of files are done, and of how many."""

VERIFYING, PUTTING = "Đang kiểm tra bản lưu trữ", "Đang ghi tệp"
_LOCK = 7_302_041  # together with the commune's code

# They stand behind one another where the receiver's queue is now.
_TAKE_TURNS = """
UPDATE public.jobs_job AS job SET turn = own.place + COALESCE((
    SELECT min(other.turn) FROM public.jobs_job AS other
    WHERE other.queue = job.queue AND other.state = 'queued' AND other.commune_code <> %(code)s
), 0)
FROM (
    SELECT id, row_number() OVER (PARTITION BY queue ORDER BY id) - 1 AS place
    FROM public.jobs_job WHERE commune_code = %(code)s
) AS own
WHERE own.id = job.id
"""


class Outcome(enum.Enum):
    """How far it went."""

    RESTORED = "restored"
    REHEARSED = "rehearsed"
    """Everything was done and undone again."""
    VERIFIED = "verified"
    """The archive is whole; the commune is here, so there was nowhere to try it."""


@dataclass(frozen=True)
class Restored:
    """What came of it, for the closing summary."""

    code: str
    name: str
    rows: int
    files: int
    file_bytes: int
    accounts: Arrival
    events: int
    """Of the commune's history, whose chain was verified."""
    outcome: Outcome
    invitation: str
    """Where the first administrator sets a password; empty where they have one."""
    upgrade_failure: str
    """Why the schema of an older archive could not be brought up to date; empty if it was."""
    seconds: float


@contextmanager
def alone_with(code: str) -> Iterator[None]:
    """Let one process at a time restore or drop a commune; raises NotRestorable."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCK, int(code)])
        row = cursor.fetchone()
    if not row or not row[0]:
        raise NotRestorable(f"Đang có lệnh khác khôi phục hoặc gỡ đơn vị {code}. Hãy đợi xong.")
    try:
        yield
    finally:
        # A connection that was lost has lost the lock too.
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCK, int(code)])


def restore_commune(
    path: Path,
    *,
    key_file: Path,
    as_check: bool = False,
    operator: Operator | None = None,
    on_progress: Progress = lambda what, done, total: None,
) -> Restored:
    """Put the commune of an archive back, or with `as_check` see whether that would succeed.

    A commune whose registry row is here without its schema is put back into its place.
    Raises ArchiveError; nothing is changed then. Run by the owner's role.
    """
    began = time.monotonic()
    with open_archive(path, key_file) as archive, at_centre(), alone_with(archive.code):
        archive.verify(lambda done, total: on_progress(VERIFYING, done, total))
        restore = _Restore(archive, as_check=as_check, on_progress=on_progress)
        outcome, failure = Outcome.VERIFIED, ""
        if not as_check or not schema_exists(archive.code):
            restore.run(operator or Operator.at_command_line(), note=path.name)
            forget_communes(archive.code)
            forget_hosts(archive.code)
            outcome = Outcome.REHEARSED if as_check else Outcome.RESTORED
        if outcome is Outcome.RESTORED:
            failure = _bring_up_to_date(archive)
        return Restored(
            archive.code,
            archive.registry.name,
            sum(digest.rows for _, digest in archive.tables),
            archive.files.rows,
            archive.file_bytes,
            restore.arrival,
            restore.events,
            outcome,
            "" if as_check else restore.invitation,
            failure,
            time.monotonic() - began,
        )


def _bring_up_to_date(archive: Archive) -> str:
    if archive.version == code_version():
        return ""
    tally = migrate_communes(plan_upgrade([archive.code]))
    forget_communes(archive.code)
    return tally.stopped or "; ".join([*tally.failed.values(), *tally.locked.values()])


class _Restore:
    def __init__(self, archive: Archive, *, as_check: bool, on_progress: Progress) -> None:
        self._archive, self._as_check, self._on_progress = archive, as_check, on_progress
        self._files = FilesPut(archive.code)
        self.arrival = Arrival()
        self.events = 0
        self.invitation = ""

    def run(self, operator: Operator, note: str) -> None:
        """Do it in one transaction, or all but its commit."""
        committing = False
        try:
            with transaction.atomic(durable=True):
                self._put_rows()
                self._check_rows()
                # What this deployment does by itself and the archive's did not.
                add_schedules([self._archive.code])
                if not self._as_check:
                    self._put_files()
                record_act(
                    act=OperatorAct.Act.RESTORE,
                    operator=operator,
                    commune_code=self._archive.code,
                    note=note,
                )
                committing = True
                if self._as_check:
                    transaction.set_rollback(True)
        except BaseException as error:
            # A connection lost in the commit leaves open whether the rows are there: then the
            # files stay, and if they turn out to be without rows the next run uses them.
            if not committing or isinstance(error, REFUSED_COMMIT):
                self._files.take_back()
            if isinstance(error, DatabaseError):
                raise NotRestorable(
                    f"Cơ sở dữ liệu không nhận dữ liệu khôi phục: {str(error).strip()}"
                ) from error
            raise

    def _put_rows(self) -> None:
        archive, code = self._archive, self._archive.code
        use_one_manner()
        existing = _place_for(code)
        self._check_domains()
        send_as_one(schema_statements(f"xa_{code}", get_blueprint(archive.version)))
        commune = self._register(existing)
        self.arrival = bring_in(archive.accounts[0], archive.account_rows)
        self._expected: list[tuple[Table, Digest]] = []
        for table, digest in archive.tables:
            if existing and table.shared:
                delete_rows(table, code)
            lines = archive.lines(table, digest)
            put = write_rows(table, code, lines, accounts=self.arrival.stand_ins)
            self._expected.append((table, put))
        with driver_cursor() as cursor:
            cursor.execute(_TAKE_TURNS, {"code": code})
        self._commune = commune

    def _register(self, existing: Commune | None) -> Commune:
        archived = self._archive.registry
        if existing is not None:
            existing.schema_version = self._archive.version
            existing.oldest_code = archived.oldest_code
            # Not save(), as below.
            Commune.objects.filter(code=existing.code).update(
                schema_version=existing.schema_version, oldest_code=existing.oldest_code
            )
            return existing
        archived.schema_name = f"xa_{archived.code}"
        archived.schema_version = self._archive.version
        times = {name: getattr(archived, name) for name in ("state_changed_at", "onboarded_at")}
        # Not save(): the library's asks the whole registry and the catalogue first.
        Commune.objects.bulk_create([archived])
        Commune.objects.filter(code=archived.code).update(**times)
        return archived

    def _check_domains(self) -> None:
        names = []
        for table, digest in self._archive.tables:
            if table.model is Domain:
                header, *rows = map(values_of, self._archive.lines(table, digest))
                names = [row[header.index("domain")] for row in rows]
        taken = Domain.objects.filter(domain__in=names).exclude(tenant_id=self._archive.code)
        if found := taken.first():
            raise NotRestorable(
                f"Tên miền {found.domain} của bản lưu trữ đang thuộc về đơn vị {found.tenant_id}. "
                "Hãy gỡ tên miền ở đó trước."
            )

    def _check_rows(self) -> None:
        """Read back what was put, with this deployment's keys, and follow the chain of events."""
        opener = Opener()
        try:
            for table, expected in self._expected:
                if read_rows(table, self._archive.code, opener) != expected:
                    raise NotRestorable(
                        f"Dữ liệu ghi vào bảng {table.name} khác bản lưu trữ. Đã hoàn lại tất cả."
                    )
            if opener.stale_indexes:
                raise NotRestorable("Chỉ mục số định danh không tính lại được. Đã hoàn lại tất cả.")
            if self._archive.version == code_version():
                self._check_commune()
        except LookupError as error:
            raise NotRestorable(
                f"Hệ thống này thiếu danh mục mà hồ sơ của đơn vị dùng: {error} "
                "Hãy nạp thủ tục (load_procedures) rồi khôi phục lại."
            ) from error
        except ChainBroken as error:
            raise NotRestorable(str(error)) from error

    def _check_commune(self) -> None:
        # Entering reads the marker, as every request will.
        with entered(info_of(self._commune)):
            self.events = verify_chain()
            self.invitation = _invitation(self._archive.code)

    def _put_files(self) -> None:
        done, total = 0, self._archive.file_bytes
        for entry in self._archive.file_entries():
            self._files.put(entry, self._archive.file_pieces(entry))
            done += entry.size
            self._on_progress(PUTTING, done, total)
        self._files.settle()


def _place_for(code: str) -> Commune | None:
    """Return the registry's row if only the schema is missing; raise NotRestorable if it is not."""
    existing: Commune | None = Commune.objects.select_for_update().filter(code=code).first()
    there = schema_exists(code)
    if existing is not None and there:
        raise NotRestorable(
            f"Đơn vị {code} đang có trong hệ thống cùng dữ liệu của mình. Muốn thay bằng bản lưu "
            "trữ, hãy tạm ngừng rồi gỡ đơn vị (drop_commune) trước."
        )
    if there:
        raise NotRestorable(
            f"Có sẵn lược đồ xa_{code} mà danh sách đơn vị không có đơn vị này. "
            f"Hãy kiểm tra rồi gỡ: drop_commune {code} --without-archive --confirm {code}."
        )
    return existing


def schema_exists(code: str) -> bool:
    """Whether a commune's schema is there, whatever the registry says."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace(%s) IS NOT NULL", [f"xa_{code}"])
        row = cursor.fetchone()
    return bool(row and row[0])


def _invitation(code: str) -> str:
    """Return where the current commune's first administrator sets a password."""
    for official in Official.objects.filter(active=True).order_by("id"):
        if official.has_role(Role.ADMINISTRATOR):
            account = Account.objects.filter(pk=official.account_id, is_active=True).first()
            if account is not None and not account.has_usable_password():
                return invitation_url(account, code)
            return ""
    return ""
