"""Uploads stay in memory: nothing a browser sends ever lies on the disk in clear."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

from dangan.access.rules import Actor
from dangan.exchange.workbook.limits import FILE_BYTES
from dangan.files.rules import MAX_BYTES

SMALL_BYTES = 10 * 2**20
"""Limit for whoever is not signed in."""

PROOF_BYTES = 2 * MAX_BYTES
"""Limit for everybody signed in who may not import: proofs, one large or several small."""


def _limit_of(actor: Actor | None) -> int:
    if actor is None or not actor.known:
        return SMALL_BYTES
    return FILE_BYTES if actor.may("people.import") else PROOF_BYTES


class MemoryUploads(FileUploadHandler):
    """Collects each file in memory up to a limit for the whole request; what is beyond it is
    read and thrown away, and ``request.upload_too_large`` says so."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._taken = 0
        self._buffer = BytesIO()
        self._limit = SMALL_BYTES

    def handle_raw_input(
        self,
        input_data: Any,
        META: Mapping[str, Any],  # noqa: N803 - Django's name
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        del input_data, META, content_length, boundary, encoding
        actor = getattr(self.request, "actor", None)
        self._limit = _limit_of(actor)

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._buffer = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        del start
        self._taken += len(raw_data)
        if self._taken > self._limit:
            self._buffer = BytesIO()
            if self.request is not None:
                self.request.upload_too_large = True  # type: ignore[attr-defined]  # ours
            raise SkipFile
        self._buffer.write(raw_data)
        return None

    def file_complete(self, file_size: int) -> UploadedFile[bytes] | None:
        self._buffer.seek(0)
        return InMemoryUploadedFile(
            file=self._buffer,
            field_name=self.field_name,
            name=self.file_name,
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )
