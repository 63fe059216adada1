"""Canaries: texts that only some people may see, and how they are found in an answer.

Words of the form `zq······z` are planted wherever a person types; what machines make (keys, codes,
hashes, identity and phone numbers) is a canary by itself. All rows of both communes are read once,
and every such text is written down with the scopes from which it may be seen.
"""

from __future__ import annotations

import hashlib
import io
import itertools
import re
import string
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

TOKEN = re.compile(
    r"zq[a-z]{6}z"  # planted
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"  # keys of rows
    r"|[a-z]\d\d\.[0-9a-z.]+-\d{6}-\d{4}"  # codes of cases
    r"|(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])"  # hashes of files and events
    r"|(?<!\d)\d{12}(?!\d)"  # identity numbers
    r"|(?<!\d)0[1-9]\d{8}(?!\d)"  # phone numbers, not the table at the end of a PDF
    r"|(?<![0-9a-z-])[0-9a-z]{4}-[0-9a-z]{4}(?![0-9a-z-])"  # codes of documents, as printed
)
IDENTITY_NUMBER = re.compile(r"(?<!\d)\d{12}(?!\d)")
_MOST_UNPACKED = 20_000_000
_texts_of_pdfs: dict[bytes, str] = {}


def planted(number: int) -> str:
    """The planted word of this number: letters only, so that it may stand in a name."""
    letters = []
    for _ in range(6):
        number, letter = divmod(number, 26)
        letters.append(string.ascii_lowercase[letter])
    return f"zq{''.join(letters)}z"


def tokens(text: str) -> set[str]:
    """Everything in a text that may be a canary."""
    return set(TOKEN.findall(text.lower()))


@dataclass
class Canaries:
    """Each known canary with the scopes from which it may be seen."""

    scopes: dict[str, set[str]] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def word(self) -> str:
        """A new word to plant."""
        return planted(next(self._numbers))

    def note(self, value: Any, scopes: set[str]) -> int:
        """Write down the canaries of a value (a text, or lists and mappings of such)."""
        found = {token for text in texts_in(value) for token in tokens(text)}
        # What looks like a printed code is one only where it stands for itself.
        found = {token for token in found if token[4:5] != "-" or token == str(value).lower()}
        for token in found:
            self.scopes.setdefault(token, set()).update(scopes)
        return len(found)


def texts_in(value: Any) -> Iterator[str]:
    """Every text in a value, keys of mappings left out."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple | set):
        for member in value:
            yield from texts_in(member)
    elif isinstance(value, bytes):
        yield value.decode("latin-1")
    elif value is not None:
        yield str(value)


def read_out(body: bytes) -> str:
    """All texts of an answer: as it is, and what is packed in it (PDF, ZIP, spreadsheet)."""
    text = body.decode("utf-8", "replace")
    if body.startswith(b"%PDF"):
        return body.decode("latin-1") + _text_of_pdf(body)
    if body.startswith(b"PK\x03\x04"):
        return text + "\n".join(_members(body))
    return text


def _text_of_pdf(body: bytes) -> str:
    """What a reader copies out of a PDF; most are asked for many times."""
    digest = hashlib.sha256(body).digest()
    if b"FlateDecode" not in body:
        return ""
    if digest not in _texts_of_pdfs:
        done = subprocess.run(
            ["pdftotext", "-raw", "-", "-"], input=body, capture_output=True, check=False
        )
        _texts_of_pdfs[digest] = done.stdout.decode("utf-8", "replace")
    return _texts_of_pdfs[digest]


def _members(body: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        for member in packed.infolist()[:200]:
            yield member.filename
            if member.file_size < _MOST_UNPACKED:
                yield read_out(packed.read(member))
