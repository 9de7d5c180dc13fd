"""Reading, showing and masking one value of a field. Pure; shapes are in :mod:`..rules`.

``parse`` takes what a person typed or a spreadsheet held and gives the stored JSON value, ``None``
for nothing, or raises :class:`~dangan.dictionary.rules.BadValue` with a sentence that says what is
wrong and what to do. It raises nothing else. ``display`` turns a stored value into words, and
``parse(display(x)) == x``. ``mask`` shows what a reader without leave may see.
"""

from dangan.dictionary.values.context import ParseContext
from dangan.dictionary.values.dates import parse_date_text
from dangan.dictionary.values.identity import IdFacts, id_facts
from dangan.dictionary.values.parsing import parse
from dangan.dictionary.values.showing import display, mask
from dangan.dictionary.values.words import normal

__all__ = [
    "IdFacts",
    "ParseContext",
    "display",
    "id_facts",
    "mask",
    "normal",
    "parse",
    "parse_date_text",
]
