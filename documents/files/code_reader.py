"""The process that looks for codes in one picture: ``python -m documents.files.code_reader``.

The picture comes on the standard input and what its codes say goes to the standard output, as a
list in JSON. Nothing is kept. The process bounds itself before it decodes anything, as the
checker of files does, and ends with its one picture.
"""

from __future__ import annotations

import io
import json
import sys
from typing import Any

from documents.files.checker import limit_child
from documents.files.content import MOST_PIXELS, MOST_SIDE

MOST_BYTES = 20 * 1024 * 1024
MOST_CODES, MOST_CHARACTERS = 8, 2000
# A phone's picture has more dots than are needed, and each costs time.
_ENOUGH = (2400, 2400)
REFUSED = b"refused"


def read_codes(data: bytes) -> list[str]:
    """What the QR codes of a picture say, the largest first. Raises ValueError for no picture."""
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(data), formats=["jpeg", "png"]) as opened:
            width, height = opened.size
            if width * height > MOST_PIXELS or max(width, height) > MOST_SIDE:
                raise ValueError("too large")
            opened.draft("L", _ENOUGH)
            grey: Any = ImageOps.exif_transpose(opened.convert("L"))
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError("no picture") from error
    found = _codes(grey)
    if not found:
        # A code that takes a small part of the picture is found where it was not made smaller.
        grey.thumbnail(_ENOUGH)
        found = _codes(ImageOps.autocontrast(grey))
    return found[:MOST_CODES]


def _codes(picture: Any) -> list[str]:
    import zxingcpp

    wanted: Any = zxingcpp.BarcodeFormat.QRCode
    codes = zxingcpp.read_barcodes(picture, formats=wanted)
    return [code.text[:MOST_CHARACTERS] for code in codes if code.text]


def main() -> None:
    """Read one picture and tell what its codes say."""
    import zxingcpp  # noqa: F401 - a limited process can open no module any more
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None
    Image.preinit()
    for kind in ("JPEG", "PNG"):
        Image.new("L", (64, 64)).save(small := io.BytesIO(), kind)
        read_codes(small.getvalue())
    ImageOps.autocontrast(Image.new("L", (8, 8)))
    data = sys.stdin.buffer.read(MOST_BYTES + 1)
    limit_child()
    try:
        answer = json.dumps(read_codes(data)).encode() if len(data) <= MOST_BYTES else REFUSED
    except (ValueError, MemoryError):
        answer = REFUSED
    sys.stdout.buffer.write(answer)


if __name__ == "__main__":
    main()
