"""What a second factor keeps secret, sealed for its account: keys of apps, recovery codes.

A sealed value that is copied into another account's row does not open there.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from allauth.mfa.models import Authenticator

from tenants.kit.crypto import seal, unseal

_SEALED = "sealed"


def put_sealed(factor: Authenticator, value: Any) -> None:
    """Seal a JSON value into the factor, with the newest key; nothing is saved."""
    sealed = seal(json.dumps(value).encode(), context=_context(factor))
    factor.data = {**(factor.data or {}), _SEALED: base64.b64encode(sealed).decode()}


def read_sealed(factor: Authenticator) -> Any:
    """Return what was sealed; raises SealBroken when it was changed or belongs elsewhere."""
    return json.loads(unseal(base64.b64decode(factor.data[_SEALED]), context=_context(factor)))


def sealed_bytes(factor: Authenticator) -> bytes:
    """Return the sealed value as it lies in the row, which also tells its key; empty for none."""
    return base64.b64decode((factor.data or {}).get(_SEALED, ""))


def _context(factor: Authenticator) -> str:
    return f"mfa.Authenticator.{factor.type}:{factor.user_id}"
