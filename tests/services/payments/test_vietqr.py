"""VietQR codes: the known vector, and that every code says what was put into it."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments.references import new_reference
from services.payments.vietqr import crc16, plain_purpose, vietqr_svg, vietqr_text

VECTOR = (
    "00020101021238560010A0000007270126000697041501121133666688880208QRIBFTTA"
    "53037045405790005802VN62220818H26.12-261121-000163047864"
)


def parts(text: str) -> dict[str, str]:
    """Fields of one level by their tags."""
    found, at = {}, 0
    while at < len(text):
        length = int(text[at + 2 : at + 4])
        found[text[at : at + 2]] = text[at + 4 : at + 4 + length]
        assert len(text) >= at + 4 + length
        at += 4 + length
    return found


def read(text: str) -> dict[str, Any]:
    """What a bank's app reads; the checksum must fit."""
    assert text[-4:] == f"{crc16(text[:-4].encode()):04X}"
    outer = parts(text)
    account = parts(outer["38"])
    assert account["00"] == "A000000727" and account["02"] == "QRIBFTTA"
    bank = parts(account["01"])
    return {
        "bank_bin": bank["00"],
        "account_number": bank["01"],
        "amount": int(outer["54"]),
        "purpose": parts(outer["62"])["08"],
    }


def decoded(svg: str) -> str:
    """What a camera reads of the drawing, put on paper dot by dot."""
    import zxingcpp
    from PIL import Image

    size = int(re.search(r'viewBox="0 0 (\d+) ', svg)[1])  # type: ignore[index]
    picture = Image.new("L", (size + 8, size + 8), 255)
    x, y = 0.0, 0.0
    path = re.search(r'd="M(\S+) (\S+?)h(.*?)"', svg)
    assert path is not None
    x, y = float(path[1]), float(path[2])
    for stroke in re.finditer(r"(?:m(-?\d+) (-?\d+))?h(\d+)", "h" + path[3]):
        if stroke[1] is not None:
            x, y = x + int(stroke[1]), y + int(stroke[2])
        for _ in range(int(stroke[3])):
            picture.putpixel((int(x) + 4, int(y) + 4), 0)
            x += 1
    big = picture.resize((picture.width * 6, picture.height * 6), Image.Resampling.NEAREST)
    saved = io.BytesIO()
    big.save(saved, "PNG")
    (found,) = zxingcpp.read_barcodes(Image.open(saved))
    return str(found.text)


def test_the_known_vector_comes_out() -> None:
    text = vietqr_text(
        bank_bin="970415",
        account_number="113366668888",
        amount=79_000,
        purpose="H26.12-261121-0001",
    )
    assert text == VECTOR


def test_a_camera_reads_what_was_drawn() -> None:
    reference = new_reference()
    text = vietqr_text(
        bank_bin="970415", account_number="113366668888", amount=16_000, purpose=reference
    )
    assert decoded(str(vietqr_svg(text))) == text
    assert read(text)["purpose"] == reference


@given(
    bank_bin=st.from_regex(r"[0-9]{6}", fullmatch=True),
    account_number=st.from_regex(r"[0-9A-Z]{1,19}", fullmatch=True),
    amount=st.integers(1, 10**12),
    purpose=st.text(min_size=1, max_size=60),
)
def test_every_code_reads_back(**given_values: Any) -> None:
    told = read(vietqr_text(**given_values))
    assert told == {**given_values, "purpose": plain_purpose(given_values["purpose"])}
    assert len(told["purpose"]) <= 25 and told["purpose"].isascii()


@given(st.binary(max_size=60), st.integers(0, 59), st.integers(1, 255))
def test_a_changed_byte_changes_the_checksum(data: bytes, at: int, change: int) -> None:
    if at < len(data):
        other = data[:at] + bytes([data[at] ^ change]) + data[at + 1 :]
        assert crc16(other) != crc16(data)


@pytest.mark.parametrize(
    "wrong",
    [
        {"bank_bin": "97041"},
        {"bank_bin": "97041\u0664"},
        {"account_number": ""},
        {"account_number": "1" * 20},
        {"amount": 0},
        {"amount": 16_000.0},
        {"amount": True},
    ],
)
def test_what_no_bank_takes_is_refused(wrong: dict[str, Any]) -> None:
    fitting = {"bank_bin": "970415", "account_number": "1", "amount": 1, "purpose": "x"}
    with pytest.raises(ValueError):
        vietqr_text(**{**fitting, **wrong})
