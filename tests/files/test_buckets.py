"""Sealed files in a bucket: kept, read anywhere, compared, thrown away; and when the store is away.

The store is moto's server, over HTTP as in production.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import timezone
from moto.server import ThreadedMotoServer
from tests.cast import Cast
from tests.files.samples import document

from dangan.access.queries import console_actor
from dangan.config import stores
from dangan.files import looking_after, opening, queries
from dangan.files.actions import discard, keep
from dangan.files.models import SealedFile
from dangan.files.storage import StoreUnavailable, files, stored_objects
from dangan.ui import outage
from dangan.vault import queries as vault_queries
from dangan.vault.rules import Tampered

pytestmark = pytest.mark.django_db(transaction=False)
BUCKET = "dangan-files"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint: str, tmp_path: Path) -> Iterator[Any]:
    """A fresh bucket, in force as the storage of sealed files."""
    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id="key",
        aws_secret_access_key="secret",
        region_name="us-east-1",
    )
    name = f"{BUCKET}-{uuid4().hex[:8]}"
    client.create_bucket(Bucket=name)
    url = f"s3://key:secret@{name}/some/prefix?endpoint={endpoint}&region=us-east-1"
    env = settings.DANGAN.model_copy(update={"files_url": url, "home": tmp_path})
    with override_settings(
        DANGAN=settings.DANGAN.model_copy(update={"files_url": url}),
        STORAGES={**settings.STORAGES, "files": stores.files(env)},
    ):
        yield Bucket(client, name)


class Bucket:
    def __init__(self, client: Any, name: str) -> None:
        self.client, self.name = client, name

    def keys(self) -> list[str]:
        found = self.client.list_objects_v2(Bucket=self.name)
        return [item["Key"] for item in found.get("Contents", ())]

    def body(self, key: str) -> bytes:
        data: bytes = self.client.get_object(Bucket=self.name, Key=key)["Body"].read()
        return data

    def put(self, key: str, body: bytes) -> None:
        self.client.put_object(Bucket=self.name, Key=key, Body=body)


@pytest.fixture
def kept(cast: Cast, bucket: Bucket) -> SealedFile:
    hr = cast.actor("hr_specialist")
    data = io.BytesIO(document(pages=2))
    return keep(hr, subject=cast.people["沈知微"], name="学位证.pdf", data=data)


def test_a_file_comes_back_as_it_was_and_the_store_cannot_read_it(
    cast: Cast, bucket: Bucket, kept: SealedFile
) -> None:
    (key,) = bucket.keys()
    assert key.startswith("some/prefix/")
    assert str(kept.id) not in key
    assert b"%PDF" not in bucket.body(key)
    hr = cast.actor("hr_specialist")
    assert b"".join(queries.content(hr, kept.id, why="核对")) == document(pages=2)


def test_it_is_read_anywhere_without_a_plain_byte_on_the_disk(
    bucket: Bucket, kept: SealedFile
) -> None:
    reader = opening.open_random(vault_queries.key_of(kept.subject), kept)
    with reader:
        reader.seek(5)
        assert reader.read(20) == document(pages=2)[5:25]
    assert [name for name, _ in stored_objects()] == [kept.object]


def test_a_flipped_byte_and_a_lost_file_are_named(bucket: Bucket, kept: SealedFile) -> None:
    (key,) = bucket.keys()
    body = bytearray(bucket.body(key))
    body[100] ^= 1
    bucket.put(key, bytes(body))
    with pytest.raises(Tampered):
        b"".join(opening.open_content(vault_queries.key_of(kept.subject), kept))
    assert looking_after._digest(kept.object) != bytes(kept.digest)
    bucket.client.delete_object(Bucket=bucket.name, Key=key)
    with pytest.raises(Tampered):
        b"".join(opening.open_content(vault_queries.key_of(kept.subject), kept))
    assert looking_after._digest(kept.object) is None


def test_what_is_thrown_away_is_gone_and_what_nobody_knows_is_swept_up(
    cast: Cast,
    bucket: Bucket,
    kept: SealedFile,
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        discard(cast.actor("hr_specialist"), file=kept.id)
    assert bucket.keys() == []
    stray = uuid4().hex
    bucket.put(f"some/prefix/{stray[:2]}/{stray}", b"noise")
    bucket.put("some/prefix/of/somebody-else.txt", b"left alone")
    looking_after.sweep(console_actor(), now=timezone.now() + timedelta(days=3))
    assert bucket.keys() == ["some/prefix/of/somebody-else.txt"]


def test_a_store_that_is_away_keeps_nothing_and_damages_nothing(
    cast: Cast, bucket: Bucket, kept: SealedFile, endpoint: str
) -> None:
    away = stores.files(
        settings.DANGAN.model_copy(
            update={"files_url": "s3://key:secret@gone?endpoint=http://127.0.0.1:9&region=x"}
        )
    )
    hr = cast.actor("hr_specialist")
    before = SealedFile.objects.count()
    with override_settings(STORAGES={**settings.STORAGES, "files": away}):
        with pytest.raises(StoreUnavailable) as refused:
            keep(hr, subject=cast.people["沈知微"], name="学位证.pdf", data=document(pages=1))
        assert outage.passing(refused.value), "503: another try may succeed"
        with pytest.raises(StoreUnavailable):
            looking_after._digest(kept.object)
        with pytest.raises(StoreUnavailable):
            b"".join(opening.open_content(vault_queries.key_of(kept.subject), kept))
    assert SealedFile.objects.count() == before
    assert files().exists(f"{kept.object.hex[:2]}/{kept.object.hex}")
