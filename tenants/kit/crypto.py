"""Sealing what must not lie in clear, and indexing it without revealing it.

Keys come from the settings: `ENCRYPTION_KEYS` is "id:base64 of 32 bytes,older id:…" (the
first seals, all unseal), `INDEX_KEY` is base64 of at least 32 bytes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_FORMAT = 1
_NONCE_BYTES = 12
_KEY_BYTES = 32
_INDEX_BYTES = 24


class SealBroken(Exception):
    """The sealed value was changed, belongs to another row, or its key is gone."""


def seal(value: bytes, *, context: str) -> bytes:
    """Encrypt a value so that it opens only in the same context (say, the same row)."""
    key = next(iter(_encryption_keys().values()))
    header = newest_header()
    nonce = os.urandom(_NONCE_BYTES)
    return header + nonce + AESGCM(key).encrypt(nonce, value, header + context.encode())


def unseal(sealed: bytes, *, context: str) -> bytes:
    """Return what `seal` was given, or raise SealBroken."""
    if len(sealed) < 2 or sealed[0] != _FORMAT:
        raise SealBroken("The value is not in the sealed format.")
    end = 2 + sealed[1]
    header, nonce, rest = sealed[:end], sealed[end : end + _NONCE_BYTES], sealed[end:]
    key = _encryption_keys().get(header[2:].decode(errors="replace"))
    if key is None:
        raise SealBroken("The key that sealed the value is not among ENCRYPTION_KEYS.")
    try:
        return AESGCM(key).decrypt(nonce, rest[_NONCE_BYTES:], header + context.encode())
    except (InvalidTag, ValueError) as error:
        raise SealBroken("The value was changed or belongs to another context.") from error


def newest_header() -> bytes:
    """Return the bytes that every value sealed with the newest key begins with."""
    name = next(iter(_encryption_keys())).encode()
    return bytes([_FORMAT, len(name)]) + name


def blind_index(value: str, *, purpose: str) -> str:
    """Return 32 characters by which equal values are found and nothing else is learnt.

    The purpose keeps indexes of different columns from being compared.
    """
    message = purpose.encode() + b"\0" + value.encode()
    digest = hmac.digest(_index_key(), message, hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:_INDEX_BYTES]).decode()


def _encryption_keys() -> dict[str, bytes]:
    keys: dict[str, bytes] = {}
    for entry in filter(None, str(settings.ENCRYPTION_KEYS).split(",")):
        key_id, _, encoded = entry.strip().partition(":")
        key = _decode(encoded, "ENCRYPTION_KEYS")
        if not 0 < len(key_id.encode()) < 256 or len(key) != _KEY_BYTES:
            raise ImproperlyConfigured("ENCRYPTION_KEYS: use “id:base64 of 32 bytes,older…”.")
        keys[key_id] = key
    if not keys:
        raise ImproperlyConfigured("ENCRYPTION_KEYS is empty: give “id:base64 of 32 bytes”.")
    return keys


def _index_key() -> bytes:
    key = _decode(str(settings.INDEX_KEY), "INDEX_KEY")
    if len(key) < _KEY_BYTES:
        raise ImproperlyConfigured("INDEX_KEY: give base64 of at least 32 bytes.")
    return key


def _decode(encoded: str, name: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise ImproperlyConfigured(f"{name} is not base64.") from error
