"""The page's state as form and as address: reading back what was written, for any state."""

from __future__ import annotations

from uuid import UUID

from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from dangan.dictionary.queries import builtin
from dangan.roster.forms import ALL_STATES, SIZES, Ask, known_columns, read
from dangan.roster.rules import NAME, AnyOf, Between, Empty, RosterQuery

DICTIONARY = builtin()
CODES = ("identity.sex", "identity.highest_education", "derived.age_band")
DATES = ("post.joined", "identity.birth_date")

code_filters = st.dictionaries(
    st.sampled_from(CODES),
    st.sets(st.sampled_from(["1", "2", "11", "50-54"]), min_size=1).map(
        lambda values: AnyOf(frozenset(values))
    ),
)
date_filters = st.dictionaries(
    st.sampled_from(DATES),
    st.sampled_from(
        [Between("2020", None), Between("2020-01", "2021-12-31"), Empty(), Empty(False)]
    ),
)
queries = st.builds(
    lambda codes, dates, states, unit, subtree, sort, descending, limit, page: RosterQuery(
        filters=codes | dates,
        states=None if states == set(ALL_STATES) else frozenset(states),
        unit=unit,
        subtree=subtree,
        sort=sort,
        descending=descending,
        limit=limit,
        offset=page * limit,
        columns=(NAME,),
    ),
    code_filters,
    date_filters,
    st.sets(st.sampled_from(ALL_STATES), min_size=1),
    st.none() | st.uuids(version=4).map(lambda u: UUID(str(u))),
    st.booleans(),
    st.sampled_from(known_columns(DICTIONARY)),
    st.booleans(),
    st.sampled_from(SIZES),
    st.integers(0, 99),
)


@given(queries)
def test_an_address_says_all_that_may_stand_there(query):
    ask = Ask(query)
    data = QueryDict(ask.address())
    found = read(data, DICTIONARY, posted=False, base=Ask(RosterQuery(columns=(NAME,))))
    if query.sort == NAME and not query.descending:
        assert found.query.sort == NAME
    assert found == ask


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_typed_text_ever_stands_in_an_address(text, other):
    data = QueryDict(mutable=True)
    data["q"], data["text.post.position"], data["sub"] = f"张{text}", f"岗{other}", "1"
    ask = read(data, DICTIONARY, posted=True)
    assert ask.is_private
    assert ask.address() == ""


@given(st.dictionaries(st.text(max_size=30), st.text(max_size=30), max_size=8), st.booleans())
def test_no_address_and_no_form_is_too_strange_to_read(pairs, posted):
    data = QueryDict(mutable=True)
    data.update(pairs)
    assert read(data, DICTIONARY, posted=posted).query.limit in SIZES
