"""Second factors of the people in tests.

`open_desk(client, commune)` is for tests of what comes after: it writes into the session what the
central page writes when the factor was shown. Tests of the factor itself type codes.
"""

from __future__ import annotations

import time
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.test import Client

from tenants.accounts.desk import OPERATORS_DESK
from tenants.accounts.desk import open_desk as make_open
from tenants.accounts.desk_cookie import set_desk_cookie
from tenants.accounts.models import Account, DeskSession
from tenants.accounts.second_factor.codes import add_app
from tenants.accounts.second_factor.proof import Proof, write_proof
from tenants.accounts.second_factor.totp import (
    STEPS_ASIDE,
    code_at,
    new_secret,
    present_step,
)
from tenants.communes.current import CommuneInfo

OPEN_DESK = "/desk/mo-ban/"


def show_factor(client: Client, *, place: str = "") -> None:
    """As if the person signed in here had shown the second factor a moment ago."""
    request = HttpRequest()
    request.session = client.session  # type: ignore[assignment]
    account = Account.objects.get(pk=request.session[SESSION_KEY])
    write_proof(request, account, method="totp", place=place)
    request.session.save()


def open_desk(client: Client, commune: CommuneInfo, next_path: str = "/desk/") -> HttpResponse:
    """Open this commune's desk in the browser of an official who is signed in."""
    show_factor(client, place=commune.code)
    response = client.post(OPEN_DESK, {"next": next_path}, SERVER_NAME=commune.host)
    assert response.status_code == 302, response.status_code
    return response  # type: ignore[return-value]


def open_operator_pages(client: Client) -> None:
    """Open the operator's pages in the browser of an operator who is signed in."""
    desk = make_desk(client.session[SESSION_KEY], OPERATORS_DESK)
    answer = HttpResponse()
    set_desk_cookie(answer, desk)
    client.cookies.update(answer.cookies)


def make_desk(account_id: UUID | str, commune_code: str) -> DeskSession:
    """An open desk, as if its second factor had been shown a moment ago."""
    proof = Proof(at=time.time(), method="totp")
    return make_open(account_id=UUID(str(account_id)), commune_code=commune_code, proof=proof)


def give_app(account: Account) -> str:
    """Give the account an authenticator app; return its key."""
    secret = new_secret()
    add_app(account=account, secret=secret, step=0)
    return secret


def code_of(secret: str, *, ahead: int = 0) -> str:
    """The code that the app shows now, or so many half minutes later."""
    return code_at(secret, present_step() + ahead)


class App:
    """An authenticator app whose codes are each used once, like a patient person's."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self._step = 0

    def code(self) -> str:
        """A code that was not used yet; waits where all of the moment were."""
        self._step = max(self._step + 1, present_step() - STEPS_ASIDE)
        while self._step > present_step() + STEPS_ASIDE:
            time.sleep(0.2)
        return code_at(self.secret, self._step)
