"""VietQR: a transfer as a QR code that every bank's app reads (EMVCo, NAPAS 247).

The fields follow EMVCo's merchant-presented mode: each is two digits of tag, two of length, and
its value; a checksum over everything closes the text.
"""

from __future__ import annotations

from django.utils.safestring import SafeString

from documents.rendering.qr import qr_svg
from tenants.kit.text import unaccented

_NAPAS = "A000000727"
_TO_ACCOUNT = "QRIBFTTA"
_DONG = "704"
# Longer purposes are cut by some banks' apps.
MAX_PURPOSE = 25


def vietqr_text(*, bank_bin: str, account_number: str, amount: int, purpose: str) -> str:
    """The text of a code for a transfer of ``amount`` đồng to an account.

    The purpose is written without accents and cut to what every bank carries. Raises ValueError
    for an account or an amount that no bank would take.
    """
    if not (len(bank_bin) == 6 and bank_bin.isdecimal() and bank_bin.isascii()):
        raise ValueError("A bank's BIN has six digits.")
    if not (1 <= len(account_number) <= 19 and account_number.isalnum()):
        raise ValueError("An account number has up to 19 letters and digits.")
    if isinstance(amount, bool) or not isinstance(amount, int) or not 0 < amount < 10**13:
        raise ValueError("An amount is whole đồng, above 0.")
    beneficiary = _field("00", bank_bin) + _field("01", account_number)
    account = _field("00", _NAPAS) + _field("01", beneficiary) + _field("02", _TO_ACCOUNT)
    text = (
        _field("00", "01")
        + _field("01", "12")  # an amount of its own: for one payment
        + _field("38", account)
        + _field("53", _DONG)
        + _field("54", str(amount))
        + _field("58", "VN")
        + _field("62", _field("08", plain_purpose(purpose)))
        + "6304"
    )
    return f"{text}{crc16(text.encode('ascii')):04X}"


def vietqr_svg(text: str) -> SafeString:
    """The code as an inline drawing; its size comes from the style sheet."""
    return qr_svg(text)


def plain_purpose(purpose: str) -> str:
    """A purpose as banks carry it: ASCII, single spaces, at most 25 signs."""
    plain = unaccented(purpose).encode("ascii", "ignore").decode()
    printable = "".join(sign if " " <= sign <= "~" else " " for sign in plain)
    return " ".join(printable.split())[:MAX_PURPOSE].rstrip()


def crc16(data: bytes) -> int:
    """CRC-16/CCITT-FALSE: polynomial 0x1021, beginning with 0xFFFF."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1
        crc &= 0xFFFF
    return crc


def _field(tag: str, value: str) -> str:
    if len(value) > 99:
        raise ValueError(f"Field {tag} is too long.")
    return f"{tag}{len(value):02d}{value}"
