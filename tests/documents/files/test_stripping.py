"""Pictures without their cameras' notes: every pixel and the way up stay."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps  # noqa: TID253
from PIL.PngImagePlugin import PngInfo  # noqa: TID253

from documents.files.stripping import strip_picture

SECRETS = (b"21.0285", b"Kim Anh", b"Galaxy", b"http://ns.adobe.com", b"Photoshop 3.0", b"2026:11")


def photograph(way_up: int = 6, *, progressive: bool = False) -> bytes:
    """A JPEG as a phone makes it: where, when, with what, by whom, and which side is up."""
    picture = Image.effect_noise((90, 60), 80).convert("RGB")
    notes = Image.Exif()
    notes[0x0112] = way_up
    notes[0x010F], notes[0x0110] = "Galaxy", "A15 21.0285"
    notes[0x0132], notes[0x013B] = "2026:11:22 08:00:00", "Kim Anh"
    notes.get_ifd(0x8825)[1] = "N"
    target = io.BytesIO()
    picture.save(
        target,
        "JPEG",
        exif=notes,
        comment=b"Kim Anh 21.0285",
        icc_profile=b"a profile of colours",
        progressive=progressive,
    )
    data = target.getvalue()
    for code, body in (
        (0xE1, b"http://ns.adobe.com/xap/1.0/\0<x>Kim Anh</x>"),
        (0xED, b"Photoshop 3.0\x008BIM Kim Anh"),
    ):
        data = data[:2] + b"\xff" + struct.pack(">BH", code, len(body) + 2) + body + data[2:]
    return data + b"a film of 2026:11 behind the picture"


def shown(data: bytes) -> Image.Image:
    """The picture as a viewer shows it."""
    with Image.open(io.BytesIO(data)) as picture:
        return ImageOps.exif_transpose(picture).convert("RGB")


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("way_up", range(1, 9))
def test_a_photograph_keeps_its_pixels_and_its_way_up_and_nothing_else(
    way_up: int, progressive: bool
) -> None:
    data = photograph(way_up, progressive=progressive)
    assert all(secret in data for secret in SECRETS)

    stripped = strip_picture(data, "image/jpeg")

    assert not [secret for secret in SECRETS if secret in stripped]
    assert shown(stripped).size == ((60, 90) if way_up > 4 else (90, 60))
    assert shown(stripped).tobytes() == shown(data).tobytes()
    with Image.open(io.BytesIO(stripped)) as picture:
        assert picture.info["icc_profile"] == b"a profile of colours"
        assert dict(picture.getexif()) == ({0x0112: way_up} if way_up > 1 else {})
    # A second time changes nothing.
    assert strip_picture(stripped, "image/jpeg") == stripped


def test_a_png_loses_its_texts_and_times() -> None:
    notes = PngInfo()
    notes.add_text("Author", "Kim Anh")
    notes.add_text("Place", "21.0285", zip=True)
    notes.add_itxt("XML:com.adobe.xmp", "<x>Galaxy</x>")
    target = io.BytesIO()
    picture = Image.effect_noise((60, 40), 64).convert("RGB")
    picture.save(target, "PNG", pnginfo=notes, dpi=(300, 300))
    data = target.getvalue()
    time = struct.pack(">HBBBBB", 2026, 11, 22, 8, 0, 0)
    chunk = struct.pack(">I", 7) + b"tIME" + time + struct.pack(">I", zlib.crc32(b"tIME" + time))
    data = data[:33] + chunk + data[33:] + b"Kim Anh behind it"

    stripped = strip_picture(data, "image/png")

    for name in (b"tEXt", b"zTXt", b"iTXt", b"tIME", b"Kim Anh", b"Galaxy"):
        assert name in data and name not in stripped
    assert shown(stripped).tobytes() == picture.tobytes()
    with Image.open(io.BytesIO(stripped)) as again:
        assert round(again.info["dpi"][0]) == 300


WHOLE = photograph()


@given(st.integers(2, len(WHOLE) - 1), st.binary(max_size=6))
def test_a_broken_picture_is_an_error_or_a_picture_never_anything_else(
    at: int, instead: bytes
) -> None:
    broken = WHOLE[:at] + instead + WHOLE[at + len(instead) :]
    for data in (broken, WHOLE[:at]):
        try:
            stripped = strip_picture(data, "image/jpeg")
        except ValueError:
            continue
        assert stripped.startswith(b"\xff\xd8") and stripped.endswith(b"\xff\xd9")
