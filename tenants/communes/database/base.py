"""The connection that knows in which commune it works.

Tables are found through PostgreSQL's search path. It is set only when the commune changes, in
one statement that also reads the commune's marker (the code in its letterhead): a schema that
is missing, half made or another commune's is noticed there, instead of reading a table of the
same name elsewhere. What was set is forgotten whenever the server may have forgotten it: new
connection, rollback, rollback to a savepoint, any database error.

A transaction works in one commune at most, besides the shared tables: two communes may lie on two
machines. The connection refuses the second one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, TypeAlias

import psycopg2
from django.conf import settings
from django.db.backends.utils import CursorDebugWrapper, CursorWrapper
from django.db.utils import DatabaseErrorWrapper, ProgrammingError
from django.utils.functional import cached_property
from django_tenants.postgresql_backend import base as library
from django_tenants.utils import get_public_schema_name, quote_schema_name

SchemaPath: TypeAlias = tuple[str, bool]

COMMUNE_PREFIX = "xa_"
MARKER_TABLE = "organisation_letterhead"
MARKER_COLUMN = "commune_code"


class MarkerMissing(Exception):
    """The schema does not carry the marker of the commune that was asked for."""

    def __init__(self, schema_name: str, found: str | None) -> None:
        self.schema_name = schema_name
        super().__init__(
            f"Dữ liệu của đơn vị (lược đồ {schema_name}) không đúng hoặc chưa tạo xong: "
            f"dấu nhận biết là {found!r}. Hãy báo đơn vị vận hành."
        )


class TwoCommunes(Exception):
    """A transaction that works in one commune was about to work in another too."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(
            f"This transaction works in {first} and cannot work in {second} as well: "
            "end it first, and let a job or a second transaction do the rest."
        )


class _Blocks(list[Any]):
    """Atomic blocks, the outermost first; `began` tells that another transaction was begun.

    A block that Django's tests put around each of them stands for no transaction.
    """

    began = False

    def append(self, block: Any) -> None:
        self.began = self.began or not self.in_transaction()
        super().append(block)

    def in_transaction(self) -> bool:
        return bool(self) and not self[-1]._from_testcase


class _ErrorWrapper(DatabaseErrorWrapper):
    """Tells the connection of every database error before it goes up."""

    wrapper: DatabaseWrapper

    def __exit__(self, exc_type: Any, exc_value: Any, traceback: Any) -> None:
        if exc_type is not None and issubclass(exc_type, psycopg2.Error):
            self.wrapper.note_error()
        super().__exit__(exc_type, exc_value, traceback)


class _CommuneCursor(CursorWrapper):
    """Checks before each statement: the commune may have changed since the cursor was opened."""

    def execute(self, sql: Any, params: Any = None) -> Any:
        self.db.apply_search_path()
        return super().execute(sql, params)

    def executemany(self, sql: Any, param_list: Any) -> Any:
        self.db.apply_search_path()
        return super().executemany(sql, param_list)


class _CommuneDebugCursor(CursorDebugWrapper):
    def execute(self, sql: Any, params: Any = None) -> Any:
        self.db.apply_search_path()
        return super().execute(sql, params)

    def executemany(self, sql: Any, param_list: Any) -> Any:
        self.db.apply_search_path()
        return super().executemany(sql, param_list)


class DatabaseWrapper(library.DatabaseWrapper):  # type: ignore[misc]
    """The library's connection with its search path handled by the rules of this module.

    `lost` tells that the server went away, until `take_lost` is asked.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._applied: SchemaPath | None = None
        self._applying = False
        self._marker_needed = True
        self._schema_of_transaction: str | None = None
        self.lost = False
        super().__init__(*args, **kwargs)

    # ── Choosing a schema: says where to work, sends nothing ─────────────
    def set_tenant(self, tenant: Any, include_public: bool = True) -> None:
        """Work in the schema of a tenant from the next statement on."""
        self.tenant = tenant
        self.schema_name = tenant.schema_name
        self.include_public_schema = include_public
        self.set_settings_schema(self.schema_name)

    @contextmanager
    def without_marker(self) -> Iterator[None]:
        """Let an owner's process enter schemas that are being made and have no marker yet."""
        previous, self._marker_needed = self._marker_needed, False
        try:
            yield
        finally:
            self._marker_needed = previous
            self.forget_search_path()

    @contextmanager
    def beside(self, **other: Any) -> Iterator[Any]:
        """Open a second connection of the driver's, in no transaction; `other` differs from ours.

        For what lasts longer than a transaction or may stand in none: locks, whole databases.
        """
        parameters = self.get_connection_params() | other
        parameters.pop("cursor_factory", None)
        with closing(psycopg2.connect(**parameters)) as opened:
            opened.autocommit = True
            yield opened

    @contextmanager
    def at_any_search_path(self) -> Iterator[None]:
        """Read shared tables as the connection is: no commune has a table of such a name."""
        previous, self._applying = self._applying, True
        try:
            yield
        finally:
            self._applying = previous

    # ── Setting the search path ──────────────────────────────────────────
    def apply_search_path(self) -> None:
        """Set the search path if the commune changed.

        Raises MarkerMissing if the commune is not there, TwoCommunes if the transaction works in
        another.
        """
        if self._applying:
            return
        self._stay_in_one_commune()
        wanted = (self.schema_name, self.include_public_schema)
        if self._applied == wanted:
            return
        self._applying = True
        try:
            with self.cursor() as cursor:
                found = self._send_search_path(cursor)
        except ProgrammingError as error:  # no such schema, table or column, or not ours to read
            raise MarkerMissing(self.schema_name, None) from error
        finally:
            self._applying = False
        expected = self._expected_marker()
        if expected is not None and found != expected:
            self.forget_search_path()
            raise MarkerMissing(self.schema_name, found)
        self._applied = wanted

    def _send_search_path(self, cursor: CursorWrapper) -> str | None:
        path = ", ".join(quote_schema_name(name) for name in self._get_cursor_search_paths())
        statement = "SELECT set_config('search_path', %s, false)"
        table = f"{quote_schema_name(self.schema_name)}.{MARKER_TABLE}"
        marker = f"SELECT min({MARKER_COLUMN}) FROM {table} HAVING count(*) = 1"  # noqa: S608
        if self._expected_marker() is None:
            cursor.execute(statement, [path])
            return None
        if settings.CITUS:
            # As one statement it would go, with the setting, to the node that has the table.
            cursor.execute(statement, [path])
            cursor.execute(marker)
        else:
            cursor.execute(f"{statement}, ({marker})", [path])
        row = cursor.fetchone()
        return None if row is None else row[-1]

    def _expected_marker(self) -> str | None:
        """Return the marker the schema must carry; None for public and schemas being made."""
        if self.schema_name == get_public_schema_name() or not self._marker_needed:
            return None
        # A schema that is not a commune's has no code, and nothing equals its whole name.
        return str(self.schema_name).removeprefix(COMMUNE_PREFIX)

    def _handle_search_path(self, cursor: Any = None) -> None:
        self.apply_search_path()

    # Savepoints concern no table; a rollback must work where the marker is missing.
    def _savepoint(self, sid: str) -> None:
        with self.at_any_search_path():
            super()._savepoint(sid)

    def _savepoint_commit(self, sid: str) -> None:
        with self.at_any_search_path():
            super()._savepoint_commit(sid)

    def _savepoint_rollback(self, sid: str) -> None:
        with self.at_any_search_path():
            super()._savepoint_rollback(sid)

    def make_cursor(self, cursor: Any) -> CursorWrapper:
        """Wrap a cursor so that each of its statements runs in the present commune."""
        return _CommuneCursor(cursor, self)

    def make_debug_cursor(self, cursor: Any) -> CursorWrapper:
        """Wrap a cursor as `make_cursor` does, and log its statements."""
        return _CommuneDebugCursor(cursor, self)

    # ── One commune a transaction ────────────────────────────────────────
    @property
    def atomic_blocks(self) -> _Blocks:
        """Django's list of the atomic blocks that this connection is in."""
        return self._blocks

    @atomic_blocks.setter
    def atomic_blocks(self, blocks: list[Any]) -> None:
        self._blocks = _Blocks(blocks)
        self._schema_of_transaction = None

    def _stay_in_one_commune(self) -> None:
        if not self._blocks.in_transaction():
            return
        if self._blocks.began:
            self._blocks.began = False
            self._schema_of_transaction = None
        if self.schema_name == get_public_schema_name():
            return
        first = self._schema_of_transaction or self.schema_name
        if first != self.schema_name:
            raise TwoCommunes(first, self.schema_name)
        self._schema_of_transaction = first

    # ── Forgetting it ────────────────────────────────────────────────────
    def forget_search_path(self) -> None:
        """Set the search path anew before the next statement."""
        self._applied = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Open a connection, whose search path is the server's default."""
        self.forget_search_path()
        return super().get_new_connection(conn_params)

    def rollback(self) -> None:
        """Roll back, which undoes a search path set inside the transaction."""
        try:
            super().rollback()
        finally:
            self.forget_search_path()

    def savepoint_rollback(self, sid: str) -> None:
        """Roll back to a savepoint, which undoes a search path set after it."""
        try:
            super().savepoint_rollback(sid)
        finally:
            self.forget_search_path()

    # ── Errors ───────────────────────────────────────────────────────────
    @cached_property
    def wrap_database_errors(self) -> _ErrorWrapper:
        """Turn the driver's errors into Django's and take note of them."""
        return _ErrorWrapper(self)

    def note_error(self) -> None:
        """Forget the search path after an error; close a connection the server has dropped."""
        self.forget_search_path()
        if self.connection is None:
            self.lost = True
        elif self.connection.closed:
            self.lost = True
            self.close()

    def take_lost(self) -> bool:
        """Return whether the database went away since this was last asked."""
        lost, self.lost = self.lost, False
        return lost
