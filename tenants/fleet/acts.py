"""The log of what operators did to the fleet: who, what, to which commune, and why."""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from tenants.fleet.models import OperatorAct


class AccountLike(Protocol):
    """What is kept of the account of an operator."""

    id: UUID
    full_name: str


@dataclass(frozen=True)
class Operator:
    """Who acts: an account on the operator's pages, or somebody at the server's command line."""

    account_id: UUID | None
    name: str

    @classmethod
    def of(cls, account: AccountLike) -> Operator:
        """The operator who is signed in."""
        return cls(account.id, account.full_name[:100])

    @classmethod
    def at_command_line(cls) -> Operator:
        """Whoever runs the command; known by the name of the server's user only."""
        return cls(None, f"Dòng lệnh ({getpass.getuser()})"[:100])


def record_act(
    *, act: OperatorAct.Act, operator: Operator, commune_code: str = "", note: str = ""
) -> OperatorAct:
    """Add an act to the log, in the caller's transaction; a longer note is cut."""
    return OperatorAct.objects.create(
        account_id=operator.account_id,
        name=operator.name,
        act=act,
        commune_code=commune_code,
        note=note[:300],
    )
