"""Codes are read however they are typed; one wrong sign is always found; labels fill sheets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dangan.materials.storeroom.rules.labelling import (
    ALPHABET,
    BITS,
    SHEETS,
    code_from,
    read,
    spots,
    written,
)

numbers = st.integers(0, 2**BITS - 1)


@given(numbers)
def test_a_code_is_read_however_it_is_typed(number: int) -> None:
    code = code_from(number)
    assert len(code) == 11
    assert read(code) == read(written(code).lower()) == read(f" {written(code)} ") == code
    assert read(code.replace("0", "O").replace("1", "l")) == code


@given(numbers, st.integers(0, 10), st.integers(1, 31))
def test_one_wrong_sign_is_always_found(number: int, place: int, step: int) -> None:
    code = code_from(number)
    other = ALPHABET[(ALPHABET.index(code[place]) + step) % 32]
    assert read(code[:place] + other + code[place + 1 :]) is None


@pytest.mark.parametrize(
    "text", ["", "U" * 11, "7K3MQ", "https://example.com/", "沈知微", "0" * 500]
)
def test_what_is_no_code_is_none(text: str) -> None:
    assert read(text) is None


@given(st.sampled_from(sorted(SHEETS)), st.integers(1, 80), st.data())
def test_labels_stay_on_the_paper_and_never_on_another(
    key: str, count: int, data: st.DataObject
) -> None:
    sheet = SHEETS[key]
    first = data.draw(st.integers(1, sheet.each))
    found = spots(sheet, count, first)
    assert len(set(found)) == count
    for spot in found:
        assert 0 <= spot.x <= 210 - sheet.width + 0.01
        assert 0 <= spot.y <= 297 - sheet.height + 0.01
    assert found[0].page == 0
    assert found[-1].page == (first - 1 + count - 1) // sheet.each


def test_a_place_that_the_sheet_has_not_is_refused() -> None:
    with pytest.raises(ValueError, match="25"):
        spots(SHEETS["70x37"], 1, 25)
