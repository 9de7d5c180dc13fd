"""What is written at one end and taken in pieces at the other; nothing is sought in."""

from __future__ import annotations

import io


class Pipe(io.RawIOBase):
    """The target of a writer that must not hold what it makes: a ZIP on its way to a browser."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object, /) -> int:
        piece = bytes(data)  # type: ignore[call-overload]  # any buffer
        self._pieces.append(piece)
        self._at += len(piece)
        return len(piece)

    def tell(self) -> int:
        return self._at

    def take(self) -> bytes:
        """What was written since it was last asked."""
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken
