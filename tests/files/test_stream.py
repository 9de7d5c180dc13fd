"""A sealed file opens as it was sealed or not at all, wherever it is cut, swapped or altered."""

from __future__ import annotations

import io
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dangan.files.rules import CHUNK_BYTES, open_chunks, seal_chunks, sealed_size
from dangan.files.rules.stream import HEAD_BYTES, key_bytes
from dangan.vault.rules import TAG_BYTES, Suite, Tampered

FILE = UUID(int=77)
CHUNK = CHUNK_BYTES + TAG_BYTES
SIZES = (0, 1, 15, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, 5 * 2**19)


def sealed(data: bytes, suite: Suite = Suite.AES, key: bytes = b"", file: UUID = FILE) -> bytes:
    return b"".join(seal_chunks(suite, key or key_of(suite), file, io.BytesIO(data)))


def opened(data: bytes, suite: Suite = Suite.AES, key: bytes = b"", file: UUID = FILE) -> bytes:
    return b"".join(open_chunks(key or key_of(suite), file, io.BytesIO(data)))


def key_of(suite: Suite) -> bytes:
    return bytes(range(key_bytes(suite)))


def chunks_of(data: bytes) -> list[bytes]:
    body = data[HEAD_BYTES:]
    return [body[start : start + CHUNK] for start in range(0, len(body), CHUNK)]


@pytest.mark.parametrize("suite", list(Suite))
@pytest.mark.parametrize("size", SIZES)
def test_what_was_sealed_opens_again(suite: Suite, size: int) -> None:
    data = bytes(size // 3) + b"\xff" * (size - size // 3)
    packed = sealed(data, suite)
    assert len(packed) == sealed_size(size)
    assert opened(packed, suite) == data


class Dribble:
    """A source that gives less than it is asked for, as pipes and sockets do."""

    def __init__(self, data: bytes) -> None:
        self._source = io.BytesIO(data)

    def read(self, size: int = -1) -> bytes:
        return self._source.read(min(size, 70_001))


def test_a_source_that_gives_little_at_a_time_makes_the_same_file() -> None:
    data = bytes(range(256)) * 9000
    packed = b"".join(seal_chunks(Suite.AES, key_of(Suite.AES), FILE, Dribble(data)))
    assert len(packed) == sealed_size(len(data))
    assert b"".join(open_chunks(key_of(Suite.AES), FILE, Dribble(packed))) == data


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(list(Suite)))
def test_no_altered_bit_opens(data: st.DataObject, suite: Suite) -> None:
    packed = bytearray(sealed(b"certificate" * 300, suite))
    place = data.draw(st.integers(0, len(packed) - 1))
    packed[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises((Tampered, Exception)) as raised:
        opened(bytes(packed), suite)
    assert raised.type.__name__ in {"Tampered", "UnknownSuite", "ValueError"}


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 200))
def test_no_file_that_was_cut_short_opens(cut: int) -> None:
    packed = sealed(b"x" * 150)
    if cut < len(packed):
        with pytest.raises(Tampered):
            opened(packed[:cut])


def test_chunks_open_only_in_their_order_and_only_all_of_them() -> None:
    data = b"a" * CHUNK_BYTES + b"b" * CHUNK_BYTES + b"c" * 10
    packed = sealed(data)
    head, (one, two, three) = packed[:HEAD_BYTES], chunks_of(packed)
    wrong = {
        "swapped": (two, one, three),
        "repeated": (one, one, two, three),
        "left out": (one, three),
        "without its last": (one, two),
        "only its first": (one,),
        "nothing at all": (),
        "more behind the last": (one, two, three, three),
    }
    for how, chunks in wrong.items():
        with pytest.raises(Tampered):
            opened(head + b"".join(chunks))
            pytest.fail(how)


def test_what_opens_before_the_damage_is_right_and_what_comes_after_is_not_given() -> None:
    data = b"a" * CHUNK_BYTES + b"b" * CHUNK_BYTES
    packed = bytearray(sealed(data))
    packed[-1] ^= 1
    chunks = open_chunks(key_of(Suite.AES), FILE, io.BytesIO(bytes(packed)))
    assert next(chunks) == b"a" * CHUNK_BYTES
    with pytest.raises(Tampered):
        next(chunks)


def test_a_file_under_another_name_or_key_does_not_open() -> None:
    packed = sealed(b"certificate")
    with pytest.raises(Tampered):
        opened(packed, file=uuid4())
    with pytest.raises(Tampered):
        opened(packed, key=bytes(32))
