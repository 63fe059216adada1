"""What the limited child finds out about a file by really decoding it.

Everything here runs in a process that may die of it (`documents.files.checker`): it has few
seconds, little memory, no way to open anything, and neither keys nor a database.
"""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections.abc import Iterator
from typing import Any

from documents.files.content import MOST_PAGES, MOST_PIXELS, MOST_SIDE
from documents.files.errors import (
    FileActive,
    FileEncrypted,
    FileMixed,
    FileRefused,
    FileTooHeavy,
    FileUnreadable,
    PictureTooLarge,
    TooManyPages,
)

# What one stream of a PDF may unpack to: a sheet of the largest picture in four colours.
MOST_STREAM_BYTES = 4 * MOST_PIXELS
_PIECE, _SLICE = 1024 * 1024, 64 * 1024
# A ZIP's end record with its longest comment; programs open such a file from its end.
_ZIP_END, _ZIP_END_BYTES, _ZIP_TAIL = b"PK\x05\x06", 22, 22 + 65_535
# What printers' languages put before a PDF is let through.
_BEFORE_PDF = re.compile(rb"(?:\s|\xef\xbb\xbf|\x1b%-12345X|@PJL[^\n]*\n)*")
_PNG_START = 8
# Actions that run programs or scripts, fetch or send; going to a page is none of them.
_BAD_ACTIONS = frozenset(
    {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR", "/Rendition"}
    | {"/RichMediaExecute", "/Movie", "/Sound"}
)
_BAD_KEYS = ("/JS", "/XFA", "/EmbeddedFiles", "/EF", "/RichMediaContent")
_BAD_SUBTYPES = frozenset({"/FileAttachment", "/RichMedia", "/Movie", "/Screen", "/3D"})


def load() -> None:
    """Import the decoders and all that they import later: a limited child can open no module."""
    import pikepdf
    from PIL import Image, ImageOps, MpoImagePlugin, TiffImagePlugin  # noqa: F401

    # Our own caps are checked before anything is unpacked.
    Image.MAX_IMAGE_PIXELS = None
    Image.preinit()
    # Each once, for what the libraries load on first use; the notes of a camera too.
    notes = Image.Exif()
    notes[0x0112] = 1
    for kind, options in (("JPEG", {"exif": notes}), ("PNG", {})):
        Image.new("RGB", (8, 8)).save(target := io.BytesIO(), kind, **options)
        decode(target.getvalue(), f"image/{kind.lower()}")
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(target := io.BytesIO())
    decode(target.getvalue(), "application/pdf")


def decode(data: bytes, kind: str) -> int:
    """Return how many pages a file has; raises the FileRefused that says what is wrong."""
    _check_alone(data)
    if kind == "application/pdf":
        return _decode_pdf(data)
    _decode_picture(data, kind)
    return 1


def _check_alone(data: bytes) -> None:
    """Refuse a file that another program would open as an archive."""
    tail = data[-_ZIP_TAIL:]
    at = tail.find(_ZIP_END)
    while at >= 0:
        record = tail[at : at + _ZIP_END_BYTES]
        if len(record) == _ZIP_END_BYTES:
            (comment,) = struct.unpack("<H", record[20:])
            if at + _ZIP_END_BYTES + comment <= len(tail):
                raise FileMixed
        at = tail.find(_ZIP_END, at + 1)


def _decode_picture(data: bytes, kind: str) -> None:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=[kind.removeprefix("image/")]) as picture:
            width, height = picture.size
            if width * height > MOST_PIXELS or max(width, height) > MOST_SIDE:
                raise PictureTooLarge(width=width, height=height)
            if kind == "image/png":
                _check_png_data(data, width, height)
            picture.load()
    except (FileRefused, MemoryError):
        raise
    except Exception as error:
        raise FileUnreadable from error


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Each chunk's name, beginning and end, the last one included."""
    at, name = _PNG_START, b""
    while name != b"IEND":
        length, name = struct.unpack(">I4s", data[at : at + 8])
        yield name, at, at + 12 + length
        at += 12 + length


def _check_png_data(data: bytes, width: int, height: int) -> None:
    """Refuse a PNG whose packed data is more than its picture."""
    # Sixteen bits in four colours, a byte a line, and the seven passes of an interlaced one.
    budget = height * (width * 8 + 8) * 2 + 4096
    unpacker, found = zlib.decompressobj(), 0
    for name, begin, end in _png_chunks(data):
        if name == b"IDAT":
            found += _unpacked(unpacker, data[begin + 8 : end - 4], budget - found)
        if found > budget:
            raise FileTooHeavy


def _unpacked(unpacker: Any, packed: bytes, most: int) -> int:
    """How many bytes this unpacks to, counted to just beyond `most`."""
    found = 0
    # In small slices: what is left of one is copied each time.
    for at in range(0, len(packed), _SLICE):
        rest = packed[at : at + _SLICE]
        while rest and not unpacker.eof and found <= most:
            found += len(unpacker.decompress(rest, _PIECE))
            rest = unpacker.unconsumed_tail
    return found


def _decode_pdf(data: bytes) -> int:
    import pikepdf

    begin = data[:1024].find(b"%PDF-")
    if not _BEFORE_PDF.fullmatch(data[:begin]):
        raise FileMixed
    try:
        with pikepdf.open(io.BytesIO(data)) as document:
            if document.is_encrypted:
                raise FileEncrypted
            pages = len(document.pages)
            if pages > MOST_PAGES:
                raise TooManyPages(pages=pages, limit=MOST_PAGES)
            if pages == 0:
                raise FileUnreadable
            for one in document.objects:
                _check_object(one, pikepdf)
            return pages
    except pikepdf.PasswordError as error:
        raise FileEncrypted from error
    except (FileRefused, MemoryError):
        raise
    except Exception as error:
        raise FileUnreadable from error


def _check_object(one: Any, pikepdf: Any) -> None:
    """Refuse what acts when the document is opened, carries files, or is a bomb; look inside."""
    waiting = [one]
    while waiting:
        value = waiting.pop()
        if isinstance(value, pikepdf.Stream):
            _check_stream(value, pikepdf)
            value = value.stream_dict
        if isinstance(value, pikepdf.Dictionary):
            _check_dictionary(value)
            waiting += [item for item in value.values() if _is_held(item, pikepdf)]
        elif isinstance(value, pikepdf.Array):
            waiting += [item for item in value if _is_held(item, pikepdf)]


def _is_held(item: Any, pikepdf: Any) -> bool:
    """Whether a value lies inside another one; what has a number of its own comes by itself."""
    return isinstance(item, pikepdf.Dictionary | pikepdf.Array) and not item.is_indirect


def _check_dictionary(value: Any) -> None:
    if str(value.get("/S", "")) in _BAD_ACTIONS and _is_action(value):
        raise FileActive
    if str(value.get("/Subtype", "")) in _BAD_SUBTYPES or any(key in value for key in _BAD_KEYS):
        raise FileActive


def _is_action(value: Any) -> bool:
    # "/S" also names kinds of borders, groups and parts of the text.
    return str(value.get("/Type", "/Action")) == "/Action"


def _check_stream(stream: Any, pikepdf: Any) -> None:
    filters = stream.get("/Filter", [])
    names = [str(filters)] if isinstance(filters, pikepdf.Name) else [str(one) for one in filters]
    packed = [name for name in names if name in ("/FlateDecode", "/Fl", "/LZWDecode", "/LZW")]
    width, height = (int(stream.get(key, 0)) for key in ("/Width", "/Height"))
    # Black and white takes an eighth, so plans of a large sheet pass.
    if width * height * int(stream.get("/BitsPerComponent", 1)) > 8 * MOST_PIXELS:
        raise PictureTooLarge(width=width, height=height)
    if len(packed) > 1:
        raise FileTooHeavy
    if names and names[0] in ("/FlateDecode", "/Fl"):
        raw = stream.read_raw_bytes()
        try:
            found = _unpacked(zlib.decompressobj(), raw, MOST_STREAM_BYTES)
        except zlib.error:
            return  # readers show the rest of the page without it
        if found > MOST_STREAM_BYTES:
            raise FileTooHeavy
