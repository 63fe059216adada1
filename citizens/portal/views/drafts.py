"""Forms that somebody began here and has not sent yet, to go on with."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest

from citizens.portal.views.common import account_of
from services.cases.drafts import drafts_of
from services.catalogue.registry import get_version


@dataclass(frozen=True)
class OwnDraft:
    """An unsent form in a list."""

    id: UUID
    title: str
    updated_at: datetime.datetime
    expires_on: datetime.date


def own_drafts(request: HttpRequest, procedure_code: str = "") -> list[OwnDraft]:
    """The unsent forms of whoever is signed in, of one procedure or of all, newest first."""
    if not request.user.is_authenticated:
        return []
    return [
        OwnDraft(
            draft.pk,
            get_version(draft.procedure_code, draft.procedure_version).short_name,
            draft.updated_at,
            draft.expires_on,
        )
        for draft in drafts_of(account_of(request))
        if procedure_code in ("", draft.procedure_code)
    ]
