"""Checking files in quarantine, one job a file, and drawing the pages of those that are good."""

from __future__ import annotations

import hashlib
import os
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models.functions import Now
from django_tasks import task

from documents.files.checking import Finding, look_into
from documents.files.clamd import is_configured, is_infected
from documents.files.models import StoredFile
from documents.files.storing import CHUNK, path_of
from documents.files.thumbnails import draw_batch

_QUARANTINED = StoredFile.State.QUARANTINED
# Attempts at a file's own job go on for seven hours.
_FORGOTTEN_AFTER = timedelta(days=1)
_FORGOTTEN_AT_ONCE = 500


@task()
def check_file(file_id: str, strip: bool = False) -> None:
    """Decode a file in the limited process, scan it for viruses, and free or refuse it.

    With `strip` a picture is replaced by itself without its camera's notes. When the process or
    the scanner gives no verdict, the error keeps the file in quarantine and the job comes again.
    """
    stored = StoredFile.objects.filter(pk=UUID(file_id), state=_QUARANTINED).first()
    if stored is None:
        return  # taken away by its giver, or checked by an attempt that was thought lost
    path = path_of(stored.pk)
    stripped = path.with_name(f"{path.name}.stripped")
    changes: dict[str, Any] = {}
    finding = _look_into(path, stored.kind, stripped if strip and _is_picture(stored) else None)
    if not finding.refusal and stripped.exists():
        # The bytes first: should this attempt end here, the next one takes them as they are.
        changes |= _facts(stripped)
        stripped.replace(path)
    if not finding.refusal and is_configured():
        with path.open("rb") as file:
            if is_infected(file):
                finding = Finding(refusal="FileInfected")
    changes["state"] = StoredFile.State.REFUSED if finding.refusal else StoredFile.State.CLEAN
    changes["refusal"] = finding.refusal
    if finding.pages:
        changes["pages"] = finding.pages
    rows = StoredFile.objects.filter(pk=stored.pk, state=_QUARANTINED)
    rows.update(checked_at=Now(), **changes)
    if not finding.refusal:
        draw_pages.enqueue(file_id, 1)


@task()
def draw_pages(file_id: str, page: int) -> None:
    """Draw the pages of a file that belong with this one, so that people find it drawn."""
    stored = StoredFile.objects.filter(pk=UUID(file_id), state=StoredFile.State.CLEAN).first()
    if stored is None:
        return  # taken away by its giver
    if not draw_batch(stored, page):
        draw_pages.enqueue(file_id, page)


def _is_picture(stored: StoredFile) -> bool:
    return stored.kind != StoredFile.Kind.PDF


def _look_into(path: Path, kind: str, stripped: Path | None) -> Finding:
    with ExitStack() as stack:
        source = stack.enter_context(path.open("rb"))
        if stripped is None:
            return look_into(source.fileno(), kind)
        descriptor = os.open(stripped, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            finding = look_into(source.fileno(), kind, target=descriptor)
            os.fsync(descriptor)
        except BaseException:
            stripped.unlink()
            raise
        finally:
            os.close(descriptor)
        if finding.refusal:
            stripped.unlink()
        return finding


def _facts(path: Path) -> dict[str, Any]:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return {"sha256": digest.hexdigest(), "size": path.stat().st_size}


def check_forgotten() -> int:
    """Enqueue checks of files whose job is gone (a commune that was restored); how many.

    Whether their givers asked for the notes to be taken out of pictures is not known any more;
    taking them out harms nothing.
    """
    forgotten = StoredFile.objects.filter(
        state=_QUARANTINED, created_at__lt=Now() - _FORGOTTEN_AFTER
    )
    keys = list(forgotten.values_list("pk", flat=True)[:_FORGOTTEN_AT_ONCE])
    for key in keys:
        check_file.enqueue(str(key), strip=True)
    return len(keys)
