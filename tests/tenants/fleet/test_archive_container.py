"""The sealed tar: what comes out is what went in, or an error that says what is wrong."""

from __future__ import annotations

import io
import os
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tenants.fleet.archive import container
from tenants.fleet.archive.container import (
    ArchiveReader,
    ArchiveWriter,
    make_key_file,
    read_key_file,
)
from tenants.fleet.archive.errors import (
    ArchiveDamaged,
    FormatUnknown,
    KeyUnreadable,
    NotAnArchive,
    WrongKey,
)

ROWS = b"".join(b'["%d"]\n' % number for number in range(100_000))
PAPER = os.urandom(container._CHUNK * 2 + 17)
FILE = "file/0197f6c0-0000-7000-8000-000000000001"
Entry = tuple[tarfile.TarInfo, bytes]


@pytest.fixture
def key_path(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    assert make_key_file(path)
    return path


@pytest.fixture
def path(tmp_path: Path, key_path: Path) -> Path:
    """An archive of every kind of member, several chunks long."""
    return write(tmp_path / "a.tar", key_path)


def write(path: Path, key_path: Path) -> Path:
    with path.open("w+b") as file:
        writer = ArchiveWriter(file, read_key_file(key_path), commune_code="00070")
        with writer.member("rows/cases_case") as sink:
            sink.write(ROWS)
        with writer.member("accounts") as sink:
            sink.write(b"")
        with writer.member(FILE, compressed=False) as sink:
            sink.write(PAPER)
        writer.write_manifest({"rows": len(ROWS)})
    return path


def read(path: Path, key_path: Path) -> tuple[bytes, bytes]:
    with path.open("rb") as file:
        reader = ArchiveReader(file, path, read_key_file(key_path), key_path)
        size = reader.read_manifest()["rows"]
        rows = b"".join(reader.read("rows/cases_case", size=size))
        assert b"".join(reader.read("accounts", size=0)) == b""
        return rows, b"".join(reader.read(FILE, size=len(PAPER), compressed=False))


def entries(path: Path) -> list[Entry]:
    with tarfile.open(path, "r:") as tar:
        found = []
        for entry in tar.getmembers():
            content = tar.extractfile(entry)
            assert content is not None
            found.append((entry, content.read()))
        return found


def put_together(path: Path, parts: list[Entry]) -> None:
    with tarfile.open(path, "w:", format=tarfile.GNU_FORMAT) as tar:
        for entry, data in parts:
            tar.addfile(entry, io.BytesIO(data))


def test_it_is_a_tar_and_gives_back_what_it_was_given(path: Path, key_path: Path):
    assert [entry.name for entry, _ in entries(path)] == [
        "format",
        "rows/cases_case",
        "accounts",
        FILE,
        "manifest",
    ]
    assert read(path, key_path) == (ROWS, PAPER)


def test_it_shows_nothing_and_two_of_the_same_differ_everywhere(path: Path, key_path: Path):
    other = write(path.with_name("b.tar"), key_path)
    for (entry, one), (_, two) in zip(entries(path), entries(other), strict=True):
        assert one != two, entry.name
        if entry.name != "format":
            assert one[16:48] != two[16:48]
    assert PAPER[:32] not in path.read_bytes()
    assert zlib.compress(ROWS, 1)[:32] not in path.read_bytes()


def test_another_key_is_told_from_damage(path: Path, tmp_path: Path):
    make_key_file(tmp_path / "other")
    with pytest.raises(WrongKey, match="không phải khóa của bản lưu trữ này"):
        read(path, tmp_path / "other")


@pytest.mark.parametrize("text", [None, "", "abc", "a" * 44, "0" * 5000, "é"])
def test_what_is_no_key_is_told_so(tmp_path: Path, text: str | None):
    if text is not None:
        (tmp_path / "k").write_text(text)
    with pytest.raises(KeyUnreadable):
        read_key_file(tmp_path / "k")


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04", b"\0" * 10_000, os.urandom(5000), b"x" * 511],
    ids=["empty", "zip", "zeros", "noise", "short"],
)
def test_another_file_is_told_so(tmp_path: Path, key_path: Path, content: bytes):
    (tmp_path / "f").write_bytes(content)
    with pytest.raises(NotAnArchive):
        read(tmp_path / "f", key_path)


def test_another_tar_and_another_products_header_are_told_so(tmp_path: Path, key_path: Path):
    for name, data in (("readme", b"hi"), ("format", b"{}"), ("format", b"[1]"), ("format", b"x")):
        entry = tarfile.TarInfo(name)
        entry.size = len(data)
        put_together(tmp_path / "t", [(entry, data)])
        with pytest.raises(NotAnArchive):
            read(tmp_path / "t", key_path)


def test_a_later_format_is_told_so(path: Path, key_path: Path):
    data = path.read_bytes().replace(b'"format": 1', b'"format": 2')
    path.write_bytes(data)
    with pytest.raises(FormatUnknown, match="định dạng số 2"):
        read(path, key_path)


def test_an_archive_that_was_cut_anywhere_is_refused(path: Path, key_path: Path):
    whole = path.read_bytes()
    # The two blocks at the end say nothing and may be missing.
    for length in [*range(0, len(whole) - 1024, 40_001), len(whole) - 1025]:
        path.write_bytes(whole[:length])
        with pytest.raises((ArchiveDamaged, NotAnArchive)):
            read(path, key_path)


def test_a_changed_byte_anywhere_is_found(path: Path, key_path: Path):
    whole = path.read_bytes()
    with tarfile.open(path, "r:") as tar:
        places = [
            entry.offset_data + at
            for entry in tar.getmembers()[1:]
            for at in {0, 15, 16, entry.size // 2, entry.size - 1}
        ]
    for place in places:
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(ArchiveDamaged):
            read(path, key_path)


def cut_last_chunk(parts: list[Entry]) -> None:
    entry, data = parts[3]
    entry.size = 16 + container._CHUNK + container._TAG
    parts[3] = (entry, data[: entry.size])


def swap_chunks(parts: list[Entry]) -> None:
    entry, data = parts[3]
    size = container._CHUNK + container._TAG
    first, second = data[16 : 16 + size], data[16 + size : 16 + 2 * size]
    parts[3] = (entry, data[:16] + second + first + data[16 + 2 * size :])


def rename(name: str) -> Callable[[list[Entry]], None]:
    def change(parts: list[Entry]) -> None:
        parts[3][0].name = name

    return change


def exchange_names(parts: list[Entry]) -> None:
    parts[1][0].name, parts[2][0].name = parts[2][0].name, parts[1][0].name


def double(parts: list[Entry]) -> None:
    parts.insert(2, parts[1])


def leave_out(parts: list[Entry]) -> None:
    del parts[1]


def make_link(parts: list[Entry]) -> None:
    entry = tarfile.TarInfo("rows/organisation_official")
    entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
    parts.insert(1, (entry, b""))


def long_header(parts: list[Entry]) -> None:
    parts[3][0].name = "file/" + "x" * 5000


@pytest.mark.parametrize(
    "change",
    [
        cut_last_chunk,
        swap_chunks,
        exchange_names,
        double,
        leave_out,
        make_link,
        long_header,
        rename("../../etc/cron.d/x"),
        rename("/etc/passwd"),
        rename("file/../../../00004/aa"),
        rename("rows/cases_step"),
    ],
)
def test_parts_that_were_changed_moved_or_named_to_lead_elsewhere_are_refused(
    path: Path, key_path: Path, change: Callable[[list[Entry]], None]
):
    parts = entries(path)
    change(parts)
    put_together(path, parts)
    with pytest.raises(ArchiveDamaged, match="Không có gì bị thay đổi"):
        read(path, key_path)


def test_two_parts_of_one_size_do_not_change_places(tmp_path: Path, key_path: Path):
    path, names = tmp_path / "two.tar", (FILE, FILE[:-1] + "2")
    with path.open("w+b") as file:
        writer = ArchiveWriter(file, read_key_file(key_path), commune_code="00070")
        for name in names:
            with writer.member(name, compressed=False) as sink:
                sink.write(os.urandom(100))
        writer.write_manifest({})
    parts = entries(path)
    parts[1][0].name, parts[2][0].name = names[1], names[0]
    put_together(path, parts)
    with path.open("rb") as file:
        reader = ArchiveReader(file, path, read_key_file(key_path), key_path)
        for name in names:
            with pytest.raises(ArchiveDamaged, match="không mở được bằng khóa"):
                list(reader.read(name, size=100, compressed=False))


def test_a_part_of_another_archive_under_the_same_key_is_refused(path: Path, key_path: Path):
    other = write(path.with_name("b.tar"), key_path)
    parts, others = entries(path), entries(other)
    parts[1] = others[1]
    put_together(path, parts)
    with pytest.raises(ArchiveDamaged):
        read(path, key_path)


def test_a_bomb_is_stopped_at_the_size_that_was_told(tmp_path: Path, key_path: Path):
    path = tmp_path / "bomb.tar"
    with path.open("w+b") as file:
        writer = ArchiveWriter(file, read_key_file(key_path), commune_code="00070")
        with writer.member("rows/cases_case") as sink:
            for _ in range(200):
                sink.write(bytes(1024 * 1024))
        writer.write_manifest({"rows": 1000})
    assert path.stat().st_size < 2 * 1024 * 1024
    got = 0
    with path.open("rb") as file, pytest.raises(ArchiveDamaged, match="lớn hơn"):
        reader = ArchiveReader(file, path, read_key_file(key_path), key_path)
        for piece in reader.read("rows/cases_case", size=1000):
            got += len(piece)
    assert got <= container._CHUNK


def test_a_part_that_is_smaller_than_told_is_refused(path: Path, key_path: Path):
    with path.open("rb") as file, pytest.raises(ArchiveDamaged, match="nhỏ hơn"):
        reader = ArchiveReader(file, path, read_key_file(key_path), key_path)
        list(reader.read("rows/cases_case", size=len(ROWS) + 1))


def test_a_key_file_is_for_its_owner_alone_and_never_written_over(tmp_path: Path):
    assert make_key_file(tmp_path / "k") and not make_key_file(tmp_path / "k")
    assert (tmp_path / "k").stat().st_mode & 0o777 == 0o600
    assert len(read_key_file(tmp_path / "k")) == 32
