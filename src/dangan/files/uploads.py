"""Large uploads: what an archivist sends is sealed to the disk while it arrives.

Everybody else's files stay in memory (``exchange.uploads``), within much smaller limits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

from dangan.access.rules import Actor
from dangan.dictionary.rules import Message
from dangan.files.incoming import FULL, Incoming, Spool, no_room
from dangan.files.rules import SCAN_BYTES, size_text

PERMISSIONS = ("archive.scan", "packages.import")
"""Who may send files of up to :data:`SCAN_BYTES`."""

_PIECE = 2**18


class SealedUploads(FileUploadHandler):
    """Gives each uploaded file as an :class:`Incoming` to those who may send large ones.

    A file that is too large or finds the disk full is read to its end and thrown away; it comes
    as an ``Incoming`` with a refusal, so that the others of the batch are kept.
    """

    chunk_size = _PIECE

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._active = False
        self._spool: Spool | None = None
        self._refusal: Message | None = None

    def handle_raw_input(
        self,
        input_data: Any,
        META: Mapping[str, Any],  # noqa: N803 - Django's name
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        del input_data, META, content_length, boundary, encoding
        actor: Actor | None = getattr(self.request, "actor", None)
        self._active = (
            actor is not None and actor.known and any(actor.may(name) for name in PERMISSIONS)
        )

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._drop()
        self._refusal = None
        if self._active:
            self._guarded(self._begin)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if not self._active:
            return raw_data
        spool = self._spool
        if spool is None:
            return None  # read to its end, and thrown away
        if start + len(raw_data) > SCAN_BYTES:
            self._refuse(
                Message(
                    "“{name}”超过 {limit}，请压缩或分成几份再上传。",
                    name=self.file_name,
                    limit=size_text(SCAN_BYTES),
                )
            )
            if self.request is not None:
                self.request.upload_too_large = True  # type: ignore[attr-defined]  # ours
            return None
        self._guarded(lambda: spool.write(raw_data))
        return None

    def file_complete(self, file_size: int) -> UploadedFile[bytes] | None:
        if not self._active:
            return None
        if self._spool is not None:
            self._guarded(self._spool.finish)
        spool, self._spool = self._spool, None
        return Incoming(
            self.file_name or "",
            spool,
            size=file_size,
            refusal=self._refusal,
            content_type=self.content_type or "",
        )

    def upload_interrupted(self) -> None:
        self._drop()

    def _begin(self) -> None:
        self._spool = Spool()

    def _guarded(self, work: Any) -> None:
        """Does ``work``; a full disk refuses the file, whatever else fails is an error."""
        try:
            work()
        except OSError as error:
            if error.errno not in FULL:
                raise
            self._refuse(no_room(self.file_name or ""))

    def _refuse(self, refusal: Message) -> None:
        self._drop()
        self._refusal = refusal

    def _drop(self) -> None:
        if self._spool is not None:
            self._spool.remove()
            self._spool = None
