"""What stands on a case's page: each panel gives its part of the page's context.

A panel has a module here and a template of the same name under ``services/desk/panels``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from services.cases.actions import Action
from services.cases.models import Case, CaseStep
from services.catalogue.schema import ProcedureDefinition
from tenants.history.models import Event
from tenants.organisation.models import Official


@dataclass(frozen=True)
class Reading:
    """A case as one official opens it, with what every panel would otherwise read again."""

    request: HttpRequest
    official: Official
    case: Case
    definition: ProcedureDefinition
    steps: list[CaseStep]
    events: list[Event]
    actions: list[Action]


Panel = Callable[[Reading], dict[str, Any]]
