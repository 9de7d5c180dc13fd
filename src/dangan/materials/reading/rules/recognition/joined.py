"""All lines of a page as one text that knows which line each character came from."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from dangan.materials.reading.rules.lines import Line


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the text: what it says, the lines it covers, the least sure of them."""

    text: str
    lines: tuple[int, ...]
    score: int


class Joined:
    """The text without blanks, half width, in reading order."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._starts: list[int] = []
        parts: list[str] = []
        length = 0
        for line in lines:
            part = "".join(unicodedata.normalize("NFKC", line.text).split())
            self._starts.append(length)
            parts.append(part)
            length += len(part)
        self.text = "".join(parts)

    def find(self, pattern: re.Pattern[str], group: int | str = 1, *, last: bool = False) -> Span:
        """The group of the first match, or the last; an empty span when there is none."""
        matches = list(pattern.finditer(self.text)) if last else [pattern.search(self.text)]
        found = matches[-1] if matches else None
        if found is None or not found.group(group):
            return NOTHING
        return self.span(found.start(group), found.end(group))

    def find_in_line(self, pattern: re.Pattern[str]) -> Span:
        """As :meth:`find`, but not beyond the end of the line: numbers do not go on in the next."""
        found = pattern.search(self.text)
        if found is None:
            return NOTHING
        line = bisect_right(self._starts, found.start(1))
        end = self._starts[line] if line < len(self._starts) else len(self.text)
        return self.span(found.start(1), min(end, found.end(1)))

    def span(self, start: int, end: int) -> Span:
        """The stretch between two places, without stops and colons at its ends."""
        while start < end and self.text[start] in _EDGES:
            start += 1
        while end > start and self.text[end - 1] in _EDGES:
            end -= 1
        if start >= end:
            return NOTHING
        first = bisect_right(self._starts, start) - 1
        last = bisect_right(self._starts, end - 1) - 1
        lines = tuple(range(first, last + 1))
        return Span(self.text[start:end], lines, min(self._lines[line].score for line in lines))

    def between(self, labels: Sequence[str]) -> dict[str, Span]:
        """What stands after each label up to the next one, by label; each label's first place."""
        places = sorted((place, label) for label in labels if (place := self.text.find(label)) >= 0)
        places = [
            (place, label)
            for place, label in places
            if not any(
                other != label and at <= place and place + len(label) <= at + len(other)
                for at, other in places
            )
        ]
        ends = [place for place, _label in places[1:]] + [len(self.text)]
        return {
            label: self.span(place + len(label), end)
            for (place, label), end in zip(places, ends, strict=True)
        }


NOTHING = Span("", (), 0)
_EDGES = ",.;:，。；：、_-— "
