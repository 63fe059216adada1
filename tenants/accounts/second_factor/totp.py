"""Codes that an app and we compute from one key and the time: RFC 6238, as every app does it.

Nothing here needs a database, so programs beside the product use it too.
"""

from __future__ import annotations

import base64
import hmac
import secrets
import time

STEP_SECONDS = 30
# Clocks of phones differ a little, and typing takes its time.
STEPS_ASIDE = 1
_KEY_BYTES = 20
_DIGITS = 6


def new_secret() -> str:
    """Return a key for an app, in base32 as apps take it: 160 random bits."""
    return base64.b32encode(secrets.token_bytes(_KEY_BYTES)).decode()


def present_step() -> int:
    """Return the number of the present step of thirty seconds since 1970."""
    return int(time.time()) // STEP_SECONDS


def code_at(secret: str, step: int) -> str:
    """Return the six digits that the app shows during a step."""
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), "sha1")
    start = digest[-1] & 0x0F
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**_DIGITS:0{_DIGITS}}"


def fitting_step(secret: str, code: str) -> int | None:
    """Return the step near now whose code this is, None for no such step."""
    now = present_step()
    for step in range(now - STEPS_ASIDE, now + STEPS_ASIDE + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()):
            return step
    return None
