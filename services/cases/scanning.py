"""Papers that come later: scanned or photographed at the counter into a case that is there."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from services.cases.authority import check_role
from services.cases.drafts import UnknownPaper, add_file
from services.cases.errors import MoveNotAllowed
from services.cases.intake import definition_of
from services.cases.lifecycle import lock_case
from services.cases.models import Attachment, Case, CopyKind
from services.catalogue.schema import Paper
from tenants.history.events import record_event
from tenants.organisation.models import Official, Role
from tenants.organisation.powers import actor_of


def papers_to_add(case: Case) -> list[Paper]:
    """The papers under which a scan can be added: all but those that are only shown."""
    return [paper for paper in definition_of(case).papers if paper.kind != "show"]


@transaction.atomic
def add_scanned_paper(
    *,
    case: Case,
    official: Official,
    paper_key: str,
    upload: UploadedFile[Any],
    copy_kind: str = CopyKind.COPY,
) -> Attachment:
    """Put a scan into an open case, under one of the procedure's papers, with an event.

    Who receives cases may do so, and who has the case's step. Raises ``NotYourStep``,
    ``MoveNotAllowed``, ``UnknownPaper``, ``TooManyFiles`` or a ``FileRefused``.
    """
    locked = lock_case(case.pk)
    grant = check_role(locked, official, Role.RECEPTION, locked.step_role)
    if not locked.is_open:
        raise MoveNotAllowed(locked)
    paper = next((one for one in papers_to_add(locked) if one.key == paper_key), None)
    if paper is None:
        raise UnknownPaper
    attachment = add_file(owner_id=locked.pk, paper=paper, upload=upload, copy_kind=copy_kind)
    attachment.source = Attachment.Source.SCANNED
    attachment.save(update_fields=["source"])
    record_event(
        verb="add_paper",
        subject_id=locked.pk,
        actor=actor_of(official, grant),
        from_state=int(locked.status),
        to_state=int(locked.status),
        details={"paper": paper.name[:120], "name": attachment.name},
    )
    return attachment
