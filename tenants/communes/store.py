"""Where the files of communes lie: one folder a commune, one file under each row's key."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings


def commune_folder(code: str) -> Path:
    """Return the folder of a commune's files; it is made with the first one."""
    return Path(settings.FILES_ROOT) / code


def stored_path(code: str, key: str) -> Path:
    """Return where the file of a key lies."""
    # The last digits: those of a UUIDv7 that differ between files of one day.
    return commune_folder(code) / key[-2:] / key
