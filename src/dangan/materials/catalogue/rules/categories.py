"""The ten classes 十大类 and their sub-classes: a table, and reading a class as people write it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, cast, get_args

Ordering = Literal["date", "stage", "matter", "party", "appointment", ""]
"""How papers stand in a class; empty for a class whose sub-classes hold the papers."""

NUMERALS = "一二三四五六七八九十"
_DROPPED = str.maketrans("", "", " \t　、，,.．。·:：;；（）()《》“”\"'")
_DASHES = str.maketrans(dict.fromkeys("－—–―_/．.", "-"))


@dataclass(frozen=True, slots=True)
class Category:
    """A class or sub-class. ``no`` is what is stored: ``3``, ``4-1``, ``10``."""

    no: str
    display_no: str
    name: str
    short: str
    former: str
    ordering: Ordering
    rule: str
    aliases: tuple[str, ...] = ()
    en: str = ""

    @property
    def parent(self) -> str:
        """``4`` of ``4-1``; empty for a class of the ten."""
        return self.no.partition("-")[0] if "-" in self.no else ""

    @property
    def holds(self) -> bool:
        """Whether papers stand in it: not in 四 and 九, whose sub-classes hold them."""
        return self.ordering != ""


@dataclass(frozen=True)
class Categories:
    """All classes in their order."""

    all: tuple[Category, ...]

    @cached_property
    def by_no(self) -> Mapping[str, Category]:
        return {item.no: item for item in self.all}

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Where each class stands among the others."""
        return {item.no: place for place, item in enumerate(self.all)}

    @cached_property
    def main(self) -> tuple[Category, ...]:
        """The ten."""
        return tuple(item for item in self.all if not item.parent)

    @cached_property
    def holding(self) -> tuple[Category, ...]:
        """Those that hold papers, in order."""
        return tuple(item for item in self.all if item.holds)

    def below(self, no: str) -> tuple[Category, ...]:
        """The sub-classes of a class."""
        return tuple(item for item in self.all if item.parent == no)

    def get(self, no: str) -> Category | None:
        return self.by_no.get(no)

    def find(self, text: str) -> Category | None:
        """The class that somebody meant: ``四-1``, ``4—1``, ``第四类1``, ``4.1``, ``学历学位材料``,
        ``鉴定、考核、考察材料``, ``一、履历类材料``, ``01.履历类材料``. None when it is none."""
        plain = unicodedata.normalize("NFKC", text).strip()
        by_number = self._by_number(plain)
        if by_number is not None:
            return by_number
        named = self._names.get(squeezed(plain)) or self._names.get(squeezed(_unnumbered(plain)))
        return self.by_no[named] if named else None

    def _by_number(self, text: str) -> Category | None:
        compact = text.translate(_DASHES).replace(" ", "")
        compact = compact.removeprefix("第").replace("类", "-").strip("-")
        main, dash, sub = compact.partition("-")
        number = _number(main)
        if not number:
            return None
        if not dash:
            return self.by_no.get(number)
        return self.by_no.get(f"{number}-{sub}") if sub.isdigit() else None

    @cached_property
    def _names(self) -> Mapping[str, str]:
        """Every spelling → class. A name that two classes bear belongs to the sub-class."""
        found: dict[str, str] = {}
        for item in self.all:
            for name in (item.name, item.short, item.former, *item.aliases):
                if name and (not found.get(squeezed(name)) or item.parent):
                    found[squeezed(name)] = item.no
        return found


def parse_table(lines: Iterable[str]) -> Categories:
    """The table as it is written: columns ``no display_no name short former order ordering_rule
    aliases en``; lines that begin with ``#`` are words. Raises ValueError for a bad line."""
    rows = [line.rstrip("\n").split("\t") for line in lines if not line.startswith("#")]
    head, *body = rows
    return Categories(tuple(_category(dict(zip(head, row, strict=True))) for row in body))


def _category(row: Mapping[str, str]) -> Category:
    if row["order"] not in get_args(Ordering):
        raise ValueError(f"class {row['no']}: unknown order {row['order']!r}")
    return Category(
        no=row["no"],
        display_no=row["display_no"],
        name=row["name"],
        short=row["short"],
        former=row["former"],
        ordering=cast(Ordering, row["order"]),
        rule=row["ordering_rule"],
        aliases=tuple(part for part in row["aliases"].split("|") if part),
        en=row["en"],
    )


def squeezed(text: str) -> str:
    """Names without their punctuation and without the words that spellings differ in."""
    bare = unicodedata.normalize("NFKC", text).translate(_DROPPED)
    return (
        bare.replace("其它", "其他")
        .replace("和", "")
        .replace("及", "")
        .replace("类", "")
        .removesuffix("材料")
    )


def _number(text: str) -> str:
    """``4`` of ``四``, ``4`` or ``04``; empty for anything else."""
    if len(text) == 1 and text in NUMERALS:
        return str(NUMERALS.index(text) + 1)
    if text.isascii() and text.isdigit() and 1 <= int(text) <= len(NUMERALS):
        return str(int(text))
    return ""


def _unnumbered(text: str) -> str:
    """``履历类材料`` of ``一、履历类材料`` and of ``01.履历类材料``."""
    rest = text.lstrip("第" + NUMERALS + "0123456789-－—.．、 类　")
    return rest or text
