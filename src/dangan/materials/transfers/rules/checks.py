"""What may travel together, and what differs on arrival. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from dangan.dictionary.rules import Message

Defect = Literal["missing", "pages", "unsealed", "slip", "identity", "damaged", "other"]

DEFECTS: dict[Defect, Message] = {
    "missing": Message("缺材料"),
    "pages": Message("份数或页码与单不符"),
    "unsealed": Message("包封破损或未密封"),
    "slip": Message("没有转递单或填写不全"),
    "identity": Message("不是本单位管理的人员"),
    "damaged": Message("材料破损、霉变"),
    "other": Message("其他"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One of somebody's volumes, as far as travelling together matters."""

    id: UUID
    subject: UUID
    kind: str
    copy: str
    number: str
    here: bool
    """Whether the paper is in the archive room."""


def left_behind(
    chosen: Collection[UUID], parts: Iterable[Part], *, original_there: bool
) -> list[Part]:
    """What would stay here of the files that go: a file travels whole, original and copies, never
    in instalments. ``original_there``: the receiver keeps the original, so a copy may go alone.
    """
    known = list(parts)
    going = {(part.subject, part.kind) for part in known if part.id in chosen}
    return [
        part
        for part in known
        if (part.subject, part.kind) in going
        and part.id not in chosen
        and not (original_there and part.copy == "original")
    ]


def copy_without_original(chosen: Collection[UUID], parts: Iterable[Part]) -> list[Part]:
    """Copies that would go although nothing says that the receiver has the original."""
    known = list(parts)
    originals = {
        (part.subject, part.kind) for part in known if part.id in chosen and part.copy == "original"
    }
    return [
        part
        for part in known
        if part.id in chosen
        and part.copy == "partial"
        and (part.subject, part.kind) not in originals
    ]


def same_name(one: str, other: str) -> bool:
    """Whether two names read alike, blanks aside."""
    return bool(one.strip()) and "".join(one.split()) == "".join(other.split())


def is_due_for_chase(sent: date, today: date, days: int, last: date | None) -> bool:
    """Whether a receipt is late, and nobody has asked for it within as many days."""
    since = max(sent, last) if last else sent
    return today > since + timedelta(days=days)


@dataclass(frozen=True, slots=True)
class Counted:
    """One person's file as the slip has it and as it was counted."""

    stated_books: int
    stated_materials: int
    books: int | None
    materials: int | None


def differences(lines: Sequence[Counted]) -> dict[int, list[Message]]:
    """By place: what does not agree with the slip. A line nobody counted is a difference."""
    found: dict[int, list[Message]] = {}
    for place, line in enumerate(lines):
        if line.books is None or line.materials is None:
            found.setdefault(place, []).append(Message("尚未核对"))
            continue
        if line.books != line.stated_books:
            found.setdefault(place, []).append(
                Message(
                    "单上 {stated} 卷，实收 {found} 卷", stated=line.stated_books, found=line.books
                )
            )
        if line.materials != line.stated_materials:
            found.setdefault(place, []).append(
                Message(
                    "单上 {stated} 份材料，实收 {found} 份",
                    stated=line.stated_materials,
                    found=line.materials,
                )
            )
    return found


def sample(ids: Sequence[UUID], share: int) -> set[UUID]:
    """``share`` percent of the volumes, at least one, spread evenly over the list."""
    if not ids:
        return set()
    wanted = max(1, -(-len(ids) * share // 100))
    return {ids[index * len(ids) // wanted] for index in range(wanted)}
