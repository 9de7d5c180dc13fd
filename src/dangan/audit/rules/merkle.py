"""The tree of the log: RFC 6962 § 2.1 hashes, kept in tiles of 256 as C2SP tlog-tiles has them.

``Tiles`` answers any stored tile: ``(level, number, width)`` gives the first ``width`` hashes of
tile ``number`` on ``level``. A hash on level L stands for a whole subtree of 256**L leaves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

TILE = 256
EMPTY_ROOT = hashlib.sha256(b"").digest()

Tiles: TypeAlias = Callable[[int, int, int], Sequence[bytes]]


class BadProof(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """A proof does not prove what it says."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf: SHA-256(0x00 ‖ entry)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over hashes of equally high subtrees, of which the last may be lower."""
    if not hashes:
        return EMPTY_ROOT
    level = list(hashes)
    sha256 = hashlib.sha256
    while len(level) > 1:
        paired = [
            sha256(b"\x01" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)
        ]
        if len(level) % 2:
            paired.append(level[-1])
        level = paired
    return level[0]


@dataclass(slots=True)
class Edge:
    """The right edge of the tree: all that is needed to append and to know the root.

    ``levels[L]`` holds the hashes of the unfinished tile on level L.
    """

    size: int = 0
    levels: list[list[bytes]] = field(default_factory=lambda: [[]])

    def append(self, hashes: Sequence[bytes]) -> list[tuple[int, int, bytes, bytes]]:
        """Add leaves; returns the tiles this finished: (level, number, its hashes, its root)."""
        done: list[tuple[int, int, bytes, bytes]] = []
        taken = 0
        while taken < len(hashes):
            room = TILE - len(self.levels[0])
            piece = hashes[taken : taken + room]
            self.levels[0].extend(piece)
            self.size += len(piece)
            taken += len(piece)
            if len(self.levels[0]) == TILE:
                self._finish(0, done)
        return done

    def _finish(self, level: int, done: list[tuple[int, int, bytes, bytes]]) -> None:
        full, self.levels[level] = self.levels[level], []
        root = root_of(full)
        done.append((level, self.size // TILE ** (level + 1) - 1, b"".join(full), root))
        if level + 1 == len(self.levels):
            self.levels.append([])
        self.levels[level + 1].append(root)
        if len(self.levels[level + 1]) == TILE:
            self._finish(level + 1, done)

    def root(self) -> bytes:
        """The root of the tree; the hash of nothing for an empty tree."""
        lower: list[bytes] = []
        for hashes in self.levels:
            whole = hashes + lower
            lower = [root_of(whole)] if whole else []
        return lower[0] if lower else EMPTY_ROOT

    def copy(self) -> Edge:
        """One that can be appended to without changing this."""
        return Edge(self.size, [list(level) for level in self.levels])


def edge_of(size: int, tiles: Tiles) -> Edge:
    """The right edge of the tree of ``size`` leaves, read from its unfinished tiles."""
    levels: list[list[bytes]] = []
    count = size
    while count or not levels:
        width = count % TILE
        levels.append(list(tiles(len(levels), count // TILE, width)) if width else [])
        count //= TILE
    return Edge(size, levels)


def subtree_hash(start: int, end: int, tiles: Tiles) -> bytes:
    """The hash over leaves ``start`` to ``end`` (exclusive), as RFC 6962 splits them.

    ``start`` is a multiple of the smallest power of two that is not less than their number.
    """
    count = end - start
    if count & (count - 1):
        half = _split(count)
        left = subtree_hash(start, start + half, tiles)
        return node_hash(left, subtree_hash(start + half, end, tiles))
    level, span = 0, count
    while span >= TILE:
        level, span = level + 1, span // TILE
    first = start // TILE**level
    offset = first % TILE
    return root_of(tiles(level, first // TILE, offset + span)[offset : offset + span])


def _split(count: int) -> int:
    """The largest power of two smaller than ``count``."""
    return 1 << (count - 1).bit_length() - 1


def inclusion_ranges(index: int, size: int) -> list[tuple[int, int]]:
    """The leaf ranges whose hashes prove leaf ``index`` in a tree of ``size``, lowest first."""
    if not 0 <= index < size:
        raise ValueError("the leaf is not in the tree")
    ranges, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return ranges[::-1]


def inclusion_proof(index: int, size: int, tiles: Tiles) -> list[bytes]:
    """The audit path of a leaf (RFC 6962 § 2.1.1), lowest sibling first."""
    return [subtree_hash(start, end, tiles) for start, end in inclusion_ranges(index, size)]


def siblings_left(index: int, size: int) -> list[bool]:
    """For each hash of an inclusion proof, whether it stands left of the path."""
    return [end <= index for _, end in inclusion_ranges(index, size)]


def verify_inclusion(
    leaf: bytes, *, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Raises :class:`BadProof` unless ``leaf`` (a leaf hash) is number ``index`` under ``root``."""
    if not 0 <= index < size:
        raise BadProof("the index is outside the tree")
    left = siblings_left(index, size)
    if len(left) != len(proof):
        raise BadProof("the proof has the wrong length")
    found = leaf
    for sibling, is_left in zip(proof, left, strict=True):
        found = node_hash(sibling, found) if is_left else node_hash(found, sibling)
    if found != root:
        raise BadProof("the proof leads to another root")


def consistency_ranges(old: int, new: int) -> list[tuple[int, int]]:
    """The leaf ranges of the proof that the tree of ``old`` leaves became the one of ``new``."""
    if not 0 < old <= new:
        raise ValueError("a tree never shrinks, and nothing is proved about an empty one")
    return list(_consistency(old, 0, new, whole=True))


def _consistency(old: int, start: int, end: int, *, whole: bool) -> Iterator[tuple[int, int]]:
    """RFC 6962 § 2.1.2, SUBPROOF(m, D[n], b), with ``old`` counted from ``start``."""
    if old == end - start:
        if not whole:
            yield start, end
        return
    half = _split(end - start)
    if old <= half:
        yield from _consistency(old, start, start + half, whole=whole)
        yield start + half, end
    else:
        yield from _consistency(old - half, start + half, end, whole=False)
        yield start, start + half


def consistency_proof(old: int, new: int, tiles: Tiles) -> list[bytes]:
    """The proof (RFC 6962 § 2.1.2) that the first ``old`` of ``new`` leaves are as they were."""
    return [subtree_hash(start, end, tiles) for start, end in consistency_ranges(old, new)]


def verify_consistency(
    *, old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Raises :class:`BadProof` unless the tree under ``new_root`` extends that under ``old_root``.

    The algorithm of RFC 9162 § 2.1.4.2.
    """
    if not 0 < old <= new:
        raise BadProof("a tree never shrinks, and nothing is proved about an empty one")
    if old == new:
        if proof or old_root != new_root:
            raise BadProof("two trees of one size differ")
        return
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        raise BadProof("the proof is empty")
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    first = second = path[0]
    for sibling in path[1:]:
        if sn == 0:
            raise BadProof("the proof is too long")
        if fn & 1 or fn == sn:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            second = node_hash(second, sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn or first != old_root or second != new_root:
        raise BadProof("the proof leads to other roots")
