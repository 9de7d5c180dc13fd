"""Folding, pairs, ranking and snippets, on texts alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dangan.materials.reading.folding import fold, fold_with_places
from dangan.materials.reading.queries.searching import snippet
from dangan.materials.reading.rules import finding
from dangan.materials.reading.rules.grams import cut, pairs, pairs_of_words

CHARACTERS = st.sampled_from("处分决定处理分 　ＡａA1１臺台學学\n，。")
TEXTS = st.text(CHARACTERS, max_size=60)


def test_width_case_blanks_and_traditional_characters_make_no_difference() -> None:
    assert fold("臺灣大學 ＭＩＴ　１９９８") == fold("台湾大学mit1998")


@given(TEXTS, TEXTS)
def test_a_part_folds_to_a_part(before: str, after: str) -> None:
    assert fold(before) + fold(after) == fold(before + after)


@given(TEXTS)
def test_places_lead_back_to_the_text(text: str) -> None:
    folded, places = fold_with_places(text)
    assert folded == fold(text)
    assert all(fold(text[place]) for place in places)
    assert list(places) == sorted(places)


@given(TEXTS, st.lists(TEXTS, min_size=1, max_size=3))
def test_what_holds_the_words_has_their_pairs(text: str, words: list[str]) -> None:
    folded, wanted = fold(text), [fold(word) for word in words]
    if finding.holds(folded, wanted):
        assert pairs_of_words(wanted) <= pairs(folded)


@given(st.integers())
def test_a_cut_number_is_a_smallint(token: int) -> None:
    assert -(2**15) <= cut(token) < 2**15
    assert cut(token) & 0xFFFF == token & 0xFFFF


def test_words_are_split_at_blanks_and_taken_once() -> None:
    assert finding.words_of("处分　决定 处分", fold) == ("处分", "决定")
    assert finding.searchable(["处", "分决"])
    assert not finding.searchable(["处", "分"])


def test_a_title_ranks_above_any_page() -> None:
    words = ["处分"]
    title = finding.rank("关于给予处分的决定", words, title=True)
    assert title > finding.rank("处分" * 60, words, title=False)


def test_a_snippet_marks_the_words_as_they_were_written() -> None:
    text = "一" * 60 + "ＭＩＴ學 位" + "二" * 90
    found = snippet(text, ["mit学位"])
    assert [piece.text for piece in found if piece.marked] == ["ＭＩＴ學 位"]
    assert len("".join(piece.text for piece in found)) < 100


@given(TEXTS, st.lists(TEXTS.map(fold).filter(bool), min_size=1, max_size=3))
def test_pieces_make_the_text_again(text: str, words: list[str]) -> None:
    folded = fold(text)
    cut_up = finding.pieces(folded, finding.spans(folded, words))
    assert "".join(piece for piece, _marked in cut_up) == folded
    assert all(piece for piece, _marked in cut_up)
