"""Whether every registered commune is whole, and nothing of any other is there."""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from typing import Any

from django.conf import settings
from django.db import connection, connections

from tenants.communes.official_list import host_label
from tenants.fleet.onboarding import default_email

_LISTS = {
    "schema": "SELECT substr(nspname, 4) FROM pg_namespace WHERE nspname LIKE 'xa\\_%'",
    "host": "SELECT tenant_id FROM communes_domain",
    "figures": "SELECT commune_code FROM communes_figures",
}
_INSIDE = """
SELECT (SELECT commune_code FROM {schema}.organisation_letterhead),
       (SELECT count(*) FROM {schema}.django_migrations),
       (SELECT string_agg(a.email, ' ') FROM {schema}.organisation_official AS o
        JOIN accounts_account AS a ON a.id = o.account_id AND o.roles = 'administrator'),
       (SELECT count(*) FROM accounts_account WHERE email = %s),
       (SELECT count(*) FROM communes_domain WHERE tenant_id = %s AND domain = %s),
       (SELECT count(*) FROM jobs_schedule WHERE commune_code = %s)
"""


def whole_fleet() -> list[str]:
    """The codes of the registered communes, after a look at all that belongs to each."""
    with connection.cursor() as cursor:
        registered = _column(cursor, "SELECT code FROM communes_commune")
        for what, query in _LISTS.items():
            assert _column(cursor, query) == registered, what
        for code in registered:
            label = host_label(code)
            values = [default_email(code), code, label, code]
            cursor.execute(_INSIDE.format(schema=f"xa_{code}"), values)
            schedules = sum(not name.startswith("tenants.") for name in settings.SCHEDULED_TASKS)
            steps = len(settings.COMMUNE_MIGRATIONS)
            assert cursor.fetchone() == (code, steps, default_email(code), 1, 1, schedules)
    return registered


def start(work: Callable[[], Any]) -> BaseProcess:
    """Start a process like this one that works on connections of its own."""

    def run() -> None:
        # The parent's connection is not this process's to use or to close.
        for one in connections.all():
            one.connection = None
        work()

    process = get_context("fork").Process(target=run)
    process.start()
    return process


def _column(cursor: Any, query: str) -> list[str]:
    cursor.execute(query)
    return sorted(value for (value,) in cursor.fetchall())
