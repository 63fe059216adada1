"""The archive as a file: a tar whose members are sealed with the archive's own key.

The first member, `format`, is in clear and says what the file is; all others (rows, accounts,
stored files and the manifest, which comes last) are AES-GCM in chunks, so that papers of any
size pass through a bounded memory. The key of a member is derived from the archive's key, the
first member's bytes, the member's name and a salt: no member can be moved within an archive or
between two. A chunk's nonce is its number and whether it is the last (the STREAM construction of
Hoang, Reyhanitabar, Rogaway and Vizár 2015), so a member cannot be cut or put in another order.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import hmac
import json
import os
import re
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tenants.fleet.archive.errors import (
    ArchiveDamaged,
    FormatUnknown,
    KeyUnreadable,
    NotAnArchive,
    WrongKey,
)

FORMAT = 1
_PRODUCT = "xaso-commune"
_HEADER, MANIFEST = "format", "manifest"
_BLOCK = tarfile.BLOCKSIZE
_CHUNK = 256 * 1024
_TAG, _SALT, _KEY = 16, 16, 32
_COUNTER_BYTES = 11
_LARGEST_HEADER = 4096
LARGEST_MANIFEST = 8 * 1024 * 1024
# The only names there are: nothing that could lead out of a folder.
_NAMES = re.compile(r"manifest|accounts|files|(rows|shared)/[a-z_]{1,63}|file/[0-9a-f-]{36}")


def make_key_file(path: Path) -> bool:
    """Write a new random key for its owner's eyes alone; False when there is one already."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "wb") as file:
        file.write(base64.b64encode(os.urandom(_KEY)) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return True


def read_key_file(path: Path) -> bytes:
    """Return the key of a file, or raise KeyUnreadable."""
    try:
        with path.open("rb") as file:
            key = base64.b64decode(file.read(100).strip(), validate=True)
    except (OSError, binascii.Error) as error:
        raise KeyUnreadable(path) from error
    if len(key) != _KEY:
        raise KeyUnreadable(path)
    return key


def _key_check(key: bytes, archive: str) -> str:
    return hmac.digest(key, b"xaso check\0" + archive.encode(), hashlib.sha256).hex()


def _cipher(key: bytes, header: bytes, name: str, salt: bytes) -> AESGCM:
    context = b"\0".join([b"xaso member", hashlib.sha256(header).digest(), name.encode(), salt])
    return AESGCM(hmac.digest(key, context, hashlib.sha256))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(_COUNTER_BYTES, "big") + bytes([last])


class Sink(Protocol):
    """Where plain bytes of a member are written."""

    def write(self, data: bytes) -> None:
        """Take some bytes."""


class _SealingSink:
    def __init__(self, file: BinaryIO, cipher: AESGCM, *, compressed: bool) -> None:
        self._file, self._cipher = file, cipher
        self._deflate = zlib.compressobj(1) if compressed else None
        self._waiting = bytearray()
        self._number = 0

    def write(self, data: bytes) -> None:
        self._waiting += self._deflate.compress(data) if self._deflate else data
        while len(self._waiting) > _CHUNK:
            self._seal(bytes(self._waiting[:_CHUNK]), last=False)
            del self._waiting[:_CHUNK]

    def close(self) -> None:
        if self._deflate:
            self._waiting += self._deflate.flush()
        while len(self._waiting) > _CHUNK:
            self._seal(bytes(self._waiting[:_CHUNK]), last=False)
            del self._waiting[:_CHUNK]
        self._seal(bytes(self._waiting), last=True)

    def _seal(self, chunk: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, last=last), chunk, None))
        self._number += 1


class ArchiveWriter:
    """Writes members one after another into a file that can be sought in."""

    def __init__(self, file: BinaryIO, key: bytes, *, commune_code: str) -> None:
        self._file, self._key = file, key
        archive = os.urandom(16).hex()
        self._header = json.dumps(
            {
                "product": _PRODUCT,
                "format": FORMAT,
                "archive": archive,
                "commune": commune_code,
                "key_check": _key_check(key, archive),
            }
        ).encode()
        with self._entry(_HEADER):
            file.write(self._header)

    @contextlib.contextmanager
    def member(self, name: str, *, compressed: bool = True) -> Iterator[Sink]:
        """Give the sink of one member; the member is whole when the block ends."""
        if not _NAMES.fullmatch(name):
            raise ValueError(f"{name} is no name of a member.")
        salt = os.urandom(_SALT)
        with self._entry(name):
            self._file.write(salt)
            cipher = _cipher(self._key, self._header, name, salt)
            sink = _SealingSink(self._file, cipher, compressed=compressed)
            yield sink
            sink.close()

    def write_manifest(self, manifest: dict[str, Any]) -> None:
        """Write the last member and end the archive."""
        data = json.dumps(manifest, ensure_ascii=False).encode()
        if len(data) > LARGEST_MANIFEST:
            raise ValueError("The manifest is too large.")
        with self.member(MANIFEST, compressed=False) as sink:
            sink.write(data)
        self._file.write(bytes(2 * _BLOCK))

    @contextlib.contextmanager
    def _entry(self, name: str) -> Iterator[None]:
        # The size is known when everything is written: then the header is written over.
        start = self._file.tell()
        self._file.write(bytes(_BLOCK))
        yield
        end = self._file.tell()
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = end - start - _BLOCK, 0o600
        self._file.write(bytes(-entry.size % _BLOCK))
        after = self._file.tell()
        self._file.seek(start)
        self._file.write(entry.tobuf(tarfile.GNU_FORMAT))
        self._file.seek(after)


@dataclass(frozen=True)
class _Place:
    start: int
    size: int


class ArchiveReader:
    """Reads members by their names; nothing is ever unpacked to a path that the archive names.

    Raises NotAnArchive, FormatUnknown, WrongKey, ArchiveDamaged.
    """

    def __init__(self, file: BinaryIO, path: Path, key: bytes, key_path: Path) -> None:
        self._file, self._key = file, key
        self._end = os.fstat(file.fileno()).st_size
        self._header = self._read_header(path)
        try:
            header = json.loads(self._header)
            product, version = header["product"], header["format"]
            archive, key_check = str(header["archive"]), str(header["key_check"])
            self.commune_code = str(header["commune"])
        except (ValueError, TypeError, KeyError) as error:
            raise NotAnArchive(path) from error
        if product != _PRODUCT:
            raise NotAnArchive(path)
        if version != FORMAT:
            raise FormatUnknown(version, FORMAT)
        if not hmac.compare_digest(_key_check(key, archive), key_check):
            raise WrongKey(key_path)
        self._members = self._read_places()
        if MANIFEST not in self._members:
            raise ArchiveDamaged("tệp bị cắt cụt, không có bản kê ở cuối")

    @property
    def names(self) -> frozenset[str]:
        """The names of all members, the manifest's included."""
        return frozenset(self._members)

    def read_manifest(self) -> dict[str, Any]:
        """Return the manifest; it is authentic, which does not make it sensible."""
        parts = self.read(MANIFEST, size=LARGEST_MANIFEST, compressed=False, exactly=False)
        try:
            manifest = json.loads(b"".join(parts))
        except ValueError as error:
            raise ArchiveDamaged("không đọc được bản kê") from error
        if not isinstance(manifest, dict):
            raise ArchiveDamaged("không đọc được bản kê")
        return manifest

    def read(
        self, name: str, *, size: int, compressed: bool = True, exactly: bool = True
    ) -> Iterator[bytes]:
        """Give a member's plain bytes piece by piece, never more than `size` of them."""
        got = 0
        pieces = self._unsealed(name)
        for piece in self._inflated(name, pieces) if compressed else pieces:
            got += len(piece)
            if got > size:
                raise ArchiveDamaged(f"phần {name} lớn hơn kích thước trong bản kê")
            yield piece
        if exactly and got != size:
            raise ArchiveDamaged(f"phần {name} nhỏ hơn kích thước trong bản kê")

    def _unsealed(self, name: str) -> Iterator[bytes]:
        place = self._members.get(name)
        if place is None or place.size < _SALT + _TAG:
            raise ArchiveDamaged(f"thiếu phần {name}")
        at, end = place.start, place.start + place.size
        cipher = _cipher(self._key, self._header, name, self._read(at, _SALT))
        at, number = at + _SALT, 0
        while at < end:
            sealed = self._read(at, min(_CHUNK + _TAG, end - at))
            at += len(sealed)
            try:
                yield cipher.decrypt(_nonce(number, last=at == end), sealed, None)
            except (InvalidTag, ValueError) as error:
                raise ArchiveDamaged(f"phần {name} không mở được bằng khóa") from error
            number += 1

    def _inflated(self, name: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
        inflate = zlib.decompressobj()
        try:
            for piece in pieces:
                # A few bytes may stand for gigabytes: so much at a time and no more.
                while piece:
                    if plain := inflate.decompress(piece, _CHUNK):
                        yield plain
                    piece = inflate.unconsumed_tail
            while plain := inflate.decompress(b"", _CHUNK):
                yield plain
        except zlib.error as error:
            raise ArchiveDamaged(f"phần {name} không giải nén được") from error
        if not inflate.eof or inflate.unused_data:
            raise ArchiveDamaged(f"phần {name} không giải nén được trọn vẹn")

    def _read_header(self, path: Path) -> bytes:
        entry = self._entry_at(0)
        if entry is None or entry.name != _HEADER or not 0 < entry.size <= _LARGEST_HEADER:
            raise NotAnArchive(path)
        try:
            return self._read(_BLOCK, entry.size)
        except ArchiveDamaged as error:
            raise NotAnArchive(path) from error

    def _entry_at(self, position: int) -> tarfile.TarInfo | None:
        # Parsed block by block: the library would read extended headers of any length.
        self._file.seek(position)
        block = self._file.read(_BLOCK)
        try:
            entry = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        except tarfile.HeaderError:
            return None
        return entry if entry.type == tarfile.REGTYPE and entry.size >= 0 else None

    def _read_places(self) -> dict[str, _Place]:
        places: dict[str, _Place] = {}
        position = _BLOCK + len(self._header) + -len(self._header) % _BLOCK
        while MANIFEST not in places:
            entry = self._entry_at(position)
            if entry is None:
                raise ArchiveDamaged("tệp bị cắt cụt hoặc có phần không đọc được")
            if not _NAMES.fullmatch(entry.name) or entry.name in places:
                raise ArchiveDamaged("có phần mang tên lạ")
            places[entry.name] = _Place(position + _BLOCK, entry.size)
            position += _BLOCK + entry.size + -entry.size % _BLOCK
            if position > self._end:
                raise ArchiveDamaged("tệp bị cắt cụt")
        return places

    def _read(self, position: int, size: int) -> bytes:
        self._file.seek(position)
        data = self._file.read(size)
        if len(data) != size:
            raise ArchiveDamaged("tệp bị cắt cụt")
        return data
