"""One attempt to upgrade one commune, and what an error in it means."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast
from uuid import UUID

import psycopg2
import uuid6
from django.conf import settings
from django.db import Error as DjangoError
from django.db import connection, transaction
from psycopg2 import errors

from tenants.communes.database.base import DatabaseWrapper
from tenants.fleet.models import Upgrade
from tenants.fleet.step_history import DataStep
from tenants.fleet.upgrade_script import (
    CommuneSchema,
    Limits,
    Script,
    make_durable,
    marker_query,
    prepare_connection,
)

T = TypeVar("T")
_LOCKED = (errors.LockNotAvailable, errors.DeadlockDetected)
_DATA_EXCEPTION = "22"
_FAILURE = """INSERT INTO public.fleet_upgrade
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

    commune: CommuneSchema
    result: Upgrade.Result
    error: str
    seconds: float


class Upgrader:
    """Upgrades one commune after the other on the connection of this thread."""

    def __init__(self, run_id: UUID, limits: Limits) -> None:
        self._run_id, self._limits = run_id, limits
        self._driver: Any = None

    def attempt(self, script: Script, commune: CommuneSchema) -> Attempt:
        """Try one commune; the ledger has the outcome unless the commune was locked.

        Raises ConnectionLost if the database went away and a new connection did not help.
        """
        return self._persistently(lambda: self._attempt(script, commune))

    def close(self) -> None:
        """Wait until everything done is on disk, and close the connection.

        Raises ConnectionLost if the database went away and a new connection did not help.
        """
        if self._driver is not None:
            self._persistently(self._make_durable)
        _ours().close()

    def _persistently(self, act: Callable[[], T]) -> T:
        for _ in range(2):
            try:
                self._connect()
                return act()
            except (psycopg2.Error, DjangoError):
                # What was sent may have been committed; the second time finds out.
                _ours().close()
        raise ConnectionLost

    def _make_durable(self) -> None:
        with self._driver.cursor() as cursor:
            make_durable(cursor)

    def _attempt(self, script: Script, commune: CommuneSchema) -> Attempt:
        began = time.monotonic()
        result, reason = Upgrade.Result.DONE, ""
        try:
            parts = script.parts(commune, self._run_id)
            self._send(commune, parts, as_one=script.is_text and not settings.CITUS)
        except Exception as problem:
            error = _driver_error(problem)
            if self._driver.closed:
                raise psycopg2.OperationalError from problem
            result, reason = self._understand(error, script, commune)
        seconds = time.monotonic() - began
        if result == Upgrade.Result.FAILED:
            self._write_failure_down(script, commune, reason, seconds)
        return Attempt(commune, result, reason, seconds)

    def _connect(self) -> None:
        _ours().ensure_connection()
        driver = _ours().connection
        if driver is not self._driver:
            with driver.cursor() as cursor:
                prepare_connection(self._limits, cursor)
            self._driver = driver

    def _send(self, commune: CommuneSchema, parts: list[str | DataStep], *, as_one: bool) -> None:
        if as_one:
            # Statements of one message outside a transaction are one transaction of their own.
            with self._driver.cursor() as cursor:
                cursor.execute(";\n".join(str(part) for part in parts))
            return
        try:
            with transaction.atomic():
                for part in parts:
                    if isinstance(part, DataStep):
                        _run_data_step(part, commune)
                    else:
                        with self._driver.cursor() as cursor:
                            cursor.execute(part)
        finally:
            _ours().set_schema_to_public()
            _ours().forget_search_path()

    def _understand(
        self, error: Exception, script: Script, commune: CommuneSchema
    ) -> tuple[Upgrade.Result, str]:
        """Find out what an error means, from the registry and the schema it left as they were."""
        if isinstance(error, _LOCKED):
            return Upgrade.Result.LOCKED, "đang bị khóa bởi việc khác"
        version = self._ask(
            "SELECT schema_version FROM public.communes_commune WHERE code = %s", [commune.code]
        )
        if version is not None and version >= script.to:
            return Upgrade.Result.DONE, ""  # what was sent before the connection broke
        if version != commune.version:
            return Upgrade.Result.FAILED, "sổ đăng ký đã đổi trong lúc nâng cấp"
        try:
            marked = self._ask(marker_query(commune))
        except errors.Error:
            marked = None
        if not marked:
            reason = f"lược đồ {commune.schema_name} không có, hoặc không phải của đơn vị này"
            return Upgrade.Result.FAILED, reason
        return Upgrade.Result.FAILED, _reason(error)

    def _ask(self, query: Any, values: Any = None) -> Any:
        with self._driver.cursor() as cursor:
            cursor.execute(query, values)
            row = cursor.fetchone()
        return row[0] if row else None

    def _write_failure_down(
        self, script: Script, commune: CommuneSchema, reason: str, seconds: float
    ) -> None:
        values = [
            str(uuid6.uuid7()),
            str(self._run_id),
            commune.code,
            commune.version,
            script.to,
            Upgrade.Result.FAILED.value,
            reason,
            seconds,
        ]
        with self._driver.cursor() as cursor:
            cursor.execute(_FAILURE, values)


def _ours() -> DatabaseWrapper:
    return cast(DatabaseWrapper, connection)


def _run_data_step(step: DataStep, commune: CommuneSchema) -> None:
    _ours().set_schema(commune.schema_name, include_public=False)
    with connection.schema_editor(atomic=False) as editor:
        step.operation.code(step.apps, editor)


def _driver_error(problem: Exception) -> Exception:
    """The driver's own error, where Django has put another around it."""
    cause = problem.__cause__
    return cause if isinstance(cause, psycopg2.Error) else problem


def _reason(error: Exception) -> str:
    """Say what went wrong without what a row may hold: the ledger is read by operators."""
    if isinstance(error, psycopg2.Error):
        code = error.pgcode or ""
        name = f"{type(error).__name__} {code}".strip()
        # The server quotes the value it could not read; its details quote whole rows.
        shown = "" if code.startswith(_DATA_EXCEPTION) else error.diag.message_primary
        return f"{name}: {shown}" if shown else name
    frames = traceback.extract_tb(error.__traceback__)
    place = f", {frames[-1].filename.rsplit('/', 1)[-1]} dòng {frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"
