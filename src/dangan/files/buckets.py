"""Sealed files in a bucket of an S3-compatible store (``DANGAN_FILES_URL``), for several machines.

They are sealed on this machine, in the waiting room on its disk, and sent when they are whole. The
store is told the digest and compares; then it is asked what it has, before the row that names the
file can be committed. It never holds a key, nor a name that tells anything.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage

from dangan.files.storage import StoreUnavailable, named, place_of, waiting_room

_PIECE = 2**20
_MISSING = frozenset({"404", "NoSuchKey", "NotFound"})


class BucketStorage(S3Storage):  # type: ignore[misc]  # django-storages has no types
    """A bucket of sealed files; they come into it by :mod:`dangan.files.incoming` only."""

    def take_over(self, path: Path, descriptor: int, name: UUID) -> None:
        """Sends a whole sealed file. When this returns, the store has it and said so.

        The multipart way is not taken: one request, one digest. S3 takes 5 GB in one.
        """
        digest = _digest(descriptor)
        key = self._key(name)
        try:
            with path.open("rb") as content:
                self._client().put_object(
                    Bucket=self.bucket_name, Key=key, Body=content, ChecksumSHA256=digest
                )
            found = self._client().head_object(Bucket=self.bucket_name, Key=key)
        except (ClientError, BotoCoreError) as error:
            raise StoreUnavailable("the file store did not take a file") from error
        if found["ContentLength"] != os.fstat(descriptor).st_size:
            raise StoreUnavailable("the file store has another length than was sent")
        path.unlink()

    def _open(self, name: str, mode: str = "rb") -> Any:
        """The sealed bytes; a store that does not answer is no missing file."""
        try:
            return super()._open(name, mode)
        except (ClientError, BotoCoreError) as error:
            raise StoreUnavailable("the file store does not answer") from error

    def exists(self, name: str) -> bool:
        try:
            return bool(super().exists(name))
        except (ClientError, BotoCoreError) as error:
            raise StoreUnavailable("the file store does not answer") from error

    def descriptor(self, name: UUID) -> int:
        """The sealed file, fetched into a file without a name: for reading anywhere in it."""
        room = waiting_room()
        room.mkdir(mode=0o700, parents=True, exist_ok=True)
        opened = os.open(room, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            body = self._fetch(name)
            while piece := body.read(_PIECE):
                os.write(opened, piece)
        except BaseException:
            os.close(opened)
            raise
        return opened

    def objects(self) -> Iterator[tuple[UUID, datetime]]:
        """Every object and when it was written; what has another name is left alone."""
        pages = self._client().get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.bucket_name, Prefix=self._prefix()):
            for item in page.get("Contents", ()):
                if (name := named(item["Key"].rpartition("/")[2])) is not None:
                    yield name, item["LastModified"]

    def _fetch(self, name: UUID) -> Any:
        try:
            return self._client().get_object(Bucket=self.bucket_name, Key=self._key(name))["Body"]
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in _MISSING:
                raise FileNotFoundError(name.hex) from None
            raise StoreUnavailable("the file store refused") from error
        except BotoCoreError as error:
            raise StoreUnavailable("the file store does not answer") from error

    def _client(self) -> Any:
        return self.connection.meta.client

    def _prefix(self) -> str:
        return f"{self.location}/" if self.location else ""

    def _key(self, name: UUID) -> str:
        return self._prefix() + place_of(name)


def _digest(descriptor: int) -> str:
    found, at = hashlib.sha256(), 0
    while piece := os.pread(descriptor, _PIECE, at):
        found.update(piece)
        at += len(piece)
    return base64.b64encode(found.digest()).decode()
