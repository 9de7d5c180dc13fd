"""What a material's sealed body says."""

from __future__ import annotations

import msgspec


class MaterialBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of a catalogue, as it is sealed.

    ``category`` is a (sub)class of the ten: ``"3"``, ``"4-1"``. A material with several dates
    takes the last; ``month`` and ``day`` may be unknown (0).
    """

    category: str
    title: str
    year: int = 0
    month: int = 0
    day: int = 0
    pages: int = 0
    copies: int = 1
    remark: str = ""
    matter: str = ""
    """五 and 八: the matter 问题 by which papers stand together; 4-1: the set 成套; 9-2: the
    appointment that an assessment belongs to."""
    stage: str = ""
    """4-1: the stage of schooling, a code of GB/T 4658; 六: league | party | democratic."""
    rank: int = 0
    """Place within one matter or set: reply, conclusion, own opinion, report, proof … (see
    ``rules.papers``); 0: as its title says."""
    moved: int = 0
    """Where somebody has put it by hand among its equals; 0: by rule."""
    number: int = 0
    """Its number within the (sub)class as pencilled on the paper; 0: not yet numbered."""
    copy: bool = False
    """复印件: the paper is a copy."""
    source: str = ""
    """Which unit it came from."""
    was: str = ""
    """What is pencilled on the paper where that is not ``category-number``: it has moved to another
    class and is not yet numbered there."""
    removed: str = ""
    """剔除: why it was taken out."""

    @property
    def formed(self) -> str:
        """``2016-06-20``, ``2016-06``, ``2016`` or empty."""
        parts = [f"{self.year:04d}", f"{self.month:02d}", f"{self.day:02d}"]
        known = [self.year, self.month, self.day]
        count = next((index for index, value in enumerate(known) if not value), 3)
        return "-".join(parts[:count])

    @property
    def label(self) -> str:
        """``3-2``, ``4-1-4``: the number on the paper; empty before it is numbered."""
        return f"{self.category}-{self.number}" if self.number else ""

    @property
    def pencilled(self) -> str:
        """What stands on the paper now; empty when nothing does."""
        return self.was or self.label


def encode(body: MaterialBody) -> bytes:
    return msgspec.json.encode(body)


def decode(data: bytes) -> MaterialBody:
    return msgspec.json.decode(data, type=MaterialBody)
