import base64

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from tenants.kit.crypto import SealBroken, blind_index, seal, unseal


def _key(letter: bytes) -> str:
    return base64.b64encode(letter * 32).decode()


def test_what_was_sealed_opens_in_its_context():
    sealed = seal("Nguyễn Thị An".encode(), context="cases.Case.answers:1")
    assert unseal(sealed, context="cases.Case.answers:1").decode() == "Nguyễn Thị An"


def test_nothing_of_the_value_is_seen_and_no_two_seals_are_equal():
    first, second = (seal(b"001090012345", context="a") for _ in range(2))
    assert b"001090012345" not in first
    assert first != second


def test_a_value_moved_to_another_row_does_not_open():
    sealed = seal(b"secret", context="cases.Case.answers:1")
    with pytest.raises(SealBroken):
        unseal(sealed, context="cases.Case.answers:2")


@pytest.mark.parametrize("position", [0, 1, 2, 8, -1])
def test_a_changed_byte_is_noticed(position: int):
    sealed = bytearray(seal(b"secret", context="a"))
    sealed[position] ^= 1
    with pytest.raises(SealBroken):
        unseal(bytes(sealed), context="a")


@pytest.mark.parametrize("rubbish", [b"", b"\x01", b"\x01\x04test", b"{}"])
def test_what_was_never_sealed_is_refused(rubbish: bytes):
    with pytest.raises(SealBroken):
        unseal(rubbish, context="a")


def test_an_older_key_still_opens_and_the_newest_seals(settings: Settings):
    settings.ENCRYPTION_KEYS = f"2025:{_key(b'o')}"
    old = seal(b"secret", context="a")
    settings.ENCRYPTION_KEYS = f"2026:{_key(b'n')},2025:{_key(b'o')}"
    assert unseal(old, context="a") == b"secret"
    new = seal(b"secret", context="a")
    settings.ENCRYPTION_KEYS = f"2025:{_key(b'o')}"
    with pytest.raises(SealBroken, match="key"):
        unseal(new, context="a")


@pytest.mark.parametrize(
    "keys", ["", "1:short", f"1:{base64.b64encode(b'16 bytes of key.').decode()}"]
)
def test_bad_keys_name_the_setting(settings: Settings, keys: str):
    settings.ENCRYPTION_KEYS = keys
    with pytest.raises(ImproperlyConfigured, match="ENCRYPTION_KEYS"):
        seal(b"", context="a")


def test_a_blind_index_is_equal_for_equal_values_of_one_purpose_only(settings: Settings):
    index = blind_index("001090012345", purpose="applicant")
    assert len(index) == 32
    assert index == blind_index("001090012345", purpose="applicant")
    assert index != blind_index("001090012345", purpose="account")
    assert index != blind_index("001090012346", purpose="applicant")
    settings.INDEX_KEY = _key(b"x")
    assert index != blind_index("001090012345", purpose="applicant")
