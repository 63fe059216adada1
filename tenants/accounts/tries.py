"""How often something may be tried: counted in the database, for all processes together.

A limit is kept for a scope (what is tried) and a subject (who tries, or at whom): an address of
the network, an account, a phone number. The row holds a keyed digest of both, so nobody learns
from the table who tried what.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from tenants.accounts.models import Tries
from tenants.kit.crypto import blind_index

_PURPOSE = "accounts.Tries."

# One statement: it waits for another process that counts the same key, so of tries at one moment
# exactly as many pass as may. A key that has reached its limit is not written again: a flood
# leaves no dead rows behind. A window that has passed begins anew.
_COUNT = """
INSERT INTO accounts_tries AS known (key, count, until) VALUES (%(key)s, 1, %(until)s)
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN known.until <= %(now)s THEN 1 ELSE known.count + 1 END,
    until = CASE WHEN known.until <= %(now)s THEN excluded.until ELSE known.until END
WHERE known.until <= %(now)s OR known.count < %(limit)s
RETURNING count
"""


def take(scope: str, subject: str, limit: int, seconds: float) -> bool:
    """Count one try; tell whether it is among the first `limit` of these `seconds`.

    The count stays whatever becomes of the request: it is a transaction of its own, and calling
    it within another one raises RuntimeError. Two limits on one thing (a minute's and a day's)
    need two scopes.
    """
    now = timezone.now()
    values: dict[str, str | datetime | int] = {
        "key": _key(scope, subject),
        "now": now,
        "until": now + timedelta(seconds=seconds),
        "limit": limit,
    }
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(_COUNT, values)
        return cursor.fetchone() is not None


def give_back(scope: str, subject: str) -> None:
    """Take back one try that turned out to be none: a right password, a message not sent."""
    Tries.objects.filter(key=_key(scope, subject), count__gt=0).update(count=F("count") - 1)


def forget(scope: str, subject: str) -> None:
    """Begin counting anew, as after a success that proves who tries."""
    Tries.objects.filter(key=_key(scope, subject)).delete()


def _key(scope: str, subject: str) -> str:
    return blind_index(subject, purpose=_PURPOSE + scope)
