"""Entries of the index: unanchored pairs of characters as keyed numbers of 16 bits.

What they give away stands in docs/decisions/0024-reading-scans.md.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from uuid import UUID

from dangan.materials.reading.folding import fold
from dangan.materials.reading.models import Entry
from dangan.materials.reading.rules.grams import cut, pairs, pairs_of_words
from dangan.materials.reading.sealing import entry_place
from dangan.vault import queries as vault
from dangan.vault.rules import SubjectKey, seal
from dangan.vault.secrets import root_secret

GRAM = "reading.gram"
"""Names the secret that pairs are numbered under."""

_DECOY = "reading.decoy"
DECOYS = 3


def tokens(wanted: Iterable[str]) -> list[int]:
    """The numbers of pairs, sorted, each once."""
    token = root_secret().token  # taken once: a page has five hundred pairs
    return sorted({cut(token(GRAM, pair)) for pair in wanted})


def tokens_of_words(words: Iterable[str]) -> list[int]:
    """What an entry must hold so that it may hold all the folded words."""
    return tokens(pairs_of_words(words))


def page_entry(key: SubjectKey, page: UUID, material: UUID, version: int, text: str) -> Entry:
    """The entry of a page's text; not saved."""
    folded = fold(text)
    entry = Entry(id=page, title=False, material=material, version=version)
    return _sealed(entry, key, folded, pairs(folded))


def title_entry(key: SubjectKey, material: UUID, version: int, title: str) -> Entry:
    """The entry of a material's title, with the pairs of some other usual titles mixed in: a
    handful of titles serve everybody, and their pairs alone would tell 处分决定 by its rarity.

    Which others is fixed per material, so that writing the entry anew says nothing more.
    """
    folded = fold(title)
    mixed = pairs(folded).union(*(pairs(fold(other)) for other in _decoys(material)))
    entry = Entry(id=material, title=True, material=material, version=version)
    return _sealed(entry, key, folded, mixed)


def _sealed(entry: Entry, key: SubjectKey, folded: str, wanted: Iterable[str]) -> Entry:
    place = entry_place(key.subject, entry.id, entry.version)
    entry.subject = key.subject
    entry.sealed = seal(key, place, folded.encode())
    entry.grams = tokens(wanted)
    return entry


def _decoys(material: UUID) -> list[str]:
    usual = usual_titles()
    number = vault.token_of(_DECOY, str(material)) & (1 << 63) - 1
    chosen = []
    for _ in range(DECOYS):
        number, index = divmod(number, len(usual))
        chosen.append(usual[index])
    return chosen


@lru_cache(maxsize=1)
def usual_titles() -> tuple[str, ...]:
    """Titles that every archive holds (``data/titles.toml``)."""
    source = files("dangan.materials.reading") / "data" / "titles.toml"
    return tuple(tomllib.loads(source.read_text("utf-8"))["titles"])
