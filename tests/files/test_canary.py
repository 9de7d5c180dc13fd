"""Nothing of a file or of its name lies in clear anywhere: not in the storage, not in a temporary
folder, not in the table."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import pytest
from django.db import connection
from tests.cast import Cast
from tests.files.samples import document

from dangan.access.rules import Actor
from dangan.audit.actions import flush
from dangan.files.actions import keep
from dangan.files.queries import content, page_image

pytestmark = pytest.mark.django_db

CONTENT = b"CANARY-CONTENT-5512-" + "金丝雀证书".encode()
NAME = "金丝雀文件名五五一二"


def planted(cast: Cast) -> Actor:
    hr = cast.actor("hr_specialist")
    body = (CONTENT + b" ") * 60_000
    data = document(b"<< /Length %d >>\nstream\n" % len(body) + body + b"\nendstream")
    file = keep(hr, subject=cast.people["沈知微"], name=NAME + ".pdf", data=data)
    assert CONTENT in b"".join(content(hr, file.id, why="金丝雀事由"))
    page_image(hr, file.id, watermark="x")
    flush(hr.trail)
    return hr


def test_nothing_lies_in_clear(
    cast: Cast, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    opened: list[str] = []

    def watch(event: str, args: tuple[object, ...]) -> None:
        if event == "open" and isinstance(args[0], str) and isinstance(args[2], int):
            writing = args[2] & (os.O_WRONLY | os.O_RDWR)
            if writing and watching and not args[0].startswith(("/proc", "/dev")):
                opened.append(args[0])

    watching = True
    sys.addaudithook(watch)  # there is no way to take a hook off: it goes quiet below
    try:
        planted(cast)
    finally:
        watching = False
    assert {str(Path(path).parents[1]) for path in opened} == {str(folder)}, opened
    assert list(temporary.iterdir()) == []
    words = [CONTENT, CONTENT[:20], NAME.encode(), NAME.encode("utf-16-le"), b"%PDF"]
    for path in folder.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        assert not any(word in data or word in str(path).encode() for word in words)
    with connection.cursor() as cursor:
        cursor.execute("SELECT f::text FROM files_sealedfile f")
        rows = " ".join(row[0] for row in cursor.fetchall())
        cursor.execute("SELECT encode(entry, 'escape') FROM audit_event WHERE action LIKE 'file.%'")
        rows += " ".join(row[0] for row in cursor.fetchall())
    for word in (CONTENT.decode(), NAME, NAME.encode().hex(), CONTENT.hex(), "金丝雀事由"):
        assert word not in rows
