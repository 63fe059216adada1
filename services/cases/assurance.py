"""How surely it must be known who files online, where a procedure demands it."""

from __future__ import annotations

from services.cases.errors import IdentityNotAssured
from services.catalogue.schema import ProcedureDefinition


def check_assurance(definition: ProcedureDefinition, level: int) -> None:
    """Raise ``IdentityNotAssured`` where a sign-in's level is below what a procedure demands.

    The level of the sign-in counts, not the highest that the account ever reached: who found a
    password must not file what the account's owner had to show their card for.
    """
    if level < definition.online.assurance:
        raise IdentityNotAssured(definition.online.assurance)
