"""References: found in whatever a bank makes of a purpose, and never mistaken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments.references import is_reference, new_reference, references_in

SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@pytest.mark.parametrize(
    "text", ["{}", "IBFT {} GD 123", "nop phi {}-CHUYEN TIEN", "MBVCB.12.{}.CT tu 0123", "XS{}XS1"]
)
def test_it_is_found_in_a_purpose(text: str) -> None:
    reference = new_reference()
    assert reference in references_in(text.format(reference.lower()))
    cut = f"{reference[:5]} {reference[5:]}"
    assert reference in references_in(text.format(cut))


def test_two_in_one_purpose_are_both_found() -> None:
    one, other = new_reference(), new_reference()
    assert references_in(f"{one} va {other}, {one}") == [one, other]


@given(st.integers(2, 9), st.sampled_from(SIGNS))
def test_one_mistyped_sign_is_nobodys_reference(at: int, sign: str) -> None:
    reference = new_reference()
    if reference[at] != sign:
        assert not is_reference(reference[:at] + sign + reference[at + 1 :])


def test_they_are_all_different() -> None:
    assert len({new_reference() for _ in range(2_000)}) == 2_000
