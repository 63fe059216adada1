"""Taking out of a picture what tells where, when and with what it was made.

The picture itself is copied byte by byte, never packed anew. The way up that a phone notes is
kept as the only entry of a note of our own, without which portraits would lie on their side.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# What is needed to show the picture in its colours and its size.
_PNG_KEPT = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT"}
    | {b"bKGD", b"pHYs"}
)
_EXIF = b"Exif\0\0"
# JFIF's size, the colour profile, and how Adobe's programs count colours.
_APP0, _APP1, _APP2, _APP14, _APP15, _COMMENT = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF, 0xFE
_KEPT_APPS = {_APP0: b"JFIF\0", _APP2: b"ICC_PROFILE\0", _APP14: b"Adobe"}
_START_OF_SCAN, _END = 0xDA, 0xD9
_ORIENTATION = 0x0112


def strip_picture(data: bytes, kind: str) -> bytes:
    """Return the picture without notes about it; raises ValueError where it makes no sense."""
    pieces = _png_pieces(data) if kind == "image/png" else _jpeg_pieces(data)
    return b"".join(pieces)


def _png_pieces(data: bytes) -> Iterator[bytes]:
    yield _PNG_SIGNATURE
    at, name = len(_PNG_SIGNATURE), b""
    while name != b"IEND":
        head = data[at : at + 8]
        if len(head) < 8:
            raise ValueError("the picture has no end")
        length, name = struct.unpack(">I4s", head)
        if name in _PNG_KEPT:
            yield data[at : at + 12 + length]
        at += 12 + length


def _jpeg_pieces(data: bytes) -> Iterator[bytes]:
    yield data[:2]
    turned = False
    for code, segment in _segments(data):
        if code == _APP1:
            if not turned and (way_up := _way_up(segment[4:])) > 1:
                turned = True
                yield _note_of_way_up(way_up)
        elif code == _COMMENT or _APP0 <= code <= _APP15:
            mark = _KEPT_APPS.get(code)
            if mark is not None and segment[4:].startswith(mark):
                yield segment
        else:
            yield segment


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Each marker with what belongs to it, to the end of the picture; what follows is left."""
    at = 2
    while True:
        while data[at + 1 : at + 2] == b"\xff":  # filling bytes
            at += 1
        head = data[at : at + 4]
        if len(head) < 2 or head[0] != 0xFF:
            raise ValueError("a marker is missing")
        code = head[1]
        if code == _END:
            yield code, head[:2]
            return
        if len(head) < 4:
            raise ValueError("the picture has no end")
        end = at + 2 + int(struct.unpack(">H", head[2:])[0])
        if code == _START_OF_SCAN:
            end = _end_of_scan(data, end)
        yield code, data[at:end]
        at = end


def _end_of_scan(data: bytes, at: int) -> int:
    """Where the next marker stands after packed data, whose own bytes of 255 are marked."""
    while (at := data.find(b"\xff", at)) >= 0:
        code = data[at + 1 : at + 2]
        if not code:
            break
        if code != b"\0" and not 0xD0 <= code[0] <= 0xD7 and code != b"\xff":
            return at
        at += 1 if code == b"\xff" else 2
    raise ValueError("the picture has no end")


def _way_up(body: bytes) -> int:
    """Return the way up (1 to 8) that a note of a camera names; 1 where it names none."""
    if not body.startswith(_EXIF):
        return 1
    tiff = body[len(_EXIF) :]
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    try:
        (first,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, first)
        for number in range(min(count, 200)):
            tag, _type, _many, value = struct.unpack_from(
                f"{order}HHIH", tiff, first + 2 + 12 * number
            )
            if tag == _ORIENTATION:
                return int(value) if 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1


def _note_of_way_up(way_up: int) -> bytes:
    entry = struct.pack(">HHIHH", _ORIENTATION, 3, 1, way_up, 0)
    body = _EXIF + b"MM\0*" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
