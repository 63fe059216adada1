"""Bad input by name: texts that people and programs send, and files that are not what they say."""

from __future__ import annotations

import io
import random
import struct
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass

from tests.factories import PDF

SEED = 20260701
LONG = 10_000

TEXTS: dict[str, str] = {
    "nothing but spaces": " \t\u00a0\u2003 ",
    "decomposed": unicodedata.normalize("NFD", "Nguyễn Thị Hường ở Ngọc Hà"),
    "right to left": "\u202eمرحبا بالعالم\u202c ١٢٣",
    "zero width": "Ng\u200buy\u200dễn\ufeff Văn\u2060 A",
    "NUL": "Trần\x00Văn B",
    "control characters": "a\x01\x07\x08\x1b[31m\x7f\x85z",
    "line ends": "một\r\nSet-Cookie: hỏng=1\r\n\r\nhai\rba\u2028bốn",
    "ten thousand characters": "Ơ" * LONG,
    "emoji and beyond the plane": "👨‍👩‍👧‍👦 𠮷 \U0010ffff",
    "markup": "\"><script>alert(1)</script><img src=x onerror=alert(1)>'",
    "SQL": "'; DROP TABLE cases_case; --",
    "template": "{{ settings.SECRET_KEY }}{% load x %}${7*7}#{7*7}",
    "formula": '=HYPERLINK("http://example.vn","x")',
    "path": "../../../../etc/passwd",
    "shell": "$(reboot) `id` | cat /etc/shadow; &",
    "negative": "-1",
    "huge number": "9" * 400,
    "infinite": "1e999",
    "not a number": "NaN",
    "arabic digits": "٠٠١٠٩٠٠٠٠٠٠١",
    "zero": "0",
    "date that is not": "31/02/2026",
    "year without end": "99999-13-45",
    "uuid that is not": "00000000-0000-0000-0000-00000000000g",
    "json": '{"$gt": "", "a": [[[[]]]]}',
    "percent": "%s%n%d%00%ff%c0%af",
    "invoice number": "HD-2026/0012345",
    "replacement": "\ufffd\ufffe\uffff",
}

# Bytes that are no UTF-8, lone halves of surrogate pairs among them.
BYTES: dict[str, bytes] = {
    "lone surrogate": b"\xed\xa0\x80\xed\xb0\x80",
    "overlong slash": b"\xc0\xaf",
    "UTF-16": "Nguyễn".encode("utf-16"),
    "TCVN3": b"Ngu\xd4n V\xa8n A",
    "cut in the middle": "Nguyễ".encode()[:-1],
}


@dataclass(frozen=True)
class BadFile:
    """A file as a browser would send it."""

    name: str
    data: bytes
    kind: str = "application/octet-stream"


def png(width: int, height: int, *, rows: bytes | None = None) -> bytes:
    """A PNG that says it has this size; its rows may be fewer."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(rows if rows is not None else b"\x00" * (1 + width * 3) * height)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + tag + body + struct.pack(">I", zlib.crc32(tag + body))
        for tag, body in ((b"IHDR", head), (b"IDAT", data), (b"IEND", b""))
    )


def zip_of(entries: dict[str, bytes]) -> bytes:
    """A ZIP of these entries."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return made.getvalue()


def _bitten(name: str, good: bytes, kind: str, *, times: int) -> list[BadFile]:
    """A good file with bytes changed, left out or doubled at random places."""
    dice = random.Random(SEED)
    made = []
    for number in range(times):
        data = bytearray(good)
        for _bite in range(dice.randint(1, 12)):
            at = dice.randrange(max(1, min(len(data), 400) if number % 2 else len(data)))
            match number % 4:
                case 0 | 1:
                    data[at : at + 1] = bytes([dice.randrange(256)])
                case 2:
                    del data[at : at + dice.randint(1, 30)]
                case _:
                    data[at:at] = data[at : at + dice.randint(1, 200)]
        made.append(BadFile(f"{number}-{name}", bytes(data) or b"x", kind))
    return made


SMALL_PNG = png(2, 2)
JPEG_HEAD = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"


def files() -> list[BadFile]:
    """Every bad file, the same ones in every run."""
    pdf, jpeg, picture = "application/pdf", "image/jpeg", "image/png"
    loop = PDF.replace(b"/Kids[3 0 R]", b"/Kids[2 0 R]")
    script = PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>")
    nested = b"%PDF-1.7\n1 0 obj" + b"[" * 60_000 + b"\nendobj\n%%EOF"
    named = [
        BadFile("rong.pdf", b"", pdf),
        BadFile("mot-byte.pdf", b"%", pdf),
        BadFile("chi-dau.pdf", b"%PDF-1.4\n", pdf),
        BadFile("cut.pdf", PDF[: len(PDF) // 2], pdf),
        BadFile("vong.pdf", loop, pdf),
        BadFile("long-nhau.pdf", nested, pdf),
        BadFile("ma.pdf", script, pdf),
        BadFile("trang.pdf", PDF.replace(b"/Count 1", b"/Count 999999999"), pdf),
        BadFile("am.pdf", PDF.replace(b"/Count 1", b"/Count -1"), pdf),
        BadFile("hop.pdf", PDF.replace(b"[0 0 595 842]", b"[0 0 9e30 -9e30]"), pdf),
        BadFile("hai-kieu.pdf", PDF + zip_of({"a.txt": b"x"}), pdf),
        BadFile("anh.pdf", SMALL_PNG, pdf),
        BadFile("that-ra-html.pdf", b"<html><script>alert(1)</script></html>", pdf),
        BadFile("chuong-trinh.pdf", b"MZ\x90\x00" + b"\x00" * 100, pdf),
        BadFile("chuong-trinh.png", b"\x7fELF" + b"\x00" * 100, picture),
        BadFile("60000.png", png(60_000, 60_000, rows=b"\x00" * 100), picture),
        BadFile("khong-cao.png", png(0, 0, rows=b""), picture),
        BadFile("cut.png", SMALL_PNG[:40], picture),
        BadFile("sai-crc.png", SMALL_PNG.replace(b"IDAT", b"IDAX"), picture),
        BadFile("cut.jpg", JPEG_HEAD, jpeg),
        BadFile("dai.jpg", JPEG_HEAD + b"\xff" * 100_000, jpeg),
        BadFile("60000.jpg", JPEG_HEAD + b"\xff\xc0\x00\x11\x08\xea\x60\xea\x60\x03", jpeg),
        BadFile("hinh.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        BadFile("hinh.gif", b"GIF89a\xff\xff\xff\xff\x00\x00\x00", "image/gif"),
        BadFile("nen.zip", zip_of({"0" * 50: b"\x00" * 1_000_000}), "application/zip"),
        BadFile("duong-dan.zip", zip_of({"../../../etc/cron.d/x": b"x"}), "application/zip"),
        BadFile("trong.zip", b"PK\x05\x06" + b"\x00" * 18, "application/zip"),
        BadFile("cut.zip", zip_of({"a": b"a" * 1000})[:60], "application/zip"),
        BadFile("macro.docm", zip_of({"word/vbaProject.bin": b"\xd0\xcf"}), "application/msword"),
        BadFile("bang.csv", "=cmd|'/c calc'!A1\n".encode("utf-16"), "text/csv"),
        BadFile("khong-utf8.csv", BYTES["TCVN3"] * 50, "text/csv"),
        BadFile("vi-rut.txt", b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR", "text/plain"),
        BadFile(
            "xml.pdf", b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", pdf
        ),
        # Names that are tricks.
        BadFile("../../../../etc/passwd.pdf", PDF[:-5] + b"x", pdf),
        BadFile("..\\..\\windows\\win.ini.pdf", PDF[:-5] + b"y", pdf),
        BadFile("a\r\nSet-Cookie: x=1.pdf", PDF[:-5] + b"z", pdf),
        BadFile("tên\u202efdp.exe", PDF[:-5] + b"w", pdf),
        BadFile("x" * 300 + ".pdf", PDF[:-5] + b"v", pdf),
        BadFile(".pdf", PDF[:-5] + b"u", pdf),
        BadFile("con.pdf", PDF[:-5] + b"t", pdf),
        BadFile("ảnh.pdf.exe", PDF[:-5] + b"s", pdf),
    ]
    bitten = [
        *_bitten("pdf.pdf", PDF, pdf, times=24),
        *_bitten("anh.png", SMALL_PNG, picture, times=24),
        *_bitten("anh.jpg", JPEG_HEAD * 4, jpeg, times=12),
    ]
    return named + bitten
