"""What the served page shows: an official in every commune, the same five cases at each desk.

    python -m bench.fleet.content CODE…    prints what a browser needs as JSON

The cases are made in the first commune by the product and copied to the others, row by row; the
same rows lie together in the tables of row-level security.
"""

from __future__ import annotations

import json
import re
import sys
from typing import Any

CASES = 5
# Tables of a commune that the page reads.
COPIED = ("organisation_official", "cases_case")


def make(codes: list[str]) -> dict[str, Any]:
    """Fill every commune and the table of open desks; return session and desks by code."""
    from django.db import connection

    from tenants.communes.current import at_centre

    session, account = _official(codes[0])
    with at_centre(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_desksession (id, account_id, commune_code, opened_at, "
            # Seen in an hour: so that no page of the measurement writes that it was.
            "last_seen_at) SELECT gen_random_uuid(), %s, code, now(), now() + interval '1 hour' "
            "FROM communes_commune RETURNING commune_code, id",
            [account],
        )
        desks = {code: _desk_cookie(code, key) for code, key in cursor.fetchall()}
        source = f"xa_{codes[0]}"
        for code in codes[1:]:
            for table in COPIED:
                cursor.execute(
                    f'INSERT INTO "xa_{code}".{table} SELECT * FROM "{source}".{table} '
                    "ON CONFLICT DO NOTHING"
                )
        _row_level_security(cursor, source)
    return {"session": session, "desks": desks}


def _official(code: str) -> tuple[str, str]:
    """Make the official and the cases of the first commune; return session key and account."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from bench.content import OFFICIAL_PHONE, ROLES, make_case
    from tenants.accounts.models import Account
    from tenants.communes.current import at_centre, in_commune
    from tenants.organisation.models import Official

    with at_centre():
        clerk = Account.objects.create_account(
            full_name="Trần Văn Đức", phone=OFFICIAL_PHONE, password=None
        )
        store = import_module(settings.SESSION_ENGINE).SessionStore()
        store[SESSION_KEY] = str(clerk.pk)
        store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        store[HASH_SESSION_KEY] = clerk.get_session_auth_hash()
        store.create()
    with in_commune(code):
        Official.objects.create(
            account_id=clerk.pk, name=clerk.full_name, title="Công chức", roles=ROLES
        )
        for _ in range(CASES):
            make_case(clerk, None)
    return store.session_key, str(clerk.pk)


def _desk_cookie(code: str, key: object) -> str:
    from django.core.signing import get_cookie_signer

    from tenants.organisation.desk_access import COOKIE

    return get_cookie_signer(salt=f"{COOKIE}desk:{code}").sign(str(key))


def _row_level_security(cursor: Any, source: str) -> None:
    """Make the peer's tables: those of a commune with a column that says whose each row is."""
    from tenants.fleet.blueprint import get_blueprint

    cursor.execute("CREATE SCHEMA rls")
    cursor.execute("SET search_path TO rls")
    tables = []
    for statement in get_blueprint().statements:
        made = re.match(r'\s*CREATE TABLE "(\w+)"', statement)
        if made and made[1] != "django_migrations":
            tables.append(made[1])
        if "FOREIGN KEY" not in statement and "django_migrations" not in statement:
            cursor.execute(shared(statement))
    for table in tables:
        cursor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        cursor.execute(
            f"CREATE POLICY own ON {table} USING (commune_code_ = current_setting('app.commune'))"
        )
    for table in (*COPIED, "organisation_letterhead"):
        cursor.execute(
            f'INSERT INTO {table} SELECT t.*, c.code FROM "{source}".{table} t, '
            "public.communes_commune c"
        )
    cursor.execute("GRANT USAGE ON SCHEMA rls TO xaso_app")
    cursor.execute("SET search_path TO public")
    cursor.execute("ANALYZE")


def shared(statement: str) -> str:
    """Return a statement of the blueprint for tables that hold the rows of all communes.

    Keys and indexes begin with the commune; references between rows are left out, which only
    helps the peer.
    """
    column = '"commune_code_"'
    statement = re.sub(r"\bUNIQUE \(", f"UNIQUE ({column}, ", statement)
    if re.match(r"\s*CREATE TABLE", statement):
        key = re.search(r'"(\w+)" [\w()]+ NOT NULL PRIMARY KEY', statement)
        body = statement.replace(" PRIMARY KEY", "", 1).rstrip().rstrip(";")
        if key is None or not body.endswith(")"):
            raise ValueError(f"not understood: {statement}")
        return f'{body[:-1]}, {column} varchar(5) NOT NULL, PRIMARY KEY ({column}, "{key[1]}"))'
    if re.match(r"\s*CREATE (UNIQUE )?INDEX", statement):
        return re.sub(r'(ON "\w+" (?:USING \w+ )?)\(', rf"\1({column}, ", statement, count=1)
    return statement


def main() -> None:
    """Set Django up and print what was made."""
    import django

    django.setup()
    print(json.dumps(make(sys.argv[1:])))


if __name__ == "__main__":
    main()
