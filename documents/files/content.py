"""What a file is, by its content, without decoding it.

These readers look at headers, markers and the file's end. They run in the web worker for a few
milliseconds and a bounded number of steps; nothing is decompressed except the small index of a
modern PDF, and of that a fixed number of bytes. Files are really decoded in a process with limits
of its own (`documents.files.checker`), where a bomb harms nobody.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from documents.files.errors import (
    FileEncrypted,
    FileTruncated,
    FileUnreadable,
    PictureTooLarge,
    TooManyPages,
)

# A sheet scanned at 600 dots an inch has 35 million; beyond it viewers of old machines fail.
MOST_PIXELS = 40_000_000
MOST_SIDE = 30_000
MOST_PAGES = 200

_PDF_HEADER_WITHIN = 1024
_PDF_TAIL = 2048
# Bounds of the search for pages in a PDF's compressed index.
_MOST_OBJECT_STREAMS = 400
_MOST_INDEX_BYTES = 8 * 1024 * 1024
_MOST_STEPS = 20_000

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_START_OF_XREF = re.compile(rb"startxref\s+(\d+)\s+%%EOF")
_XREF = re.compile(rb"\s*(?:xref|\d+\s+\d+\s+obj)")
_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
_OBJECT_STREAM = re.compile(rb"/Type\s*/ObjStm[^>]{0,400}>>\s*stream\r?\n")
_ENCRYPTED = re.compile(rb"/Encrypt\s*(?:\d+\s+\d+\s+R|<<)")
# Markers that carry a picture's size: baseline, extended, progressive … but not DHT, JPG, DAC.
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


class Bytes(Protocol):
    """Bytes in memory or a mapped file."""

    def __len__(self) -> int: ...
    def __getitem__(self, key: slice, /) -> bytes: ...
    def find(self, sub: bytes, start: int = ..., end: int = ..., /) -> int: ...
    def rfind(self, sub: bytes, start: int = ..., end: int = ..., /) -> int: ...


@dataclass(frozen=True)
class Content:
    """What a file is: its kind (media type) and how many pages it has (0: not known)."""

    kind: str
    pages: int


def kind_of(data: Bytes) -> str | None:
    """Return the media type that the content begins with, None for anything not taken."""
    head = data[:_PDF_HEADER_WITHIN]
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(_PNG_SIGNATURE):
        return "image/png"
    if b"%PDF-" in head:
        return "application/pdf"
    return None


def inspect(data: Bytes, kind: str) -> Content:
    """Check the structure of a file of this kind; raises a FileRefused that says what is wrong."""
    if kind == "application/pdf":
        return Content(kind, _check_pdf(data))
    width, height = _jpeg_size(data) if kind == "image/jpeg" else _png_size(data)
    if width == 0 or height == 0:
        raise FileUnreadable
    if width * height > MOST_PIXELS or max(width, height) > MOST_SIDE:
        raise PictureTooLarge(width=width, height=height)
    return Content(kind, 1)


def _check_pdf(data: Bytes) -> int:
    """Return the number of pages of a PDF whose end and index are in place."""
    tail_at = max(0, len(data) - _PDF_TAIL)
    ends = list(_START_OF_XREF.finditer(data[tail_at:]))
    if not ends:
        raise FileTruncated
    offset = int(ends[-1].group(1))
    header_at = data[:_PDF_HEADER_WITHIN].find(b"%PDF-")
    # Offsets count from the header where something stands before it.
    starts = (offset, offset + header_at)
    if not any(_XREF.match(data[start : start + 64]) for start in starts):
        raise FileUnreadable
    if data.find(b"/Encrypt") >= 0 and _ENCRYPTED.search(data):  # type: ignore[call-overload]
        raise FileEncrypted
    pages = _count_pages(data)
    if pages > MOST_PAGES:
        raise TooManyPages(pages=pages, limit=MOST_PAGES)
    return pages


def _count_pages(data: Bytes) -> int:
    """Count the pages written in clear and in the compressed index, as far as the bounds reach."""
    pages = 0
    for _match in _PAGE.finditer(data):  # type: ignore[call-overload]
        pages += 1
        if pages > _MOST_STEPS:
            return pages
    for index in _object_streams(data):
        pages += len(_PAGE.findall(index))
    return pages


def _object_streams(data: Bytes) -> Iterator[bytes]:
    budget = _MOST_INDEX_BYTES
    for number, match in enumerate(_OBJECT_STREAM.finditer(data)):  # type: ignore[call-overload]
        if number >= _MOST_OBJECT_STREAMS or budget <= 0:
            return
        end = data.find(b"endstream", match.end())
        packed = data[match.end() : end if end >= 0 else match.end()]
        try:
            index = zlib.decompressobj().decompress(packed, budget)
        except zlib.error:
            continue
        budget -= len(index)
        yield index


def _jpeg_size(data: Bytes) -> tuple[int, int]:
    """Return width and height from the frame marker, having seen that the picture has an end."""
    at, size = 2, (0, 0)
    for _step in range(_MOST_STEPS):
        marker = data[at : at + 4]
        if len(marker) < 4:
            raise FileTruncated
        if marker[0] != 0xFF:
            raise FileUnreadable
        code = marker[1]
        if code == 0xFF:  # a filling byte
            at += 1
            continue
        length = struct.unpack(">H", marker[2:4])[0]
        if code in _JPEG_FRAMES:
            frame = data[at + 5 : at + 9]
            if len(frame) < 4:
                raise FileTruncated
            height, width = struct.unpack(">HH", frame)
            size = (width, height)
        if code == 0xDA:  # the picture itself; after it only the end can come
            if data.rfind(b"\xff\xd9", at) < 0:
                raise FileTruncated
            return size
        at += 2 + length
    raise FileUnreadable


def _png_size(data: Bytes) -> tuple[int, int]:
    """Return width and height from the first chunk, having walked to the last one."""
    at, size = len(_PNG_SIGNATURE), (0, 0)
    for step in range(_MOST_STEPS):
        head = data[at : at + 8]
        if len(head) < 8:
            raise FileTruncated
        length, name = struct.unpack(">I4s", head)
        if step == 0:
            body = data[at + 8 : at + 16]
            if name != b"IHDR" or len(body) < 8:
                raise FileUnreadable
            size = struct.unpack(">II", body)
        if at + 12 + length > len(data):
            raise FileTruncated
        if name == b"IEND":
            return size
        at += 12 + length
    raise FileUnreadable
