"""What differs between environments, read once; a bad or missing value names itself at start-up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from environs import Env

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env()
env.read_env(str(BASE_DIR / ".env"), recurse=False)

ROLES = ("application", "owner")

# Milliseconds that the application's statements may take, and that a transaction may wait for its
# program: a page is given up soon, a job counts or renders documents.
TIMEOUTS = {"pages": (5_000, 10_000), "jobs": (60_000, 60_000)}


def database() -> dict[str, Any]:
    """The one database alias, for the role of this process.

    ``DATABASE_ROLE`` is ``application`` (no DDL, the default) or ``owner`` (migrations,
    onboarding). Without ``DATABASE_OWNER_URL`` both roles are the same user, which works but
    leaves the event table protected by code alone. ``DATABASE_WORK`` is ``pages`` (the default)
    or ``jobs``, which may take longer; ``manage.py`` sets both for its commands.
    """
    role = env.str("DATABASE_ROLE", "application")
    if role not in ROLES:
        raise ValueError(f"DATABASE_ROLE={role}: use one of {', '.join(ROLES)}.")
    application_url = env.str("DATABASE_URL", "postgres://xaso_app@127.0.0.1:5432/xaso")
    owner_url = env.str("DATABASE_OWNER_URL", application_url)
    with_parser = Env()
    parsed: dict[str, Any] = dict(
        with_parser.dj_db_url("NO_SUCH_VARIABLE", owner_url if role == "owner" else application_url)
    )
    application = dict(with_parser.dj_db_url("NO_SUCH_VARIABLE", application_url))
    work = env.str("DATABASE_WORK", "pages")
    if work not in TIMEOUTS:
        raise ValueError(f"DATABASE_WORK={work}: use one of {', '.join(TIMEOUTS)}.")
    usual, idle_timeout = TIMEOUTS[work]
    statement_timeout = env.int("STATEMENT_TIMEOUT_MS", usual)
    parsed.update(
        ENGINE="tenants.communes.database",
        # A new connection costs the server five times what a page costs it.
        CONN_MAX_AGE=None,
        CONN_HEALTH_CHECKS=False,
        ATOMIC_REQUESTS=False,
        APPLICATION_ROLE=application.get("USER", ""),
        OPTIONS={
            "connect_timeout": 5,
            "options": (
                f"-c statement_timeout={statement_timeout} "
                f"-c idle_in_transaction_session_timeout={idle_timeout}"
                if role == "application"
                else "-c statement_timeout=0"
            ),
        },
    )
    return parsed
