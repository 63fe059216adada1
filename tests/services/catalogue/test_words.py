"""Numbers, money and dates in words, as official papers write them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalogue.words import (
    MAX_NUMBER,
    date_in_words,
    long_date,
    money_in_words,
    number_in_words,
    partial_date_in_words,
)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "không"),
        (10, "mười"),
        (15, "mười lăm"),
        (21, "hai mươi mốt"),
        (24, "hai mươi bốn"),
        (101, "một trăm linh một"),
        (110, "một trăm mười"),
        (1005, "một nghìn không trăm linh năm"),
        (2026, "hai nghìn không trăm hai mươi sáu"),
        (11055, "mười một nghìn không trăm năm mươi lăm"),
        (1000005, "một triệu không trăm linh năm"),
        (540000, "năm trăm bốn mươi nghìn"),
        (1_200_005_000, "một tỷ hai trăm triệu không trăm linh năm nghìn"),
    ],
)
def test_a_number_in_words(number, words):
    assert number_in_words(number) == words


def test_dates_and_money_in_words():
    assert (
        date_in_words(dt.date(2026, 3, 10))
        == "Ngày mười tháng ba năm hai nghìn không trăm hai mươi sáu"
    )
    assert partial_date_in_words("1985-04") == "Tháng tư năm một nghìn chín trăm tám mươi lăm"
    assert partial_date_in_words("1985") == "Năm một nghìn chín trăm tám mươi lăm"
    assert money_in_words(8000) == "tám nghìn đồng"
    assert long_date(dt.date(2026, 11, 2)) == "ngày 02 tháng 11 năm 2026"
    assert long_date(dt.date(2026, 2, 2)) == "ngày 02 tháng 02 năm 2026"


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_different_numbers_have_different_words(a, b):
    assert (number_in_words(a) == number_in_words(b)) == (a == b)


@given(st.integers(-(MAX_NUMBER - 1), MAX_NUMBER - 1))
def test_words_are_single_spaced(number):
    words = number_in_words(number)
    assert words == " ".join(words.split())
