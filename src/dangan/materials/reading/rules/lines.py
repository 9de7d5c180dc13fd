"""Lines of text as a page shows them, and the form they are sealed in."""

from __future__ import annotations

import msgspec


class Line(msgspec.Struct, frozen=True, array_like=True):
    """One line: where it stands in thousandths of the page's width and height, and how sure the
    reader was of it, of 100."""

    text: str
    left: int
    top: int
    right: int
    bottom: int
    score: int = 100

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def middle(self) -> int:
        return (self.top + self.bottom) // 2


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(tuple[Line, ...])


def encode(lines: tuple[Line, ...]) -> bytes:
    """The bytes that are sealed."""
    return _encoder.encode(lines)


def decode(data: bytes) -> tuple[Line, ...]:
    """What :func:`encode` was given."""
    return _decoder.decode(data)
