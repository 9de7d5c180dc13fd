"""PDFs opened where they lie: PDFium asks for the bytes it needs, also of a sealed file."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pypdfium2

from dangan.files.reader import Source

PDFIUM = threading.RLock()
"""PDFium must not be entered by two threads at once."""


class _Asked:
    """What PDFium reads from. An error in its call-back would be lost: it is kept for later."""

    def __init__(self, file: Source) -> None:
        self._file = file
        self.failure: Exception | None = None

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def read(self, size: int = -1, /) -> bytes:
        return self._file.read(size)

    def readinto(self, buffer: memoryview, /) -> int:
        try:
            data = self._file.read(len(buffer))
        except Exception as error:  # raised again where it can be caught
            self.failure = self.failure or error
            return 0
        memoryview(buffer).cast("B")[: len(data)] = data
        return len(data)


@contextmanager
def opened(file: Source) -> Iterator[pypdfium2.PdfDocument]:
    """The document, with PDFium for oneself as long as it is open.

    Raises ``pypdfium2.PdfiumError``, and whatever reading the file raised inside it.
    """
    asked = _Asked(file)
    with PDFIUM:
        try:
            document = pypdfium2.PdfDocument(asked)
            try:
                yield document
            finally:
                document.close()
        except pypdfium2.PdfiumError:
            if asked.failure is not None:
                raise asked.failure from None
            raise
        if asked.failure is not None:
            raise asked.failure
