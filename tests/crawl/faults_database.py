"""Planted faults in the database: schemas, rights, history, cache and jobs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from django.core.cache import caches

from tests.crawl.faults import fault
from tests.crawl.replacing import swapped


# ── 1, 2: which schema ───────────────────────────────────────────────────
@fault(1, "schema_is_left")
def commune_stays_after_the_request() -> Iterator[None]:
    from tenants.communes.middleware import CommuneMiddleware

    with swapped(CommuneMiddleware, "__call__", lambda self, request: self._answer(request)):
        yield


@fault(1, "search_path_follows")
def search_path_is_remembered_over_a_rollback() -> Iterator[None]:
    from tenants.communes.database.base import DatabaseWrapper

    with swapped(DatabaseWrapper, "forget_search_path", lambda self: None):
        yield


@fault(1, matrix=("desk-list", "my-case"))
def first_commune_for_every_host() -> Iterator[None]:
    from tenants.communes import hosts, middleware
    from tenants.communes.current import commune_info

    site = hosts.Site(commune_info("00008"), moved=False)
    with swapped(middleware, "find_site", lambda host: site):
        yield


@fault(2, "marker_is_asked")
def marker_is_not_compared() -> Iterator[None]:
    from tenants.communes.database.base import DatabaseWrapper

    with swapped(DatabaseWrapper, "_expected_marker", lambda self: None):
        yield


@fault(1, "two_communes_are_refused")
def two_communes_in_one_transaction() -> Iterator[None]:
    from tenants.communes.database.base import DatabaseWrapper

    with swapped(DatabaseWrapper, "_stay_in_one_commune", lambda self: None):
        yield


# ── 4, 16: rights in the database, history ───────────────────────────────
@fault(4, "roles_of_the_database")
def application_is_the_owner() -> Iterator[None]:
    """The statements that the application's role may not run go through."""
    from django.db.backends.utils import CursorWrapper

    real = CursorWrapper.execute

    def execute(self: Any, sql: Any, params: Any = None) -> Any:
        if isinstance(sql, str) and sql.startswith(("UPDATE history_event", "DELETE FROM history")):
            return None
        return real(self, sql, params)

    from tenants.communes.database.base import _CommuneCursor

    with swapped(_CommuneCursor, "execute", execute):
        yield


@fault(16, "history_is_chained")
def history_is_not_compared() -> Iterator[None]:
    from tenants.history import events

    with ExitStack() as stack:
        stack.enter_context(swapped(events, "_intact", lambda event: True))
        stack.enter_context(swapped(events, "_links", lambda batch: iter(())))
        stack.enter_context(swapped(events.ChainHead.objects, "filter", _Nobody))
        yield


class _Nobody:
    def __init__(self, **_conditions: Any) -> None:
        pass

    def first(self) -> None:
        return None


# ── 7, 8: cache and jobs ─────────────────────────────────────────────────
@fault(7, "cache_is_apart")
def cache_without_the_commune() -> Iterator[None]:
    with swapped(caches["default"], "key_func", lambda key, prefix, version: key):
        yield


@fault(8, "jobs_stay_in_their_commune")
def jobs_run_where_their_document_is() -> Iterator[None]:
    from tenants.communes.current import commune_info, entered
    from tenants.jobs import runner

    with swapped(runner, "_place_of", lambda claim: entered(commune_info("00008"))):
        yield
