"""What the limited process finds out about files, and what it does to none but itself."""

from __future__ import annotations

import io
import os
import struct
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pikepdf  # noqa: TID253 - makes the files that the process looks into
import pytest
from PIL import Image  # noqa: TID253

from documents.files.checker import WALL_SECONDS
from documents.files.checking import Checker, Finding, NotChecked, look_into
from documents.files.errors import refused_because
from tests.documents.files.test_content import (
    compressed_pdf,
    cut,
    encrypted_pdf,
    pdf,
    picture,
    png_claiming,
    with_thumbnail,
)

# Everything bad is answered within this, as the design says.
MOST_SECONDS = 10


def two_pictures() -> bytes:
    """Return a JPEG as phones of today make it: a second picture behind the first."""
    one, target = Image.new("RGB", (64, 48)), io.BytesIO()
    one.save(target, "MPO", save_all=True, append_images=[one])
    return target.getvalue()


@pytest.fixture
def find(tmp_path: Path) -> Callable[[bytes, str], Finding]:
    def look(data: bytes, kind: str) -> Finding:
        path = tmp_path / "file"
        path.write_bytes(data)
        began = time.monotonic()
        with path.open("rb") as file:
            finding = look_into(file.fileno(), kind)
        assert time.monotonic() - began < MOST_SECONDS
        return finding

    return look


Find = Callable[[bytes, str], Finding]


@pytest.mark.parametrize(
    ("data", "kind", "pages"),
    [
        (pdf(3), "application/pdf", 3),
        (compressed_pdf(12), "application/pdf", 12),
        (pdf(2, linearize=True), "application/pdf", 2),
        (b"\n\n" + pdf(), "application/pdf", 1),
        (b"\x1b%-12345X@PJL JOB\n" + pdf(), "application/pdf", 1),
        (picture("JPEG"), "image/jpeg", 1),
        (picture("JPEG", progressive=True), "image/jpeg", 1),
        (with_thumbnail(picture("JPEG")), "image/jpeg", 1),
        (two_pictures(), "image/jpeg", 1),
        (picture("JPEG") + b"a phone's trailing data", "image/jpeg", 1),
        (picture("PNG"), "image/png", 1),
        (picture("PNG", (4000, 3000)), "image/png", 1),
    ],
)
def test_good_files_pass(find: Find, data: bytes, kind: str, pages: int) -> None:
    assert find(data, kind) == Finding(pages=pages)


def zeros(megabytes: int) -> bytes:
    """Return so many megabytes of zeros as zlib packs them, made without packing them all."""
    packer = zlib.compressobj(9)
    begin = packer.compress(b"\0" * 2**20) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(b"\0" * 2**20) + packer.flush(zlib.Z_FULL_FLUSH)
    return begin + again * (megabytes - 1)


def png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_of_ten_gigabytes_of_zeros() -> bytes:
    small = picture("PNG", (10, 10))
    return small[:33] + png_chunk(b"IDAT", zeros(10_000)) + png_chunk(b"IEND", b"")


def png_profile_of_zeros() -> bytes:
    small = picture("PNG", (10, 10))
    return small[:33] + png_chunk(b"zTXt", b"Comment\0\0" + zeros(4000)) + small[33:]


def with_stream(data: bytes, **entries: object) -> bytes:
    """A PDF of one page that also carries a stream, packed as its entries say."""
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as document:
        stream = document.make_stream(b"")
        stream.write(data, **entries)  # type: ignore[arg-type]
        document.Root.Extra = stream
        document.save(
            target,
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
            recompress_flate=False,
            compress_streams=False,
        )
    return target.getvalue()


def pdf_stream_of_zeros() -> bytes:
    return with_stream(zeros(10_000), filter=pikepdf.Name.FlateDecode)


def pdf_packed_twice() -> bytes:
    names = pikepdf.Array([pikepdf.Name.FlateDecode, pikepdf.Name.FlateDecode])
    return with_stream(zlib.compress(zeros(1000)), filter=names)


def pdf_with_nested_object_streams() -> bytes:
    """Object streams whose index unpacks to gigabytes, each named by the one before it."""
    body = b"%PDF-1.7\n"
    offsets = []
    for number in range(3, 8):
        offsets.append(len(body))
        packed = zeros(2000)
        body += b"%d 0 obj<</Type/ObjStm/N 100/First 9/Extends %d 0 R/Length %d" % (
            number,
            number + 1,
            len(packed),
        )
        body += b"/Filter/FlateDecode>>stream\n" + packed + b"\nendstream endobj\n"
    index = b"".join(
        struct.pack(">BIH", kind, at, rest)
        for kind, at, rest in [(0, 0, 65535), (2, 3, 0), (2, 4, 0)]
        + [(1, offset, 0) for offset in offsets]
        + [(1, len(body), 0)]
    )
    start = len(body)
    body += b"8 0 obj<</Type/XRef/Size 9/W[1 4 2]/Root 1 0 R/Length %d>>stream\n" % len(index)
    return body + index + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF" % start


def picture_in_pdf(width: int, height: int) -> bytes:
    def add(document: pikepdf.Pdf) -> None:
        size = {"Width": width, "Height": height, "BitsPerComponent": 8}
        document.Root.Extra = document.make_stream(b"0", Subtype=pikepdf.Name.Image, **size)

    return saved(add)


def saved(change: Callable[[pikepdf.Pdf], None]) -> bytes:
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as document:
        change(document)
        document.save(target)
    return target.getvalue()


def with_script(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = pikepdf.Dictionary(
        S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)")
    )


def with_launch(document: pikepdf.Pdf) -> None:
    document.pages[0].obj.AA = pikepdf.Dictionary(
        O=pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("cmd.exe"))
    )


def with_file(document: pikepdf.Pdf) -> None:
    document.attachments["hoa-don.exe"] = b"MZ"


def with_form_script(document: pikepdf.Pdf) -> None:
    document.Root.AcroForm = pikepdf.Dictionary(XFA=pikepdf.String("<xdp/>"))


def with_a_page_to_open(document: pikepdf.Pdf) -> None:
    page = document.pages[0].obj
    document.Root.OpenAction = pikepdf.Array([page, pikepdf.Name.Fit])
    page.Annots = pikepdf.Array(
        [
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Link,
                BS=pikepdf.Dictionary(S=pikepdf.Name.S),
                A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String("https://vi.dụ")),
            )
        ]
    )


def in_an_archive(data: bytes) -> bytes:
    target = io.BytesIO(data)
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr("classes.dex", b"x" * 1000)
    return target.getvalue()


@pytest.mark.parametrize(
    ("make", "kind", "refusal"),
    [
        (lambda: png_claiming(60_000, 60_000), "image/png", "PictureTooLarge"),
        (png_of_ten_gigabytes_of_zeros, "image/png", "FileTooHeavy"),
        (png_profile_of_zeros, "image/png", "FileUnreadable"),
        (pdf_stream_of_zeros, "application/pdf", "FileTooHeavy"),
        (pdf_packed_twice, "application/pdf", "FileTooHeavy"),
        (pdf_with_nested_object_streams, "application/pdf", "FileUnreadable"),
        (lambda: picture_in_pdf(60_000, 60_000), "application/pdf", "PictureTooLarge"),
        (lambda: pdf(201), "application/pdf", "TooManyPages"),
        (encrypted_pdf, "application/pdf", "FileEncrypted"),
        (lambda: saved(with_script), "application/pdf", "FileActive"),
        (lambda: saved(with_launch), "application/pdf", "FileActive"),
        (lambda: saved(with_file), "application/pdf", "FileActive"),
        (lambda: saved(with_form_script), "application/pdf", "FileActive"),
        (lambda: in_an_archive(pdf()), "application/pdf", "FileMixed"),
        (lambda: in_an_archive(picture("JPEG")), "image/jpeg", "FileMixed"),
        (lambda: b"<script>alert(1)</script>" + pdf(), "application/pdf", "FileMixed"),
        (lambda: cut(picture("JPEG")), "image/jpeg", "FileUnreadable"),
        (lambda: cut(picture("PNG")), "image/png", "FileUnreadable"),
        (lambda: b"%PDF-1.7\n1 0 obj\nstartxref\n9\n%%EOF", "application/pdf", "FileUnreadable"),
        (lambda: b"MZ" + b"\0" * 500, "application/pdf", "FileMixed"),
        (lambda: picture("PNG"), "image/jpeg", "FileUnreadable"),
        (lambda: b"\xff\xd8\xff garbage", "image/jpeg", "FileUnreadable"),
        (lambda: b"", "image/png", "FileUnreadable"),
    ],
)
def test_bad_files_are_refused_with_words_that_say_what_to_do(
    find: Find, make: Callable[[], bytes], kind: str, refusal: str
) -> None:
    assert find(make(), kind) == Finding(refusal=refusal)
    assert "ãy " in str(refused_because(refusal))
    # The next file is none the worse for it.
    assert find(pdf(), "application/pdf") == Finding(pages=1)


def test_a_pdf_that_opens_at_a_page_and_links_to_one_is_not_active(find: Find) -> None:
    assert find(saved(with_a_page_to_open), "application/pdf") == Finding(pages=1)


def test_the_process_has_neither_keys_nor_database_and_its_child_can_open_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SECRET_OF_THE_TEST", "never-told")
    checker = Checker()
    try:
        checker.warm_up()
        process = checker._process
        assert process is not None
        names = Path(f"/proc/{process.pid}/environ").read_bytes()
        assert b"never-told" not in names
        assert b"ENCRYPTION_KEYS" not in names and b"DATABASE" not in names
    finally:
        checker.stop()


def test_a_process_that_dies_is_replaced_and_the_file_stays_unchecked(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(pdf())
    checker = Checker()
    try:
        with path.open("rb") as file:
            assert checker.check(file.fileno(), "application/pdf") == Finding(pages=1)
            process = checker._process
            assert process is not None
            os.kill(process.pid, 9)
            process.wait()
            assert checker.check(file.fileno(), "application/pdf") == Finding(pages=1)
            os.kill(checker._process.pid, 19)  # type: ignore[union-attr]  # it hangs
            assert checker._socket is not None
            checker._socket.settimeout(0.2)
            with pytest.raises(NotChecked):
                checker.check(file.fileno(), "application/pdf")
            assert checker.check(file.fileno(), "application/pdf") == Finding(pages=1)
    finally:
        checker.stop()
    assert WALL_SECONDS < MOST_SECONDS


def test_a_usual_paper_costs_a_few_hundredths_of_a_second(find: Find) -> None:
    find(pdf(), "application/pdf")
    photograph = io.BytesIO()
    Image.effect_noise((2000, 1500), 64).convert("RGB").save(photograph, "JPEG")
    for data, kind, most in (
        (pdf(2), "application/pdf", 0.1),
        (photograph.getvalue(), "image/jpeg", 0.4),
    ):
        began = time.monotonic()
        find(data, kind)
        assert time.monotonic() - began < most
