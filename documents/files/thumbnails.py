"""Pictures of a file's pages: derived, kept beside the file, made anew whenever they are missing.

They lie in a folder that bears the file's key, so that they go with it. Archives leave them out,
because nothing is lost with them. They are drawn by the limited process alone
(`documents.files.drawing`), a few pages at a time; a page of which there can be no picture gets
an empty file in its place, so that nobody tries again.
"""

from __future__ import annotations

import os
import time
from enum import StrEnum
from pathlib import Path
from uuid import UUID

from documents.files.checking import draw
from documents.files.models import StoredFile
from documents.files.storing import path_of, pictures_folder

# Pages that are drawn without being asked for, and together when one of them is.
PAGES_AT_ONCE = 12
# Drawing the page that is begun by then may take five seconds more: together less than a job's
# transaction may be idle.
_MOST_SECONDS = 4.0


class Size(StrEnum):
    """Which of a page's two pictures; as in addresses."""

    SMALL = "nho"
    READING = "doc"


def folder_of(file_id: UUID) -> Path:
    """Where the pictures of a file of the current commune lie."""
    return pictures_folder(path_of(file_id))


def picture_path(file_id: UUID, page: int, size: Size) -> Path:
    """Where the picture of a page (counted from 1) lies, or will."""
    return folder_of(file_id) / f"{page}.{size}.jpg"


def batch_of(page: int) -> int:
    """The first of the pages that are drawn together with this one."""
    return (page - 1) // PAGES_AT_ONCE * PAGES_AT_ONCE + 1


def draw_batch(stored: StoredFile, page: int) -> bool:
    """Draw what is missing of the pages that belong with this one; False when time was up before.

    Raises NotChecked when the limited process is gone or the machine too slow.
    """
    began = time.monotonic()
    first = batch_of(page)
    for number in range(first, min(first + PAGES_AT_ONCE, stored.pages + 1)):
        if picture_path(stored.pk, number, Size.READING).exists():
            continue
        if time.monotonic() - began > _MOST_SECONDS:
            return False
        _draw(stored, number)
    return True


def _draw(stored: StoredFile, page: int) -> None:
    folder = folder_of(stored.pk)
    folder.mkdir(exist_ok=True, mode=0o700)
    together = folder / f"{page}.new"
    descriptor = os.open(together, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with path_of(stored.pk).open("rb") as source:
            finding = draw(source.fileno(), stored.kind, page, descriptor)
        data = together.read_bytes()
    finally:
        os.close(descriptor)
        together.unlink()
    end = finding.sizes[0] if finding.sizes else 0
    # The one that is asked for is written last: where it is, both are.
    for size, picture in ((Size.SMALL, data[:end]), (Size.READING, data[end:])):
        path = picture_path(stored.pk, page, size)
        begun = path.with_suffix(".part")
        begun.write_bytes(picture if finding.sizes else b"")
        begun.replace(path)
