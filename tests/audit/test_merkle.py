"""The tree: RFC 6962's own vectors, then every property against a tree written from its text."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dangan.audit.rules import (
    Edge,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from dangan.audit.rules.merkle import (
    EMPTY_ROOT,
    TILE,
    BadProof,
    edge_of,
    siblings_left,
)

# The inputs and roots that Certificate Transparency's reference code is tested with.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
HASHES = [leaf_hash(leaf) for leaf in LEAVES]


def textbook_root(hashes: Sequence[bytes]) -> bytes:
    """RFC 6962 § 2.1, MTH, word for word."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return node_hash(textbook_root(hashes[:k]), textbook_root(hashes[k:]))


class Tiles:
    """Tiles kept in memory, finished ones as the sequencer writes them."""

    def __init__(self, hashes: Sequence[bytes]) -> None:
        self.levels: list[list[bytes]] = [list(hashes)]
        while len(self.levels[-1]) >= TILE:
            below = self.levels[-1]
            self.levels.append(
                [root_of(below[at : at + TILE]) for at in range(0, len(below) - TILE + 1, TILE)]
            )

    def __call__(self, level: int, number: int, width: int) -> Sequence[bytes]:
        found = self.levels[level][number * TILE : number * TILE + width]
        assert len(found) == width, "a hash was asked for that is not stored"
        return found


def hashes_of(size: int) -> list[bytes]:
    return [leaf_hash(b"%d" % number) for number in range(size)]


BIG = hashes_of(70_000)
TILES = Tiles(BIG)
sizes = st.one_of(
    st.integers(1, 600),
    st.integers(1, len(BIG)),
    st.sampled_from([1, 255, 256, 257, 511, 512, 513, 65535, 65536, 65537, 65792]),
)


class TestRoots:
    @pytest.mark.parametrize("size", range(1, 9))
    def test_published_roots(self, size: int) -> None:
        assert root_of(HASHES[:size]).hex() == ROOTS[size - 1]
        edge = Edge()
        edge.append(HASHES[:size])
        assert edge.root().hex() == ROOTS[size - 1]

    def test_the_empty_tree(self) -> None:
        assert Edge().root() == EMPTY_ROOT == textbook_root([])

    @given(st.integers(0, 700))
    def test_any_size(self, size: int) -> None:
        assert root_of(BIG[:size]) == textbook_root(BIG[:size])

    @given(st.lists(st.integers(0, 400), max_size=12))
    @settings(max_examples=50)
    def test_in_whatever_pieces_leaves_come(self, pieces: list[int]) -> None:
        edge, finished = Edge(), {}
        for piece in pieces:
            for level, number, hashes, root in edge.append(BIG[edge.size : edge.size + piece]):
                finished[level, number] = hashes
                assert root == root_of(TILES(level, number, TILE))
        assert edge.root() == textbook_root(BIG[: edge.size])
        assert finished == {
            (0, number): b"".join(TILES(0, number, TILE)) for number in range(edge.size // TILE)
        }

    @given(sizes)
    @settings(max_examples=60, deadline=None)
    def test_an_edge_read_from_tiles_goes_on_as_if_it_had_never_stopped(self, size: int) -> None:
        edge = edge_of(size, TILES)
        edge.append(BIG[size : size + 300])
        assert edge.size == min(size + 300, len(BIG))
        assert edge.root() == edge_of(edge.size, TILES).root()

    def test_levels_of_tiles(self) -> None:
        edge = Edge()
        finished = edge.append(BIG)
        assert {(level, number) for level, number, _, _ in finished} == {
            (0, number) for number in range(273)
        } | {(1, 0)}
        assert edge.root() == textbook_root(BIG)
        assert [len(level) for level in edge.levels] == [70_000 % 256, 17, 1]


class TestInclusion:
    def test_published_proof(self) -> None:
        """Leaf 5 of 8 in the reference data."""
        assert [hash_.hex() for hash_ in inclusion_proof(5, 8, Tiles(HASHES))] == [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]

    @given(sizes, st.data())
    @settings(deadline=None)
    def test_every_leaf_can_be_proved(self, size: int, data: st.DataObject) -> None:
        index = data.draw(st.integers(0, size - 1))
        proof = inclusion_proof(index, size, TILES)
        root = edge_of(size, TILES).root()
        verify_inclusion(BIG[index], index=index, size=size, proof=proof, root=root)

    @given(st.integers(1, 600), st.data())
    @settings(deadline=None)
    def test_nothing_else_can(self, size: int, data: st.DataObject) -> None:
        index = data.draw(st.integers(0, size - 1))
        proof = inclusion_proof(index, size, TILES)
        root = edge_of(size, TILES).root()
        wrong = data.draw(st.integers(0, size))
        with pytest.raises(BadProof):
            verify_inclusion(b"x" * 32, index=index, size=size, proof=proof, root=root)
        if wrong != index:
            with pytest.raises(BadProof):
                verify_inclusion(BIG[index], index=wrong, size=size, proof=proof, root=root)
        for damaged in (proof[:-1], [*proof, root], [b"x" * 32, *proof[1:]]):
            if damaged != proof:
                with pytest.raises(BadProof):
                    verify_inclusion(BIG[index], index=index, size=size, proof=damaged, root=root)

    def test_nothing_beyond_the_tree(self) -> None:
        for index in (-1, 8):
            with pytest.raises(ValueError, match="not in the tree"):
                inclusion_proof(index, 8, Tiles(HASHES))

    def test_finished_tiles_are_read_as_one_hash_of_the_level_above(self) -> None:
        asked: list[tuple[int, int, int]] = []

        def tiles(level: int, number: int, width: int) -> Sequence[bytes]:
            asked.append((level, number, width))
            return TILES(level, number, width)

        assert inclusion_proof(512, 768, tiles)[-1] == textbook_root(BIG[:512])
        assert asked[-1] == (1, 0, 2)
        asked.clear()
        assert inclusion_proof(0, 512, tiles)[-1] == textbook_root(BIG[256:512])
        assert asked[-1] == (1, 0, 2)

    def test_a_leaf_missing_from_a_full_tile_splits_the_tree(self) -> None:
        """511 and 1023 leaves: all bits set, and yet no whole subtree."""
        for size in (511, 1023):
            proof = inclusion_proof(0, size + 1 + size, TILES)
            assert proof[-1] == textbook_root(BIG[size + 1 : size + 1 + size])

    def test_sides(self) -> None:
        assert siblings_left(5, 8) == [True, False, True]
        assert siblings_left(0, 1) == []


class TestConsistency:
    @pytest.mark.parametrize(
        ("old", "new", "proof"),
        [
            (1, 1, []),
            (
                1,
                8,
                [
                    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
                ],
            ),
            (
                6,
                8,
                [
                    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                ],
            ),
            (
                2,
                5,
                [
                    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                ],
            ),
        ],
    )
    def test_published_proofs(self, old: int, new: int, proof: list[str]) -> None:
        found = consistency_proof(old, new, Tiles(HASHES))
        assert [hash_.hex() for hash_ in found] == proof

    @given(sizes, sizes)
    @settings(deadline=None)
    def test_growing_can_be_proved(self, one: int, other: int) -> None:
        old, new = sorted((one, other))
        proof = consistency_proof(old, new, TILES)
        roots = edge_of(old, TILES).root(), edge_of(new, TILES).root()
        verify_consistency(old=old, new=new, old_root=roots[0], new_root=roots[1], proof=proof)

    def test_every_small_tree_grows_into_every_larger_one(self) -> None:
        for new in range(1, 34):
            for old in range(1, new + 1):
                verify_consistency(
                    old=old,
                    new=new,
                    old_root=textbook_root(BIG[:old]),
                    new_root=textbook_root(BIG[:new]),
                    proof=consistency_proof(old, new, TILES),
                )

    @given(st.integers(1, 600), st.integers(1, 600), st.data())
    @settings(deadline=None)
    def test_rewriting_cannot(self, one: int, other: int, data: st.DataObject) -> None:
        old, new = sorted((one, other))
        changed = list(BIG[:new])
        changed[data.draw(st.integers(0, old - 1))] = b"x" * 32
        tiles = Tiles(changed)
        with pytest.raises(BadProof):
            verify_consistency(
                old=old,
                new=new,
                old_root=root_of(BIG[:old]),
                new_root=root_of(changed),
                proof=consistency_proof(old, new, tiles),
            )

    @given(st.integers(2, 600), st.integers(2, 600), st.data())
    @settings(deadline=None)
    def test_damaged_proofs_fail(self, one: int, other: int, data: st.DataObject) -> None:
        old, new = sorted((one, other))
        proof = consistency_proof(old, new, TILES)
        cases = [[*proof, b"x" * 32], proof[:-1]]
        if proof:
            at = data.draw(st.integers(0, len(proof) - 1))
            cases.append([*proof[:at], b"x" * 32, *proof[at + 1 :]])
        for damaged in cases:
            if damaged != proof:
                with pytest.raises(BadProof):
                    verify_consistency(
                        old=old,
                        new=new,
                        old_root=root_of(BIG[:old]),
                        new_root=root_of(BIG[:new]),
                        proof=damaged,
                    )

    def test_a_tree_never_shrinks(self) -> None:
        with pytest.raises(ValueError, match="never shrinks"):
            consistency_proof(8, 5, Tiles(HASHES))
        with pytest.raises(BadProof):
            verify_consistency(old=8, new=5, old_root=b"", new_root=b"", proof=[])

    def test_nothing_is_proved_about_an_empty_tree(self) -> None:
        with pytest.raises(ValueError, match="an empty one"):
            consistency_proof(0, 5, Tiles(HASHES))
        with pytest.raises(BadProof, match="an empty one"):
            verify_consistency(old=0, new=0, old_root=EMPTY_ROOT, new_root=EMPTY_ROOT, proof=[])

    def test_what_is_wrong_with_a_proof_is_said(self) -> None:
        roots = {"old_root": root_of(HASHES[:3]), "new_root": root_of(HASHES[:5])}
        proof = consistency_proof(3, 5, Tiles(HASHES))
        for damaged, sentence in (([], "is empty"), ([*proof, proof[0]], "too long")):
            with pytest.raises(BadProof, match=sentence):
                verify_consistency(old=3, new=5, proof=damaged, **roots)
