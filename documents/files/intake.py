"""Taking in a file that somebody sent: looked at here, kept in quarantine, checked by a job.

What costs nothing and needs no decoding is refused at once, while the sender waits
(`documents.files.content`). The rest is found out by a process that may die of it
(`documents.files.tasks`); until then nobody but the sender is shown the file.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from documents.files.content import Content, inspect, kind_of
from documents.files.errors import FileEmpty, FileTooLarge, KindRefused
from documents.files.models import StoredFile
from documents.files.storing import CHUNK, Written, add_row, write_new
from documents.files.tasks import check_file

_SHORT_NAMES = {
    "pdf": "application/pdf",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "png": "image/png",
}


def store_upload(
    upload: UploadedFile[Any],
    *,
    limit_bytes: int,
    kinds: Iterable[str] = tuple(StoredFile.Kind.values),
    strip: bool = False,
) -> StoredFile:
    """Keep a file that somebody sent in quarantine, having decided its kind by its content.

    With `strip` a picture loses what its camera noted before anybody sees it. The job that
    checks the file is inserted with its row. Raises a FileRefused whose sentence is for the
    sender; nothing is kept then.
    """
    size = upload.size or 0
    if size == 0:
        raise FileEmpty
    if size > limit_bytes:
        raise FileTooLarge(size=size, limit=limit_bytes)
    written = write_new(upload.chunks(CHUNK))
    try:
        content = _check(written, name=upload.name or "", kinds=kinds)
        with transaction.atomic(savepoint=False):
            stored = add_row(written, content, StoredFile.State.QUARANTINED)
            check_file.enqueue(str(stored.pk), strip=strip)
        return stored
    except BaseException:
        written.path.unlink(missing_ok=True)
        raise


def _media_types(kinds: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(_SHORT_NAMES.get(kind, kind) for kind in kinds))


def _label(kind: str) -> str:
    return str(StoredFile.Kind(kind).label)


def _check(written: Written, *, name: str, kinds: Iterable[str]) -> Content:
    """Return what the written file is, or raise FileRefused."""
    allowed = _media_types(kinds)
    with (
        written.path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
    ):
        kind = kind_of(data)
        if kind is None or kind not in allowed:
            raise KindRefused(
                name=name,
                found=_label(kind) if kind else None,
                allowed=[_label(kind) for kind in allowed],
            )
        return inspect(data, kind)
