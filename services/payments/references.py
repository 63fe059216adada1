"""References of payments: what a payer writes into a transfer, and how it is found again.

Banks drop signs, change case and put their own words around a purpose, so a reference is a
word of its own: two letters, eight signs that cannot be mistaken for each other, and a check
sign, by which a mistyped reference is not taken for somebody else's.
"""

from __future__ import annotations

import re
import secrets

PREFIX = "XS"
# Without I, L, O and U: they are read as 1, 1, 0 and V.
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 8
_FOUND = re.compile(rf"{PREFIX}[{_SIGNS}]{{{_LENGTH + 1}}}")


def new_reference() -> str:
    """A reference that nobody can guess, e.g. ``XS4K7M2Q9TD``."""
    body = "".join(secrets.choice(_SIGNS) for _ in range(_LENGTH))
    return f"{PREFIX}{body}{_check_sign(body)}"


def references_in(text: str) -> list[str]:
    """Every well-formed reference in a purpose, in order, each once; spaces may cut it."""
    together = re.sub(r"[^0-9A-Z]", "", text.upper())
    found: dict[str, None] = {}
    for start in range(len(together)):
        match = _FOUND.match(together, start)
        if match and is_reference(match[0]):
            found.setdefault(match[0])
    return list(found)


def is_reference(text: str) -> bool:
    """Whether the text has the form and the right check sign."""
    return bool(_FOUND.fullmatch(text)) and _check_sign(text[len(PREFIX) : -1]) == text[-1]


def _check_sign(body: str) -> str:
    """A weighted sum over the signs' places; the weights are odd, so every single slip shows."""
    total = sum((2 * at + 1) * _SIGNS.index(sign) for at, sign in enumerate(body))
    return _SIGNS[total % len(_SIGNS)]
