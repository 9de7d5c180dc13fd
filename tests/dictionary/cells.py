"""What the stories below share: the built-in dictionary, a day, and short ways to read a cell."""

from __future__ import annotations

from datetime import date

import pytest

from dangan.dictionary.loading import builtin
from dangan.dictionary.rules import BadValue, Json
from dangan.dictionary.values import ParseContext, parse

TODAY = date(2026, 11, 21)
DICTIONARY = builtin()


def read(path: str, raw: object, context: ParseContext | None = None) -> Json | None:
    """The stored value of a cell of the field at ``path``."""
    context = context or ParseContext(today=TODAY)
    return parse(DICTIONARY.field(path), raw, dictionary=DICTIONARY, context=context)


def refusal(path: str, raw: object, context: ParseContext | None = None) -> str:
    """The sentence with which a cell is refused."""
    with pytest.raises(BadValue) as caught:
        read(path, raw, context)
    return str(caught.value.message)
