"""Text as people type it and as Vietnamese orders it."""

from __future__ import annotations

import unicodedata

# "~" sorts after every letter, so "ă" (a~) comes after "az" and before "â" (a~~).
_LETTERS = {
    "ă": "a~",
    "â": "a~~",
    "đ": "d~",
    "ê": "e~",
    "ô": "o~",
    "ơ": "o~~",
    "ư": "u~",
}
_D = str.maketrans("đĐ", "dD")
# Dictionaries order the tones: level (0), grave, hook above, tilde, acute, dot below.
_TONE_ORDER = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}


def fold(text: str) -> str:
    """Return the text for searching: lower case, no accents, đ as d, single spaces."""
    decomposed = unicodedata.normalize("NFD", unicodedata.normalize("NFC", text).lower())
    plain = "".join(mark for mark in decomposed if not unicodedata.combining(mark))
    return " ".join(plain.replace("đ", "d").split())


def unaccented(text: str) -> str:
    """Return the text without accents as it is typed on a phone: Hồ sơ → Ho so, Đủ → Du."""
    decomposed = unicodedata.normalize("NFD", text)
    plain = "".join(mark for mark in decomposed if not unicodedata.combining(mark))
    return plain.translate(_D)


def sort_key(text: str) -> str:
    """Return a string whose plain byte order is the Vietnamese dictionary order.

    Letters decide first (a, ă, â, b …), then the tone of each word. Store it in a column
    with `db_collation="C"`; any other collation would order it anew.
    """
    letters, tones = [], []
    for word in unicodedata.normalize("NFC", text).lower().split():
        letters.append("".join(_letter(sign) for sign in word))
        tones.append(max((_tone(sign) for sign in word), default="0"))
    return f"{'!'.join(letters)} {''.join(tones)}"


def _letter(sign: str) -> str:
    decomposed = unicodedata.normalize("NFD", sign)
    without_tone = "".join(mark for mark in decomposed if mark not in _TONE_ORDER)
    letter = unicodedata.normalize("NFC", without_tone)
    if letter in _LETTERS:
        return _LETTERS[letter]
    plain = "".join(c for c in without_tone if not unicodedata.combining(c))
    # A sign that is no letter or digit separates, as a space does.
    return plain if plain.isalnum() else "!"


def _tone(sign: str) -> str:
    for mark in unicodedata.normalize("NFD", sign):
        if mark in _TONE_ORDER:
            return _TONE_ORDER[mark]
    return "0"
