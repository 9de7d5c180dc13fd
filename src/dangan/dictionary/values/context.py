"""What parsing needs to know besides the field and the cell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from dangan.dictionary.rules import Message


@dataclass(frozen=True, slots=True)
class ParseContext:
    """``resolve_unit`` and ``resolve_subject`` turn a name, path or number into the UUID (as text)
    of a unit or person, or raise ``BadValue``; without them only a UUID is taken.

    ``warnings`` collects what was accepted but deserves a look; whoever parses cell by cell
    empties it in between.
    """

    today: date
    resolve_unit: Callable[[str], str] | None = None
    resolve_subject: Callable[[str], str] | None = None
    warnings: list[Message] = field(default_factory=list, compare=False)
