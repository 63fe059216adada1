"""What a file is, by its content: liars, cut files, bombs, each with its own sentence."""

from __future__ import annotations

import contextlib
import io
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Callable

import pikepdf  # noqa: TID253 - makes the files that the product only looks at
import pytest
from PIL import Image  # noqa: TID253

from documents.files.content import inspect, kind_of
from documents.files.errors import (
    FileEncrypted,
    FileRefused,
    FileTruncated,
    FileUnreadable,
    PictureTooLarge,
    TooManyPages,
)


def pdf(pages: int = 1, **options: object) -> bytes:
    """Return a PDF as programs of today write it."""
    target = io.BytesIO()
    with pikepdf.new() as document:
        for _ in range(pages):
            document.add_blank_page(page_size=(595, 842))
        document.save(target, **options)  # type: ignore[arg-type]
    return target.getvalue()


def compressed_pdf(pages: int) -> bytes:
    return pdf(pages, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def encrypted_pdf() -> bytes:
    return pdf(1, encryption=pikepdf.Encryption(owner="secret", user="secret"))


def picture(kind: str, size: tuple[int, int] = (800, 600), **options: object) -> bytes:
    target = io.BytesIO()
    Image.effect_noise(size, 64).convert("RGB").save(target, kind, **options)
    return target.getvalue()


def png_claiming(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes that says it has this size."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def with_thumbnail(data: bytes) -> bytes:
    """Return a JPEG as phones make it: a whole small JPEG lies in its head."""
    small = b"Exif\0\0" + picture("JPEG", (64, 48))
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(small) + 2) + small + data[2:]


@pytest.mark.parametrize(
    ("data", "kind", "pages"),
    [
        (pdf(3), "application/pdf", 3),
        (compressed_pdf(12), "application/pdf", 12),
        (pdf(2, linearize=True), "application/pdf", 2),
        (b"\n\n" + pdf(1), "application/pdf", 1),
        (picture("JPEG"), "image/jpeg", 1),
        (picture("JPEG", progressive=True), "image/jpeg", 1),
        (with_thumbnail(picture("JPEG")), "image/jpeg", 1),
        (picture("JPEG") + b"a phone's trailing data", "image/jpeg", 1),
        (picture("PNG"), "image/png", 1),
    ],
)
def test_good_files_are_recognised(data: bytes, kind: str, pages: int) -> None:
    assert kind_of(data) == kind
    assert inspect(data, kind).pages == pages


@pytest.mark.parametrize(
    "data",
    [
        b"<html><script>alert(1)</script></html>",
        b"PK\x03\x04" + b"x" * 100,
        b"MZ" + b"\0" * 100,
        b"GIF89a" + b"\0" * 100,
        b"BM" + b"\0" * 100,
        b"\x00\x00\x00\x20ftypheic",
        b" ",
    ],
)
def test_anything_else_is_of_no_kind(data: bytes) -> None:
    assert kind_of(data) is None


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (cut(pdf(3)), FileTruncated),
        (b"%PDF-1.7\n", FileTruncated),
        (b"%PDF-1.7\nstartxref\n5\n%%EOF", FileUnreadable),
        (b"%PDF-1.7\nstartxref\n99999999999\n%%EOF", FileUnreadable),
        (encrypted_pdf(), FileEncrypted),
        (pdf(201), TooManyPages),
        (compressed_pdf(201), TooManyPages),
        (cut(picture("JPEG")), FileTruncated),
        (cut(with_thumbnail(picture("JPEG"))), FileTruncated),
        (b"\xff\xd8\xff\xe0", FileTruncated),
        (b"\xff\xd8\xff\xe0\x00\x04ab not a marker", FileUnreadable),
        (cut(picture("PNG")), FileTruncated),
        (b"\x89PNG\r\n\x1a\n" + b"\0\0\0\0IDAT" + b"\0" * 40, FileUnreadable),
        (png_claiming(60_000, 60_000), PictureTooLarge),
        (png_claiming(60_000, 10), PictureTooLarge),
        (png_claiming(0, 10), FileUnreadable),
    ],
)
def test_bad_files_are_refused_with_their_own_sentence(
    data: bytes, error: type[FileRefused]
) -> None:
    kind = kind_of(data)
    assert kind is not None

    with pytest.raises(error) as caught:
        inspect(data, kind)

    assert str(caught.value).endswith(".")
    assert "ãy " in str(caught.value)


def test_a_jpeg_that_claims_sixty_thousand_dots_is_refused() -> None:
    data = bytearray(picture("JPEG"))
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", 60_000, 60_000)

    with pytest.raises(PictureTooLarge, match="60000 × 60000"):
        inspect(bytes(data), "image/jpeg")


def bomb_in_the_index() -> bytes:
    """Return a PDF whose compressed index unpacks to a gigabyte."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b"\0" * 1_000_000) for _ in range(1000)) + packer.flush()
    stream = b"5 0 obj << /Type /ObjStm /Length 1 >>\nstream\n" + packed + b"\nendstream\n"
    body = b"%PDF-1.7\n" + stream
    return body + b"xref\n0 1\ntrailer <<>>\nstartxref\n%d\n%%%%EOF" % len(body)


def many_small_chunks() -> bytes:
    return b"\x89PNG\r\n\x1a\n" + png_claiming(10, 10)[8:33] + b"\0\0\0\0tEXt\0\0\0\0" * 900_000


@pytest.mark.parametrize(
    "make",
    [
        bomb_in_the_index,
        many_small_chunks,
        lambda: b"\xff\xd8\xff" + b"\xff" * 10_000_000,
        lambda: b"%PDF-" + b"/Type /Page " * 1_000_000 + b"startxref 0 %%EOF",
        lambda: b"%PDF-" + b"/Type/ObjStm" * 1_000_000 + b"startxref 0 %%EOF",
        lambda: b"%PDF-" + b"startxref " * 1_000_000 + b"1 %%EOF",
        lambda: b"%PDF-" + b"/Encrypt " * 1_000_000 + b"startxref 0 %%EOF",
    ],
)
def test_no_file_keeps_the_worker_busy(make: Callable[[], bytes]) -> None:
    data = make()
    kind = kind_of(data)
    assert kind is not None
    started = time.process_time()

    with contextlib.suppress(FileRefused):
        inspect(data, kind)

    assert time.process_time() - started < 1.0


def test_a_usual_file_costs_a_few_milliseconds() -> None:
    files = [
        (picture("JPEG", (2000, 1500), quality=95), "image/jpeg"),
        (compressed_pdf(20), "application/pdf"),
    ]
    for data, kind in files:
        inspect(data, kind)
        started = time.process_time()
        for _ in range(10):
            inspect(data, kind)
        assert (time.process_time() - started) / 10 < 0.03


def test_looking_at_files_imports_no_decoder() -> None:
    program = (
        "import sys, django; from django.conf import settings; settings.configure();"
        "import documents.files.content, documents.files.errors;"
        "sys.exit(any(name in sys.modules for name in ('PIL', 'pikepdf')))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
