"""What the limited child makes of one page: two small pictures of it, whatever its size.

As all that decodes untrusted files this runs in a process that may die of it
(`documents.files.checker`). The size of the pictures is fixed, so that a page of many metres
costs no more than a sheet; what stands on a page is bounded by the child's time and memory.
"""

from __future__ import annotations

import io
from typing import Any

from documents.files.content import MOST_PAGES, MOST_PIXELS, MOST_SIDE
from documents.files.errors import FileUnreadable, PictureTooLarge, TooManyPages

# Width and height in pixels into which a page is fitted: to be read, and to be found among others.
READING_BOX = (1000, 1600)
SMALL_BOX = (160, 224)
_READING_QUALITY, _SMALL_QUALITY = 75, 70
_WHITE = (255, 255, 255)
_REDUCIBLE = frozenset({"L", "LA", "RGB", "RGBA", "CMYK"})


def load() -> None:
    """Import what draws and draw once: a limited child can open no module any more."""
    import pikepdf
    from PIL import Image

    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(target := io.BytesIO())
    draw_page(target.getvalue(), "application/pdf", 1)
    for kind, mode in (("JPEG", "RGB"), ("PNG", "RGBA")):
        Image.new(mode, (8, 8)).save(target := io.BytesIO(), kind)
        draw_page(target.getvalue(), f"image/{kind.lower()}", 1)


def draw_page(data: bytes, kind: str, number: int) -> tuple[bytes, bytes]:
    """Return a page (counted from 1) as two JPEGs, small and for reading.

    Raises a FileRefused, or whatever the decoders raise, where there is nothing to draw.
    """
    is_pdf = kind == "application/pdf"
    picture = _page_of_pdf(data, number) if is_pdf else _picture(data, kind, number)
    reading = _fit(picture, READING_BOX)
    small = _fit(reading, SMALL_BOX)
    return _jpeg(small, _SMALL_QUALITY), _jpeg(reading, _READING_QUALITY)


def _page_of_pdf(data: bytes, number: int) -> Any:
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    pages = len(document)
    if pages > MOST_PAGES:
        raise TooManyPages(pages=pages, limit=MOST_PAGES)
    if not 1 <= number <= pages:
        raise FileUnreadable
    page = document[number - 1]
    width, height = page.get_size()
    if width <= 0 or height <= 0:
        raise FileUnreadable
    scale = min(READING_BOX[0] / width, READING_BOX[1] / height)
    # A page drawn out to a thread is still one dot wide.
    bitmap = page.render(scale=max(scale, 1 / min(width, height)), rev_byteorder=True)
    if bitmap.width > 2 * MOST_SIDE or bitmap.width * bitmap.height > MOST_PIXELS:
        raise PictureTooLarge(width=bitmap.width, height=bitmap.height)
    return bitmap.to_pil()


def _picture(data: bytes, kind: str, number: int) -> Any:
    from PIL import Image, ImageOps

    if number != 1:
        raise FileUnreadable
    picture: Any = Image.open(io.BytesIO(data), formats=[kind.removeprefix("image/")])
    width, height = picture.size
    if width * height > MOST_PIXELS or max(width, height) > MOST_SIDE:
        raise PictureTooLarge(width=width, height=height)
    wanted = _largest_use(width, height)
    # A JPEG unpacks to an eighth, a quarter or a half at once.
    picture.draft("RGB", wanted)
    way_up = picture.getexif()
    if picture.mode.startswith("I"):
        # Sixteen bits a dot; pages show eight.
        picture = picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    factor = min(picture.width // wanted[0], picture.height // wanted[1])
    shrunk = picture.reduce(factor) if factor > 1 and picture.mode in _REDUCIBLE else picture
    # Making a picture smaller loses the way up that a phone noted.
    shrunk.info["exif"] = way_up.tobytes()
    return ImageOps.exif_transpose(shrunk)


def _largest_use(width: int, height: int) -> tuple[int, int]:
    """The size in which a picture is used at most, however it is turned."""
    across, down = READING_BOX
    scale = max(min(across / width, down / height), min(down / width, across / height))
    return max(1, int(width * scale)), max(1, int(height * scale))


def _fit(picture: Any, box: tuple[int, int]) -> Any:
    """A copy without colours that printers or transparency need, no larger than the box."""
    from PIL import Image

    scale = min(box[0] / picture.width, box[1] / picture.height, 1)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    fitted = picture.resize(size, reducing_gap=2.0) if size != picture.size else picture
    if fitted.mode in ("RGBA", "LA", "PA") or "transparency" in fitted.info:
        # What is left open is paper.
        clear = fitted.convert("RGBA")
        fitted = Image.new("RGB", clear.size, _WHITE)
        fitted.paste(clear, mask=clear.getchannel("A"))
    return fitted.convert("RGB")


def _jpeg(picture: Any, quality: int) -> bytes:
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=quality, optimize=True)
    return target.getvalue()
