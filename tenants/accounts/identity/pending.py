"""A verified person without an account, kept sealed in the session until they decide."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from tenants.accounts.identity.claims import VerifiedPerson
from tenants.kit.crypto import SealBroken, seal, unseal

KEY = "identity_pending"
# Seconds: long enough to sign in to an account that one had, password forgotten included.
LIFE = 15 * 60
_CONTEXT = "accounts.identity.pending"


@dataclass(frozen=True)
class Pending:
    """Who waits, and where they were going."""

    person: VerifiedPerson
    next_url: str


def keep_pending(request: HttpRequest, pending: Pending) -> None:
    """Keep somebody; the session, which is signed but readable, holds nothing in clear."""
    data = {
        "person": pending.person.to_json(),
        "next": pending.next_url,
        "at": time.time(),
    }
    sealed = seal(json.dumps(data).encode(), context=_CONTEXT)
    request.session[KEY] = base64.b64encode(sealed).decode()


def find_pending(request: HttpRequest) -> Pending | None:
    """Return who waits in this session; None when nobody does any more."""
    kept = request.session.get(KEY)
    if kept is None:
        return None
    try:
        data: dict[str, Any] = json.loads(unseal(base64.b64decode(kept), context=_CONTEXT))
    except SealBroken:
        return None
    if time.time() - data["at"] > LIFE:
        forget_pending(request)
        return None
    return Pending(VerifiedPerson.from_json(data["person"]), data["next"])


def forget_pending(request: HttpRequest) -> None:
    """Nobody waits any more."""
    request.session.pop(KEY, None)
