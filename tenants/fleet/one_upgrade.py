"""One attempt to upgrade one commune, on the connection of this thread."""

from __future__ import annotations

import time
import traceback
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import psycopg2
import uuid6
from django.conf import settings
from django.db import connection, transaction
from psycopg2 import errors

from tenants.communes.database.base import DatabaseWrapper
from tenants.fleet.models import Upgrade
from tenants.fleet.step_history import DataStep
from tenants.fleet.upgrade_script import NOT_AT_VERSION, WRONG_MARKER, CommuneSchema, Limits, Script

_LOCKED = (errors.LockNotAvailable, errors.DeadlockDetected)
_DATA_EXCEPTION = "22"
_RECORD = """INSERT INTO public.fleet_upgrade
(id, run_id, commune_code, from_version, to_version, result, error, seconds)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"""


class ConnectionLost(Exception):
    """The database does not answer any more."""

    def __init__(self) -> None:
        super().__init__(
            "Mất kết nối với cơ sở dữ liệu. Những đơn vị đã xong vẫn nguyên vẹn; khi cơ sở dữ liệu "
            "trở lại, hãy chạy lại lệnh để làm tiếp."
        )


@dataclass(frozen=True)
class Attempt:
    """What came of one attempt; `error` holds no personal data."""

    code: str
    result: Upgrade.Result
    error: str
    seconds: float


def attempt(script: Script, commune: CommuneSchema, run_id: UUID, limits: Limits) -> Attempt:
    """Try to upgrade a commune; the ledger has the outcome unless it was locked.

    Raises ConnectionLost if the database went away and a new connection did not help.
    """
    for _ in range(2):
        try:
            return _attempt(script, commune, run_id, limits)
        except psycopg2.Error:
            # What was sent may have been committed; the guard of the second attempt knows.
            connection.close()
    raise ConnectionLost


def _attempt(script: Script, commune: CommuneSchema, run_id: UUID, limits: Limits) -> Attempt:
    began = time.monotonic()
    driver = _driver()
    try:
        with driver.cursor() as cursor:
            parts = script.parts(commune, run_id, limits, cursor)
        _send(driver, commune, parts, as_one=script.is_text and not settings.CITUS)
    except Exception as problem:
        error = _driver_error(problem)
        if driver.closed:
            raise psycopg2.OperationalError from problem
        seconds = time.monotonic() - began
        if isinstance(error, _LOCKED):
            return Attempt(commune.code, Upgrade.Result.LOCKED, "đang bị khóa", seconds)
        if _was_done_meanwhile(driver, error, commune, script):
            return Attempt(commune.code, Upgrade.Result.DONE, "", seconds)
        reason = _reason(error)
        _write_failure_down(driver, script, commune, run_id, reason, seconds)
        return Attempt(commune.code, Upgrade.Result.FAILED, reason, seconds)
    return Attempt(commune.code, Upgrade.Result.DONE, "", time.monotonic() - began)


def _driver() -> Any:
    """The driver's connection: what is sent here is prepared text, and there is a lot of it."""
    _ours().ensure_connection()
    return _ours().connection


def _ours() -> DatabaseWrapper:
    return cast(DatabaseWrapper, connection)


def _send(
    driver: Any, commune: CommuneSchema, parts: list[str | DataStep], *, as_one: bool
) -> None:
    if as_one:
        # Statements of one message outside a transaction are one transaction of their own.
        with driver.cursor() as cursor:
            cursor.execute(";\n".join(str(part) for part in parts))
        return
    try:
        with transaction.atomic():
            for part in parts:
                if isinstance(part, DataStep):
                    _run_data_step(part, commune)
                else:
                    with driver.cursor() as cursor:
                        cursor.execute(part)
    finally:
        _ours().set_schema_to_public()
        _ours().forget_search_path()


def _run_data_step(step: DataStep, commune: CommuneSchema) -> None:
    _ours().set_schema(commune.schema_name, include_public=False)
    with connection.schema_editor(atomic=False) as editor:
        step.operation.code(step.apps, editor)


def _driver_error(problem: Exception) -> Exception:
    """The driver's own error, where Django has put another around it."""
    cause = problem.__cause__
    return cause if isinstance(cause, psycopg2.Error) else problem


def _was_done_meanwhile(
    driver: Any, error: Exception, commune: CommuneSchema, script: Script
) -> bool:
    if getattr(error, "pgcode", None) != NOT_AT_VERSION:
        return False
    with driver.cursor() as cursor:
        cursor.execute(
            "SELECT schema_version >= %s FROM public.communes_commune WHERE code = %s",
            [script.version + len(script.steps), commune.code],
        )
        row = cursor.fetchone()
    return row is not None and bool(row[0])


def _write_failure_down(
    driver: Any, script: Script, commune: CommuneSchema, run_id: UUID, reason: str, seconds: float
) -> None:
    values = [
        str(uuid6.uuid7()),
        str(run_id),
        commune.code,
        commune.version,
        script.version + len(script.steps),
        Upgrade.Result.FAILED.value,
        reason,
        seconds,
    ]
    with driver.cursor() as cursor:
        cursor.execute(_RECORD, values)


def _reason(error: Exception) -> str:
    """Say what went wrong without what a row may hold: the ledger is read by operators."""
    code = getattr(error, "pgcode", None)
    if code == NOT_AT_VERSION:
        return "Sổ đăng ký không còn ghi đơn vị này ở phiên bản ban đầu."
    if code == WRONG_MARKER:
        return "Lược đồ không có, hoặc không mang dấu nhận biết của đơn vị này."
    if isinstance(error, psycopg2.Error):
        name = f"{type(error).__name__} {code or ''}".strip()
        # The server quotes the value it could not read; its details quote whole rows.
        shown = "" if (code or "").startswith(_DATA_EXCEPTION) else error.diag.message_primary
        return f"{name}: {shown}" if shown else name
    frames = traceback.extract_tb(error.__traceback__)
    place = f", {frames[-1].filename.rsplit('/', 1)[-1]} dòng {frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"
