"""A commune with something of everything, and archives of it."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from psycopg2 import sql

from documents.files.storing import store_bytes
from services.cases.models import Case
from services.catalogue import registry
from tenants.accounts.models import Account
from tenants.calendar.models import SpecialDay
from tenants.communes.current import at_centre, in_commune
from tenants.communes.models import Commune
from tenants.communes.store import stored_path
from tenants.fleet.acts import Operator
from tenants.fleet.archive.exporting import Exported, export_commune
from tenants.fleet.archive.files import file_entries
from tenants.fleet.archive.rows import Digest, Opener, read_rows, use_one_manner
from tenants.fleet.archive.tables import commune_tables, shared_tables
from tenants.fleet.onboarding import onboard_commune
from tenants.fleet.suspension import suspend_commune
from tenants.history.events import Actor, record_event
from tenants.jobs.models import Schedule
from tenants.kit.expiring_cache import clear_all_caches
from tenants.organisation.models import Department
from tests.database import TestServer
from tests.factories import PDF, make_account, make_case, make_draft, make_official
from tests.journeys.answers import filing
from tests.journeys.people import THUONG

HOAN_KIEM = "00070"


def a_lived_in_commune() -> Case:
    """Onboard Hoàn Kiếm and let things happen there; return the case that its citizen filed."""
    onboard_commune(HOAN_KIEM)
    with in_commune(HOAN_KIEM):
        citizen = make_citizen()
        case = make_case(up_to="in_process", account=citizen)
        make_case(up_to="returned")
        # Its slip and its result wait to be printed.
        make_case(up_to="result_ready")
        make_draft(filing("1.001193", commune=HOAN_KIEM), account=citizen)
    SpecialDay.objects.create(
        date=dt.date(2027, 3, 1), kind="off", name="Hội làng", commune_code=HOAN_KIEM
    )
    Schedule.objects.create(
        commune_code=HOAN_KIEM, task="services.cases.tasks.remind", next_at=timezone.now()
    )
    return case


def a_small_commune() -> None:
    """Onboard Hoàn Kiếm with two files, two events and an official; quick to make."""
    onboard_commune(HOAN_KIEM)
    with in_commune(HOAN_KIEM):
        stored = [store_bytes(PDF + bytes([end]), "application/pdf") for end in (10, 13)]
        official = make_official("leader")
        for name in ("Phòng \\ có\tdấu\nvà dòng", "\\N", " ", "Đà Nẵng 💮 \u202e"):
            Department.objects.create(name=name)
        for one in stored:
            record_event(
                verb="keep",
                subject_id=one.pk,
                actor=Actor.official(official),
                details={"note": "Ghi chú"},
            )


def make_citizen() -> Account:
    """The mother whose case it is, with everything an account can have."""
    return make_account(
        THUONG.name,
        national_id=THUONG.national_id,
        phone=THUONG.phone,
        email=THUONG.email,
        birth_date=THUONG.birth_date,
        address="12 phố Kim Mã",
        password="mot mat khau dai",
        is_operator=True,
    )


def an_archive(folder: Path, name: str = "hoan-kiem.tar") -> Exported:
    """Export Hoàn Kiếm into a folder, as a process does that knows nothing yet."""
    registry.forget()
    return export_commune(HOAN_KIEM, to=folder / name)


def state_of(code: str) -> dict[str, Digest]:
    """Hashes of everything a commune has, its files as they lie in the store included."""
    opener = Opener()
    with at_centre(), transaction.atomic():
        use_one_manner()
        found = {
            table.member: read_rows(table, code, opener)
            for table in (*commune_tables(), *shared_tables())
        }
        keys = [entry.key for entry in file_entries(code)]
    assert not opener.stale_indexes
    for key in keys:
        data = stored_path(code, key).read_bytes()
        found[key] = Digest(1, len(data), hashlib.sha256(data).hexdigest())
    return found


def suspend() -> None:
    """Close Hoàn Kiếm's pages, as must be before it is dropped."""
    suspend_commune(code=HOAN_KIEM, operator=Operator.at_command_line(), reason="Chuyển máy chủ")


def traces_of(code: str) -> list[str]:
    """Every shared table that still names a commune, its schema, and its files."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace(%s)::text", [f"xa_{code}"])
        found = [str(name) for (name,) in cursor.fetchall() if name]
        for table in (*shared_tables(), *shared_tables(exported=False)):
            if table.shared and table.shared.dropped:
                statement = "SELECT count(*) FROM {} WHERE {}"
                cursor.execute(sql.SQL(statement).format(table.place(code), table.own_rows(code)))
                found += [table.name] * bool(cursor.fetchone()[0])
    found += ["registry"] * Commune.objects.filter(code=code).exists()
    root = Path(settings.FILES_ROOT)
    return found + [path.name for path in root.glob(f"*{code}*")]


@contextmanager
def another_deployment(server: TestServer, given: Any, folder: Path) -> Iterator[None]:
    """Work in another database, with other keys and another store; then come back."""
    here = (given.ENCRYPTION_KEYS, given.INDEX_KEY, given.FILES_ROOT)
    with server.another_copy("elsewhere") as name:
        server.work_in(name, server.owner)
        clear_all_caches()
        given.ENCRYPTION_KEYS = "other:" + base64.b64encode(b"o" * 32).decode()
        given.INDEX_KEY = base64.b64encode(b"p" * 32).decode()
        given.FILES_ROOT = folder / "files-elsewhere"
        try:
            yield
        finally:
            given.ENCRYPTION_KEYS, given.INDEX_KEY, given.FILES_ROOT = here
            server.work_in(server.copy, server.owner)
            clear_all_caches()
