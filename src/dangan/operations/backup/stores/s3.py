"""An S3-compatible store. boto3 retries what can be retried; large objects go up in parts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from dangan.operations.backup.rules.problems import Unreachable
from dangan.operations.backup.stores.base import Lost

if TYPE_CHECKING:
    from dangan.config.environment import FileStore

PART_BYTES = 16 * 2**20
"""A part of a multipart upload; ten thousand of them are allowed."""

_GONE = {"NoSuchKey", "404", "NoSuchUpload"}


class S3Store:
    """Objects below a prefix of a bucket. An object appears when its upload is completed.

    A bucket with object lock (compliance mode, as long as ``DANGAN_BACKUP_DAYS``) also keeps what
    an intruder with our keys would delete; pruning then fails until the lock ends and is tried
    again the next night.
    """

    lanes = 4

    def __init__(self, place: FileStore) -> None:
        self._place = place
        self._prefix = f"{place.prefix}/" if place.prefix else ""
        self._client: Any = boto3.client(
            "s3",
            endpoint_url=place.endpoint or None,
            region_name=place.region or "us-east-1",
            config=Config(
                retries={"mode": "standard", "total_max_attempts": 6},
                connect_timeout=10,
                read_timeout=60,
                max_pool_connections=8,
                s3={"addressing_style": "path"} if place.endpoint else {},
            ),
            aws_access_key_id=place.key or None,
            aws_secret_access_key=place.secret or None,
        )

    @property
    def label(self) -> str:
        where = self._place.endpoint or "S3"
        return f"{where} 桶 {self._place.bucket}/{self._prefix}"

    def write(self, name: str) -> _Upload:
        return _Upload(self._client, self._place.bucket, self._prefix + name, self.label)

    def read(self, name: str) -> Any:
        with _reaching(self.label):
            try:
                answer = self._client.get_object(Bucket=self._place.bucket, Key=self._prefix + name)
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") in _GONE:
                    raise Lost(name) from None
                raise
            return _Reading(answer["Body"], self.label)

    def names(self, prefix: str) -> Iterator[tuple[str, int]]:
        with _reaching(self.label):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._place.bucket, Prefix=self._prefix + prefix
            )
            for page in pages:
                for entry in page.get("Contents", ()):
                    yield entry["Key"].removeprefix(self._prefix), int(entry["Size"])

    def delete(self, name: str) -> None:
        with _reaching(self.label):
            self._client.delete_object(Bucket=self._place.bucket, Key=self._prefix + name)

    def sweep(self) -> int:
        count = 0
        with _reaching(self.label):
            answer = self._client.list_multipart_uploads(
                Bucket=self._place.bucket, Prefix=self._prefix
            )
            for upload in answer.get("Uploads", ()):
                self._client.abort_multipart_upload(
                    Bucket=self._place.bucket, Key=upload["Key"], UploadId=upload["UploadId"]
                )
                count += 1
        return count

    def settle(self) -> None:
        """What is completed is kept."""

    def close(self) -> None:
        self._client.close()


class _Upload:
    """One object on its way: a single put when it is small, parts when it is not."""

    def __init__(self, client: Any, bucket: str, key: str, label: str) -> None:
        self._client, self._where, self._label = client, {"Bucket": bucket, "Key": key}, label
        self._buffer = bytearray()
        self._upload = ""
        self._parts: list[dict[str, Any]] = []

    def write(self, data: bytes, /) -> int:
        self._buffer += data
        while len(self._buffer) >= PART_BYTES:
            self._send(bytes(self._buffer[:PART_BYTES]))
            del self._buffer[:PART_BYTES]
        return len(data)

    def flush(self) -> None:
        """Parts go when they are full."""

    def done(self) -> None:
        with _reaching(self._label):
            if not self._upload:
                self._client.put_object(**self._where, Body=bytes(self._buffer))
                return
            if self._buffer:
                self._send(bytes(self._buffer))
            self._client.complete_multipart_upload(
                **self._where, UploadId=self._upload, MultipartUpload={"Parts": self._parts}
            )

    def abandon(self) -> None:
        if self._upload:
            with suppress(BotoCoreError, ClientError):
                self._client.abort_multipart_upload(**self._where, UploadId=self._upload)

    def _send(self, data: bytes) -> None:
        with _reaching(self._label):
            if not self._upload:
                self._upload = self._client.create_multipart_upload(**self._where)["UploadId"]
            number = len(self._parts) + 1
            answer = self._client.upload_part(
                **self._where, UploadId=self._upload, PartNumber=number, Body=data
            )
            self._parts.append({"ETag": answer["ETag"], "PartNumber": number})


class _Reading:
    """An object being read."""

    def __init__(self, body: Any, label: str) -> None:
        self._body, self._label = body, label

    def read(self, size: int, /) -> bytes:
        with _reaching(self._label):
            return bytes(self._body.read(size))

    def close(self) -> None:
        self._body.close()


@contextmanager
def _reaching(label: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        said = error.response.get("Error", {}).get("Code", "")
        raise Unreachable(f"{label} 拒绝了请求（{said}）。请检查桶名、密钥和权限。") from error
    except (BotoCoreError, OSError) as error:
        raise Unreachable(f"{label} 连不上：{type(error).__name__}。请检查网络和地址。") from error
