import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.kit.text import fold, sort_key


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Phường  Ba Đình ", "phuong ba dinh"),
        ("ĐẮK LẮK", "dak lak"),
        ("Hoà Bình", "hoa binh"),
        (unicodedata.normalize("NFD", "Nguyễn Ường"), "nguyen uong"),
        ("", ""),
    ],
)
def test_folded_text_has_no_accents(text: str, folded: str):
    assert fold(text) == folded


@given(st.text())
def test_folding_again_changes_nothing(text: str):
    assert fold(fold(text)) == fold(text)


def test_names_come_in_dictionary_order():
    names = ["An", "An Bình", "Anh", "Ánh Dương", "Ăn", "Ân", "Ấn", "Dũng", "Đông Á", "Em"]
    names += ["Ê", "Ô", "Ơ", "U", "Ư", "Xuân", "Yên"]
    assert sorted(reversed(names), key=sort_key) == names


def test_tones_decide_after_the_letters():
    words = ["ma", "mà", "mả", "mã", "má", "mạ", "man"]
    assert sorted(reversed(words), key=sort_key) == words


def test_the_place_of_the_tone_mark_does_not_matter():
    assert sort_key("Hoà") == sort_key("Hòa")


@given(st.text())
def test_a_sort_key_can_always_be_stored(text: str):
    key = sort_key(text.replace("\0", ""))
    assert "\0" not in key
    assert key == sort_key(unicodedata.normalize("NFD", text.replace("\0", "")))
