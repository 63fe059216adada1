"""The whole test-suite on a Citus cluster that the operator supplies: `make test-citus`.

    CITUS_URL=postgres://superuser:password@coordinator:5432/database python -m config.local.citus

The database is one with the extension, in which the nodes are known to one another. Two roles are
made for the tests (again at each run, with new passwords) and databases called xaso_test_…; all
else is left alone. Arguments are pytest's. Exits with 2 where there is nothing to test on.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg2
from psycopg2 import sql

ROOT = Path(__file__).resolve().parent.parent.parent
OWNER, APPLICATION = "xaso_test_owner", "xaso_test_app"
NOTHING_TESTED = 2

NO_SERVER = """\
Chưa cho máy chủ Citus nào nên chưa kiểm thử gì. Hãy chạy:
  make test-citus CITUS_URL=postgres://quản-trị:mật-khẩu@máy-điều-phối:5432/cơ-sở-dữ-liệu
No Citus server was given, so nothing was tested: set CITUS_URL as above (docs/citus.md)."""


class NoCluster(Exception):
    """There is no cluster at the address; the sentence says what is missing."""


def prepare(url: str) -> dict[str, str]:
    """Make the two roles on the cluster; return the environment of tests that use them.

    Raises NoCluster.
    """
    if not urlsplit(url).hostname:
        raise NoCluster("CITUS_URL cần có tên máy: postgres://quản-trị@máy-điều-phối:5432/…")
    try:
        opened = psycopg2.connect(url, connect_timeout=10)
    except psycopg2.Error as error:
        raise NoCluster(f"Không kết nối được với máy chủ Citus: {str(error).strip()}") from error
    opened.autocommit = True
    passwords = {role: secrets.token_urlsafe(24) for role in (OWNER, APPLICATION)}
    with contextlib.closing(opened), opened.cursor() as cursor:
        _check(cursor)
        for role, rights in ((OWNER, "CREATEDB"), (APPLICATION, "NOCREATEDB")):
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            verb = sql.SQL("ALTER" if cursor.fetchone() else "CREATE")
            # Citus makes roles on every node.
            cursor.execute(
                sql.SQL("{} ROLE {} LOGIN {} PASSWORD {}").format(
                    verb, sql.Identifier(role), sql.SQL(rights), sql.Literal(passwords[role])
                )
            )
    return {
        "CITUS": "True",
        "CITUS_URL": url,
        "DATABASE_URL": _with_role(url, APPLICATION, passwords[APPLICATION]),
        "DATABASE_OWNER_URL": _with_role(url, OWNER, passwords[OWNER]),
    }


def main() -> int:
    """Run the tests; say so if there is no cluster to run them on."""
    url = os.environ.get("CITUS_URL", "")
    if not url:
        print(NO_SERVER, file=sys.stderr)
        return NOTHING_TESTED
    try:
        environment = prepare(url)
    except NoCluster as error:
        print(error, file=sys.stderr)
        return NOTHING_TESTED
    command = ["sh", "config/local/run_tests.sh", *sys.argv[1:]]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}).returncode


def _check(cursor: psycopg2.extensions.cursor) -> None:
    cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    if cursor.fetchone() != (True,):
        raise NoCluster("Vai trò trong CITUS_URL cần là quản trị (superuser) của máy chủ.")
    cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'citus'")
    if cursor.fetchone() is None:
        raise NoCluster(
            "Cơ sở dữ liệu trong CITUS_URL không có Citus. Hãy cài như docs/citus.md và chạy ở đó: "
            "CREATE EXTENSION citus;"
        )
    cursor.execute(
        "SELECT count(*) FILTER (WHERE shouldhaveshards), count(*) FILTER (WHERE groupid = 0) "
        "FROM pg_dist_node WHERE isactive AND noderole = 'primary'"
    )
    takers, coordinators = cursor.fetchone() or (0, 0)
    if not takers or not coordinators:
        raise NoCluster(
            "Các máy của cụm chưa biết nhau. Hãy chạy citus_set_coordinator_host và citus_add_node "
            "trên máy điều phối như docs/citus.md."
        )


def _with_role(url: str, role: str, password: str) -> str:
    parts = urlsplit(url)
    return parts._replace(
        netloc=f"{role}:{quote(password)}@{parts.hostname}:{parts.port or 5432}", query=""
    ).geturl()


if __name__ == "__main__":
    sys.exit(main())
