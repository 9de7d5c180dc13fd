"""Writing to the disk, sealed, what another library gives out piece by piece."""

from __future__ import annotations

import io

from dangan.files.incoming import Spool


class SpoolWriter(io.RawIOBase):
    """A spool as something that can be written to."""

    def __init__(self, spool: Spool) -> None:
        super().__init__()
        self._spool = spool

    def writable(self) -> bool:
        return True

    def write(self, data: object, /) -> int:
        piece = bytes(data)  # type: ignore[call-overload]  # any buffer
        self._spool.write(piece)
        return len(piece)
