"""Where the files of a case that were used again come from, told to an official."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from documents.registers.models import Document
from services.cases.authority import seen_cases
from services.cases.models import Attachment, Case
from tenants.organisation.models import Official

Source = Attachment.Source


@dataclass(frozen=True)
class Origin:
    """The case a file comes from; ``on`` is the day it was given or issued there.

    ``same_bytes``: the hash is the one that the file had there. ``is_visible``: the case exists
    for the official who asks.
    """

    code: str
    on: datetime.date | None
    same_bytes: bool
    is_visible: bool
    is_result: bool


def origins_of(given: Iterable[Attachment], official: Official) -> dict[UUID, Origin]:
    """The origin of each attachment that was used again, by the attachment's key."""
    reused = [one for one in given if one.source in (Source.PAPER, Source.RESULT)]
    if not reused:
        return {}
    codes = {one.source_code for one in reused}
    visible = set(
        Case.objects.filter(seen_cases(official), code__in=codes).values_list("code", flat=True)
    )
    known = _papers(reused) | _results(reused)
    origins = {}
    for one in reused:
        on, sha256 = known.get(one.source_id, (None, ""))
        origins[one.pk] = Origin(
            code=one.source_code,
            on=on,
            same_bytes=sha256 == one.file.sha256,
            is_visible=one.source_code in visible,
            is_result=one.source == Source.RESULT,
        )
    return origins


_Known = dict[UUID | None, tuple[datetime.date, str]]


def _papers(reused: list[Attachment]) -> _Known:
    keys = [one.source_id for one in reused if one.source == Source.PAPER and one.source_id]
    if not keys:
        return {}
    rows = Attachment.objects.filter(pk__in=keys)
    return {
        pk: (timezone.localtime(at).date(), sha256)
        for pk, at, sha256 in rows.values_list("pk", "added_at", "file__sha256")
    }


def _results(reused: list[Attachment]) -> _Known:
    keys = [one.source_id for one in reused if one.source == Source.RESULT and one.source_id]
    if not keys:
        return {}
    rows = Document.objects.filter(pk__in=keys)
    return {pk: (on, sha256) for pk, on, sha256 in rows.values_list("pk", "issued_on", "sha256")}
