"""What the name of an uploaded file says about where its page belongs, and how names are made.

Three ways seen in the field: ``01.履历类材料/01001.jpg`` (the material's order in its class, then
the page), ``沈知微/一、履历类材料/…/0001.jpg`` (folders by class and material), and our own
``{class:2}{sub:1}-{material:3}-{page:3}.jpg``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

FindClass = Callable[[str], str | None]
"""A class from how people write it: its number (``3``, ``4-1``), or None."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a file says it belongs; 0 and empty where it does not say."""

    category: str = ""
    material: int = 0
    page: int = 0
    title: str = ""
    """The folder's name where materials lie in folders of their own."""

    @property
    def certain(self) -> bool:
        """Whether class and material are both said."""
        return bool(self.category and (self.material or self.title))


_OURS = re.compile(r"(\d{2})(\d)-(\d{3})-(\d{3})")
_FIELD = re.compile(r"(\d{2})(\d{3})")
_CLASS_NUMBER = re.compile(r"(\d{1,2}-\d)-(\d{1,3})-(\d{1,3})|(\d{1,2})-(\d{1,3})-(\d{1,3})")
_LEADING = re.compile(r"\D*(\d{1,4})")
_ORDER = re.compile(r"(\d{1,3})\s*[.、．_\- ]\s*(.+)|(.+)")


def name_of(category: str, material: int, page: int, suffix: str = ".jpg") -> str:
    """The default template: ``041-003-002.jpg`` is the second page of the third paper of 4-1.

    Raises :class:`ValueError` for numbers that the template cannot hold.
    """
    main, _dash, sub = category.partition("-")
    if not (0 < material < 1000 and 0 < page < 1000):
        raise ValueError("a material and a page have a number from 1 to 999")
    return f"{int(main):02d}{int(sub or 0)}-{material:03d}-{page:03d}{suffix}"


def spot_of(path: str, find_class: FindClass) -> Spot:
    """What a path says. Nothing certain is guessed: what it does not say stays open."""
    parts = PurePosixPath(path).parts
    stem = PurePosixPath(parts[-1]).stem if parts else ""
    ours = _OURS.fullmatch(stem)
    if ours:
        main, sub = int(ours[1]), int(ours[2])
        category = f"{main}-{sub}" if sub else str(main)
        known = find_class(category)
        return Spot(known or "", int(ours[3]), int(ours[4]))
    folders = list(parts[:-1])
    at, category = _class_among(folders, find_class)
    if category:
        return _in_class(category, folders[at + 1 :], stem)
    numbered = _CLASS_NUMBER.fullmatch(stem)
    if numbered:
        text, material, page = (
            (numbered[1], numbered[2], numbered[3])
            if numbered[1]
            else (numbered[4], numbered[5], numbered[6])
        )
        known = find_class(text)
        return Spot(known or "", int(material), int(page)) if known else Spot()
    return Spot(page=_leading(stem))


def _class_among(folders: list[str], find_class: FindClass) -> tuple[int, str]:
    """The last folder that names a class: sub-classes lie inside their class."""
    for at in range(len(folders) - 1, -1, -1):
        found = find_class(folders[at])
        if found:
            return at, found
    return -1, ""


def _in_class(category: str, below: list[str], stem: str) -> Spot:
    field = _FIELD.fullmatch(stem)
    if not below:
        if field:
            return Spot(category, int(field[1]), int(field[2]))
        return Spot(category, 0, _leading(stem))
    order = _ORDER.fullmatch(below[-1].strip())
    number = int(order[1]) if order and order[1] else 0
    title = (order[2] or order[3] or "").strip() if order else ""
    page = int(field[2]) if field else _leading(stem)
    return Spot(category, number, page, title)


def _leading(stem: str) -> int:
    found = _LEADING.match(stem)
    return int(found[1]) if found else 0


def natural(path: str) -> tuple[tuple[int, int | str], ...]:
    """Sorts ``2.jpg`` before ``10.jpg``, as people mean it."""
    return tuple(
        (0, int(part)) if part.isdigit() else (1, part.casefold())
        for part in re.split(r"(\d+)", path)
        if part
    )
