"""Who may see how much of a volume: one decision for pages, lists, registers and exports. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

NAMED_READERS_FROM = 2
"""机密 and above are seen only by named readers."""


@dataclass(frozen=True, slots=True)
class Given:
    """A grant that is in force: what a consultation's case allowed. None means all materials."""

    number: str
    materials: frozenset[UUID] | None = None
    print: bool = False
    download: bool = False
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the decision needs to know. Without ``own_or_relative`` the rest decides."""

    cadre: bool
    own_or_relative: bool
    restricted: bool
    keeps: bool
    """Holds ``archive.view`` over the person's unit."""
    may_print: bool = False
    may_download: bool = False
    may_edit: bool = False
    named_for_all: bool = False
    named_for: frozenset[UUID] = frozenset()
    grants: tuple[Given, ...] = ()
    mark: int = 0
    """The volume's own mark, which each of its materials bears at least."""


@dataclass(frozen=True, slots=True)
class Sight:
    """How much of a volume somebody sees.

    ``whole`` is the keeper's sight of every unmarked material; ``materials`` those that grants or
    names add. ``keeps_away`` says that it is one's own or a relative's cadre file.
    """

    whole: bool = False
    marked_all: bool = False
    materials: frozenset[UUID] = frozenset()
    granted_all: bool = False
    named: frozenset[UUID] = frozenset()
    print: bool = False
    download: bool = False
    edit: bool = False
    keeps_away: bool = False
    grants: tuple[Given, ...] = field(default=())
    mark: int = 0

    def __bool__(self) -> bool:
        return self.whole or self.granted_all or bool(self.materials)

    def shows(self, material: UUID, secrecy: int) -> bool:
        """Whether a material appears at all."""
        if max(secrecy, self.mark) >= NAMED_READERS_FROM and not (
            self.marked_all or material in self.named or self._marked_by_grant(material)
        ):
            return False
        return self.whole or self.granted_all or material in self.materials

    def prints(self, material: UUID) -> bool:
        """Whether its pages may be printed."""
        return self.print or any(g.print and _covers(g, material) for g in self.grants)

    def downloads(self, material: UUID) -> bool:
        """Whether its original file may leave."""
        return self.download or any(g.download and _covers(g, material) for g in self.grants)

    def _marked_by_grant(self, material: UUID) -> bool:
        return any(g.marked and _covers(g, material) for g in self.grants)


def _covers(grant: Given, material: UUID) -> bool:
    return grant.materials is None or material in grant.materials


def sight(given: Circumstances) -> Sight:
    """The decision. Nothing for a restricted volume; nothing of a cadre file that is one's own or
    a relative's (干部人事档案工作条例)."""
    if given.cadre and given.own_or_relative:
        return Sight(keeps_away=True)
    if given.restricted:
        return Sight()
    listed = [g.materials for g in given.grants if g.materials is not None]
    return Sight(
        whole=given.keeps,
        marked_all=given.named_for_all,
        materials=_union(listed),
        granted_all=any(g.materials is None for g in given.grants),
        named=given.named_for,
        print=given.keeps and given.may_print,
        download=given.keeps and given.may_download,
        edit=given.keeps and given.may_edit,
        grants=given.grants,
        mark=given.mark,
    )


def _union(sets: Collection[frozenset[UUID]]) -> frozenset[UUID]:
    return frozenset[UUID]().union(*sets)
