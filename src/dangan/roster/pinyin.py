"""How Chinese sounds: sort keys and searchable pinyin. Toneless, ü written v as it is typed.

Readings come from the character data of `pypinyin`, looked up once per character; its phrase
engine is not used: it costs twenty microseconds a name and knows words, not names. Surnames and
given names with readings of their own stand in ``data/readings.toml``.
"""

from __future__ import annotations

import os
import tomllib
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

SOUND_END: Final = "\x01"
"""Stands between a syllable and its character in sort keys; lower than any letter, so that a
short syllable (xi) comes before the longer ones that begin with it (xian)."""

_UMLAUT = "\u0308"
_LOWEST_CHINESE = 0x3007


def sort_key(text: str) -> str:
    """Order Chinese by sound, then by character, one character after the other.

    Every character sorts by its toneless syllable and then by itself, so that people of one
    surname stay together. The key is different for different texts.
    """
    if text.isascii():
        return text
    return text.translate(_KEYS)


def name_key(name: str) -> str:
    """Like :func:`sort_key`, with the readings that names have."""
    if name.isascii():
        return name
    surname = _surname(name)
    start = "".join(
        f"{syllable}{SOUND_END}{character}" if syllable else character
        for syllable, character in zip(surname, name, strict=False)
    )
    return start + name[len(surname) :].translate(_GIVEN_KEYS)


def pinyin_of_name(name: str) -> str:
    """Return the syllables of a name, separated by spaces: 尉迟敬德 → ``yu chi jing de``.

    Latin letters stay words, in lower case.
    """
    if name.isascii():
        return " ".join(name.lower().split())
    surname = _surname(name)
    if surname == ("",):
        return " ".join(name.translate(_GIVEN_SYLLABLES).lower().split())
    rest = name[len(surname) :].translate(_GIVEN_SYLLABLES).lower()
    return " ".join([*surname, *rest.split()])


def initials_of(pinyin: str) -> str:
    """Return the first letters of syllables: ``wang xiao ming`` → ``wxm``."""
    return "".join(word[0] for word in pinyin.split())


class _Table(dict[int, str]):
    """A `str.translate` table that works out a character when it is first met."""

    def __init__(self, *, given: bool, characters: bool) -> None:
        super().__init__()
        self._given = given
        self._characters = characters

    def __missing__(self, code: int) -> str:
        character = chr(code)
        reading = _readings()["given"].get(character) if self._given else None
        reading = reading or _first_reading(code)
        if self._characters:
            found = f"{reading}{SOUND_END}{character}" if reading else character
        else:
            found = f" {reading} " if reading or not character.isalnum() else character
        self[code] = found
        return found


_KEYS = _Table(given=False, characters=True)
_GIVEN_KEYS = _Table(given=True, characters=True)
_GIVEN_SYLLABLES = _Table(given=True, characters=False)


def _surname(name: str) -> tuple[str, ...]:
    """Return the syllables of the surname: one, two for a compound, ("",) where none is known."""
    compound = _compounds().get(name[:2])
    return compound if compound is not None else (_surname_syllable(name[0]),)


@lru_cache(maxsize=8192)
def _surname_syllable(character: str) -> str:
    return _readings()["surname"].get(character) or _first_reading(ord(character))


@cache
def _compounds() -> dict[str, tuple[str, ...]]:
    return {name: tuple(text.split()) for name, text in _readings()["compound"].items()}


@cache
def _readings() -> dict[str, dict[str, str]]:
    text = files("dangan.roster").joinpath("data/readings.toml").read_text("utf-8")
    return tomllib.loads(text)


def _first_reading(code: int) -> str:
    """Return the toneless first reading of a character, or "" if it has none."""
    if code < _LOWEST_CHINESE:
        return ""
    reading = _character_data().get(code, "").partition(",")[0]
    letters = unicodedata.normalize("NFD", reading).replace("u" + _UMLAUT, "v")
    return "".join(letter for letter in letters if "a" <= letter <= "z")


@cache
def _character_data() -> dict[int, str]:
    # Its forty thousand phrases would take half a second and 20 MB, and are not asked.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin.constants import PINYIN_DICT  # noqa: PLC0415 - after the setting above

    data: dict[int, str] = dict(PINYIN_DICT)
    return data
