"""Scans as an attacker would send, look for and take them: nothing in clear, nothing run."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import RequestFactory
from tests.cast import Cast
from tests.files.scans import document, page, tiff, zipped

from dangan.access.rules import Actor
from dangan.audit.actions import flush
from dangan.files import responses
from dangan.files.actions import keep
from dangan.files.archives import members
from dangan.files.incoming import Incoming
from dangan.files.models import SealedFile
from dangan.files.queries import page_image
from dangan.files.rules import SCANS, BadFile

pytestmark = pytest.mark.django_db

CANARY = b"CANARY-SCAN-8846"
NAME = "金丝雀扫描件八八四六"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    """The storage in a folder of the test's own."""
    storage = storages["files"]
    before = storage.__dict__.copy()
    storage._location = str(tmp_path / "files")
    for cached in ("base_location", "location"):
        storage.__dict__.pop(cached, None)
    yield tmp_path / "files"
    storage.__dict__.clear()
    storage.__dict__.update(before)


def sent(actor: Actor, *files: tuple[str, bytes]) -> list[Incoming]:
    request = RequestFactory().post(
        "/", {"file": [SimpleUploadedFile(name, data) for name, data in files]}
    )
    request.actor = actor  # type: ignore[attr-defined]  # as the middleware does
    return request.FILES.getlist("file")  # type: ignore[return-value]  # sealed uploads


def canaries() -> bytes:
    body = (CANARY + b" ") * 150_000
    return document(b"<< /Length %d >>\nstream\n" % len(body) + body + b"\nendstream")


def test_nothing_of_a_large_upload_lies_in_clear_at_any_time(
    cast: Cast, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every file that is opened for writing from the first byte to the last look at a page lies
    in the storage, and none has a word of it; neither has the table nor the log."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    opened: list[str] = []

    def watch(event: str, args: tuple[object, ...]) -> None:
        if watching and event == "open" and isinstance(args[0], str) and isinstance(args[2], int):
            writing = args[2] & (os.O_WRONLY | os.O_RDWR)
            if writing and not args[0].startswith(("/proc", "/dev")):
                opened.append(args[0])

    watching = True
    sys.addaudithook(watch)  # there is no way to take a hook off: it goes quiet below
    archivist = cast.actor("archivist")
    try:
        [upload, packed] = sent(
            archivist,
            (NAME + ".pdf", canaries()),
            (NAME + ".zip", zipped((NAME + "/1.pdf", canaries()))),
        )
        lying = [path for path in folder.rglob("*") if path.is_file()]
        assert len(lying) == 2
        assert_sealed(folder)
        file = keep(
            archivist,
            subject=cast.people["沈知微"],
            name=NAME + ".pdf",
            data=upload,
            allow=SCANS,
        )
        for path, member in members(packed):
            keep(archivist, subject=cast.people["沈知微"], name=path, data=member, allow=SCANS)
        page_image(archivist, file.id, watermark="x", why="金丝雀事由")
        flush(archivist.trail)
    finally:
        watching = False
    assert opened
    assert {str(Path(path).parents[1]) for path in opened} == {str(folder)}
    assert list(temporary.iterdir()) == []
    assert_sealed(folder)
    with connection.cursor() as cursor:
        cursor.execute("SELECT f::text FROM files_sealedfile f")
        rows = " ".join(row[0] for row in cursor.fetchall())
        cursor.execute("SELECT encode(entry, 'escape') FROM audit_event WHERE action LIKE 'file.%'")
        rows += " ".join(row[0] for row in cursor.fetchall())
    for word in (CANARY.decode(), CANARY.hex(), NAME, NAME.encode().hex(), "金丝雀事由"):
        assert word not in rows


def assert_sealed(folder: Path) -> None:
    words = [CANARY, NAME.encode(), NAME.encode("utf-16-le"), b"%PDF", b"PK\x03\x04\x14"]
    for path in folder.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        assert not any(word in data or word in str(path).encode() for word in words)


@pytest.mark.parametrize("role", ["employee", "hr_specialist", "leader", "auditor", "it"])
def test_only_who_handles_scans_may_fill_the_disk(cast: Cast, folder: Path, role: str) -> None:
    actor = cast.actor(role)
    assert not actor.may("archive.scan")
    for upload in sent(actor, ("a.jpg", page())):
        assert not isinstance(upload, Incoming)
    assert not folder.exists() or not any(path.is_file() for path in folder.rglob("*"))


@pytest.mark.parametrize(
    ("name", "data"),
    [("证.pdf", document()), ("证.jpg", page()), ("证.png", page("PNG")), ("证.tif", tiff(2))],
)
def test_an_original_leaves_only_to_be_saved_and_is_never_run(
    cast: Cast, name: str, data: bytes
) -> None:
    archivist = cast.actor("archivist")
    file = keep(archivist, subject=cast.people["沈知微"], name=name, data=data, allow=SCANS)
    answer = responses.download(RequestFactory().get("/"), archivist, file.id, why="核对")
    assert b"".join(answer.streaming_content) == data
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "no-store"
    shown = responses.preview(RequestFactory().get("/"), archivist, file.id, why="核对")
    assert shown["Content-Type"] == "image/jpeg"
    assert shown.content.startswith(b"\xff\xd8")


def test_one_bad_file_of_a_batch_is_named_and_the_rest_is_kept(cast: Cast, folder: Path) -> None:
    archivist, subject = cast.actor("archivist"), cast.people["沈知微"]
    bad = {
        "a.svg": b"<svg onload='alert(1)' xmlns='http://www.w3.org/2000/svg'/>",
        "b.jpg": b"<html><script>alert(1)</script>",
        "c.jpg": page()[:-200],
        "d.pdf": document(b"<< /S /JavaScript /JS (1) >>"),
        "e.jpg": document(),
        "f.exe": b"MZ" + bytes(100),
        "g.jpg": page() + zipped(("x", b"y")),
    }
    kept, named = [], []
    uploads = sent(archivist, *bad.items(), ("fine.jpg", page()))
    for upload in uploads:
        name = upload.name or ""
        try:
            kept.append(keep(archivist, subject=subject, name=name, data=upload, allow=SCANS))
        except BadFile as refused:
            assert f"“{name}”" in str(refused.message)
            named.append(name)
    assert named == list(bad)
    assert [file.media_type for file in kept] == ["image/jpeg"]
    left = [path.name for path in folder.rglob("*") if path.is_file()]
    assert left == [SealedFile.objects.get().object.hex], "what was refused is gone at once"


def test_a_number_and_a_name_across_every_picture(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The roster knows the numbers; whoever has none is told apart by the account."""
    monkeypatch.setattr(
        responses, "_numbers", [lambda actor: "020486" if actor.subject is not None else ""]
    )
    member, archivist = cast.actor("employee", name="沈知微"), cast.actor("archivist")
    assert responses.watermark_of(member).startswith("沈知微 020486 2")
    assert responses.watermark_of(archivist).startswith(f"archivist {str(archivist.id)[:8]} 2")
