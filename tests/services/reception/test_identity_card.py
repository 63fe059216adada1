"""The text of a card's code, whatever readers and keyboards do to it on the way."""

from __future__ import annotations

import datetime

import pytest

from services.reception.identity_card import CardUnreadable, Marks, parse_card

CHIP = "001188012345|012345678|Nguyễn Thị Hoài|05121988|Nữ|Số 12, Kim Mã, Ba Đình, Hà Nội|01072021"


def test_the_chip_card_of_2021() -> None:
    card = parse_card(CHIP)
    assert (card.number, card.older_number) == ("001188012345", "012345678")
    assert (card.name, card.sex, card.marks) == ("Nguyễn Thị Hoài", "Nữ", Marks.KEPT)
    assert card.born_on == datetime.date(1988, 12, 5)
    assert card.issued_on == datetime.date(2021, 7, 1)
    assert card.home == "Số 12, Kim Mã, Ba Đình, Hà Nội"


def test_the_card_of_2024_has_more_fields_and_some_are_empty() -> None:
    card = parse_card("001088012345||TRẦN VĂN ĐỨC|05121988|Nam|Hà Nội|01072024||Trần A|Lê B||")
    assert (card.name, card.older_number, card.home) == ("Trần Văn Đức", "", "Hà Nội")
    assert parse_card("001088012345||Trần Văn Đức|05121988|Nam|||||||").issued_on is None


@pytest.mark.parametrize(
    "sent",
    [
        f"{CHIP}\r\n",
        f"\t {CHIP}",
        CHIP.replace("|", "\\"),
        CHIP.encode().decode("latin-1"),
    ],
    ids=["enter", "tab", "another layout", "bytes as letters"],
)
def test_what_can_be_mended_surely_is(sent: str) -> None:
    assert parse_card(sent) == parse_card(CHIP)


@pytest.mark.parametrize(
    ("sent", "marks"),
    [
        ("001188012345||NGUYEN THI HOAI|05121988|Nu|So 12, Kim Ma|01072021", Marks.LOST),
        ("001188012345||Nguyeenx Thij Hoaif|05121988|Nuwx|Soos 12|01072021", Marks.MANGLED),
        ("001188012345||Nguye6n4 Thi5|05121988|Nu74|So61 12|01072021", Marks.MANGLED),
        ("001088012345||Nguyeenx Vawn Ddoong|05121988|Nam|Haf Nooij|01072021", Marks.MANGLED),
        ("001188012345||Nguyá»…n Thá»|05121988|Ná»¯|Ä�Ã|01072021", Marks.MANGLED),
    ],
)
def test_letters_without_their_marks_are_noticed_and_the_numbers_still_serve(
    sent: str, marks: Marks
) -> None:
    card = parse_card(sent)
    assert card.marks is marks and not card.is_sure
    assert card.born_on == datetime.date(1988, 12, 5)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ("", "Chưa có mã nào"),
        (" \r\n", "Chưa có mã nào"),
        ("https://qr.vn/abc", "dẫn tới một trang mạng"),
        ("00020101021238570010A00000072701", "không phải mã trên thẻ"),
        ("001188012345|012345678|Nguyễn Th", "không phải mã trên thẻ"),
        ("12|34|Nguyễn Thị Hoài|05121988|Nữ|Hà Nội|01072021", "số định danh đúng"),
        ("|" * 30, "không phải mã trên thẻ"),
        ("٠٠١١٨٨٠١٢٣٤٥||Hoài|05121988|Nữ|Hà Nội|01072021", "số định danh đúng"),
    ],
)
def test_another_code_is_refused_with_what_to_do(sent: str, said: str) -> None:
    with pytest.raises(CardUnreadable, match=said):
        parse_card(sent)


def test_a_day_that_is_none_is_left_out() -> None:
    assert parse_card(CHIP.replace("05121988", "99999999")).born_on is None
