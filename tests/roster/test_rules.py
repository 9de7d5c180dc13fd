"""Filters can be kept in saved views; derived years and bands count as people do."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dangan.roster.engine.axes import band_of, years_between
from dangan.roster.engine.columns import Kind, build, concat, kind_of
from dangan.roster.engine.counting import suppressed
from dangan.roster.engine.matching import as_number
from dangan.roster.rules import (
    AGE_BANDS,
    SENIORITY_BANDS,
    AnyOf,
    Between,
    Contains,
    Empty,
    Filter,
    filter_from_plain,
    filter_to_plain,
)

filters = st.one_of(
    st.builds(AnyOf, st.frozensets(st.text(max_size=4)), st.booleans()),
    st.builds(Contains, st.text(max_size=4)),
    st.builds(
        Between,
        st.none() | st.text(max_size=4) | st.integers(),
        st.none() | st.text(max_size=4) | st.integers(),
    ),
    st.builds(Empty, st.booleans()),
)


@given(filters)
def test_a_filter_survives_a_saved_view(kept: Filter) -> None:
    assert filter_from_plain(filter_to_plain(kept)) == kept


@pytest.mark.parametrize(
    "plain", [{}, {"low": 1}, {"any_of": "x", "children": True}, {"low": [], "high": 1}, {"x": 1}]
)
def test_anything_else_is_not_a_filter(plain: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="not a roster filter"):
        filter_from_plain(plain)


@pytest.mark.parametrize(
    ("start", "years"),
    [
        ("1990-11-21", 36),
        ("1990-11-22", 35),
        ("1990", 36),
        ("1990-12", 35),
        ("2026-11-21", 0),
        ("2026-11-22", None),
        ("9999", None),
    ],
)
def test_years_are_full_years(start: str, years: int | None) -> None:
    assert years_between(start, date(2026, 11, 21)) == years


@given(st.integers(0, 120))
def test_every_age_has_exactly_one_band(years: int) -> None:
    for bands in (AGE_BANDS, SENIORITY_BANDS):
        holding = [b for b in bands if b.low <= years and (b.high is None or years < b.high)]
        assert [band.key for band in holding] == [band_of(years, bands)]


def test_numbers_sort_and_range_by_size() -> None:
    for kind in (kind_of("money"), kind_of("integer"), kind_of("decimal")):
        column = build(kind, ["10", "9", None, "100", "-1"])
        assert column.values.to_list() == ["-1", "9", "10", "100"]
        assert column.code_of("10") == 3
    both = concat([build(Kind.NUMBER, ["2.50", "10"]), build(Kind.NUMBER, ["2.5", None])])
    assert both.texts() == ["2.50", "10", "2.5", None]
    assert as_number("x") is None
    assert as_number("") is None
    assert Kind.WHOLE.json("12") == 12
    assert Kind.BOOLEAN.json("false") is False


def test_a_lone_small_group_takes_the_next_smallest_with_it() -> None:
    assert suppressed({("a",): 9, ("b",): 2, ("c",): 5}, 3) == {("b",), ("c",)}
    assert suppressed({("a",): 9, ("b",): 2, ("c",): 1}, 3) == {("b",), ("c",)}
    assert suppressed({("a",): 9, ("b",): 3}, 3) == frozenset()
    assert suppressed({("a",): 2}, 3) == {("a",)}
    assert suppressed({("a",): 1}, 0) == frozenset()
