"""What differs between environments, read once; a bad or missing value names itself at start-up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from environs import Env

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env()
env.read_env(str(BASE_DIR / ".env"), recurse=False)

ROLES = ("application", "owner")


def database() -> dict[str, Any]:
    """The one database alias, for the role of this process.

    ``DATABASE_ROLE`` is ``application`` (no DDL, the default) or ``owner`` (migrations,
    onboarding). Without ``DATABASE_OWNER_URL`` both roles are the same user, which works but
    leaves the event table protected by code alone.
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
    statement_timeout = env.int("STATEMENT_TIMEOUT_MS", 0 if role == "owner" else 5000)
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
                "-c idle_in_transaction_session_timeout=10000"
                if role == "application"
                else "-c statement_timeout=0"
            ),
        },
    )
    return parsed
