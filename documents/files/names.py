"""Names of files as people gave them: shown and sent back, never used on the disk."""

from __future__ import annotations

import re
import unicodedata

from documents.files.models import StoredFile

_LENGTH = 100
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200b-\u200f\u202a-\u202e\u2066-\u2069]')
_ENDINGS = {
    StoredFile.Kind.PDF: ".pdf",
    StoredFile.Kind.JPEG: ".jpg",
    StoredFile.Kind.PNG: ".png",
}
_KNOWN_ENDING = re.compile(r"\.(pdf|jpe?g|png|jfif)$", re.IGNORECASE)


def clean_name(name: str, kind: str) -> str:
    """Return a name that is safe to show and to save, with the ending that its content has.

    Folders, control characters and marks that reverse the reading order are taken out.
    """
    base = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    base = " ".join(_NOT_IN_NAMES.sub(" ", base).split()).strip(" .")
    base = _KNOWN_ENDING.sub("", base).strip(" .") or "giay-to"
    ending = _ENDINGS[StoredFile.Kind(kind)]
    return base[: _LENGTH - len(ending)].rstrip() + ending
