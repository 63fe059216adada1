"""That somebody has just shown their second factor: kept in the session, used up by one desk.

A proof is written by the central site's pages alone and opens one place: the desk of a commune,
or the operator's pages. Whoever goes on to another commune shows the factor again.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.http import HttpRequest

from tenants.accounts.models import Account

# The operator's pages among the places; all others are codes of communes.
OPERATOR = "operator"
# From the page with the code to the desk: long enough to read the page that opens it.
LIFE = 10 * 60

_PROOF = "second_factor"
_LAST = "second_factor_last"


@dataclass(frozen=True)
class Proof:
    """When (seconds since 1970) and by what means the factor was shown."""

    at: float
    method: str


def write_proof(request: HttpRequest, account: Account, *, method: str, place: str = "") -> None:
    """Note that the factor was shown now; `place` names the only one that it may open."""
    now = time.time()
    request.session[_PROOF] = {
        "account": str(account.pk),
        "at": now,
        "method": method,
        "place": place,
    }
    request.session[_LAST] = {"account": str(account.pk), "at": now}


def find_proof(
    request: HttpRequest, account: Account, *, place: str, life: float = LIFE
) -> Proof | None:
    """Return the unused proof with which this account may open this place now."""
    kept = request.session.get(_PROOF)
    if not isinstance(kept, dict) or kept.get("account") != str(account.pk):
        return None
    if kept.get("place") not in ("", place) or not 0 <= time.time() - kept["at"] <= life:
        return None
    return Proof(at=kept["at"], method=kept["method"])


def use_proof(
    request: HttpRequest, account: Account, *, place: str, life: float = LIFE
) -> Proof | None:
    """Take the proof out of the session, so that it opens nothing a second time."""
    proof = find_proof(request, account, place=place, life=life)
    if proof is not None:
        del request.session[_PROOF]
    return proof


def shown_lately(request: HttpRequest, account: Account, *, within: float = LIFE) -> bool:
    """Whether this account showed its factor in this session so many seconds ago at most.

    For pages of the account itself; a desk needs a proof that nothing has used.
    """
    kept = request.session.get(_LAST)
    if not isinstance(kept, dict) or kept.get("account") != str(account.pk):
        return False
    return 0 <= time.time() - float(kept["at"]) <= within
