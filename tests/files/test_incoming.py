"""Large uploads are sealed while they arrive, and gone when nobody keeps them."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.test import RequestFactory
from tests.cast import Cast
from tests.files.conftest import objects
from tests.files.scans import document, page

from dangan.access.queries import system_actor
from dangan.access.rules import Actor
from dangan.files import uploads
from dangan.files.actions import keep
from dangan.files.incoming import Incoming, sweep_incoming, take_in
from dangan.files.looking_after import sweep
from dangan.files.models import SealedFile
from dangan.files.queries import content
from dangan.files.rules import CHUNK_BYTES, SCANS, BadFile

pytestmark = pytest.mark.django_db

CANARY = b"CANARY-UPLOAD-3307"


def posted(actor: Actor, *files: tuple[str, bytes]) -> HttpRequest:
    """A request as the middleware leaves it, with these files."""
    request = RequestFactory().post(
        "/", {"file": [SimpleUploadedFile(name, data) for name, data in files]}
    )
    request.actor = actor  # type: ignore[attr-defined]  # as the middleware does
    return request


def test_an_upload_lies_sealed_on_the_disk_and_is_kept_without_being_written_again(
    cast: Cast, folder: Path
) -> None:
    archivist = cast.actor("archivist")
    data = document(b"<< /Length 3000000 >>\nstream\n" + CANARY * 166_666 + b"\nendstream")
    request = posted(archivist, ("卷.pdf", data))
    incoming = request.FILES["file"]
    assert isinstance(incoming, Incoming)
    assert (incoming.name, incoming.size) == ("卷.pdf", len(data))
    (lying,) = objects(folder)
    assert lying.parent.name == "incoming"
    assert lying.stat().st_mode & 0o777 == 0o600
    assert CANARY not in lying.read_bytes()
    inode = lying.stat().st_ino

    file = keep(archivist, subject=cast.people["沈知微"], name="卷.pdf", data=incoming, allow=SCANS)
    (kept,) = objects(folder)
    assert (kept.parent.name, kept.stat().st_ino) == (file.object.hex[:2], inode)
    assert incoming.read(5) == b"%PDF-", "it can still be read while the request lasts"
    request.close()
    assert b"".join(content(archivist, file.id, why="")) == data
    assert file.chunks == -(-len(data) // CHUNK_BYTES)


def test_reading_and_seeking_an_incoming_file(folder: Path) -> None:
    data = bytes(range(251)) * 20_000
    with take_in("x.pdf", [data[:7], data[7 : 3 * 2**20], data[3 * 2**20 :]]) as incoming:
        for place, size in ((0, 10), (2**20 - 3, 9), (len(data) - 4, 100), (len(data), 1)):
            incoming.seek(place)
            assert incoming.read(size) == data[place : place + size]
        assert b"".join(incoming.chunks()) == data
        incoming.seek(-3, os.SEEK_END)
        assert incoming.read() == data[-3:]
    assert objects(folder) == []


def test_what_nobody_keeps_goes_with_the_request_or_with_the_garbage(
    cast: Cast, folder: Path
) -> None:
    request = posted(cast.actor("archivist"), ("a.jpg", page()), ("b.jpg", page()))
    assert len(request.FILES.getlist("file")) == 2
    assert len(objects(folder)) == 2
    request.close()
    assert objects(folder) == []
    forgotten = take_in("x.pdf", [b"x" * 10])
    assert len(objects(folder)) == 1
    del forgotten
    gc.collect()
    assert objects(folder) == []


def test_what_fails_on_its_way_leaves_nothing(folder: Path) -> None:
    def dying() -> object:
        yield b"x" * 3 * 2**20
        raise RuntimeError

    with pytest.raises(RuntimeError):
        take_in("x.pdf", dying())  # type: ignore[arg-type]  # a generator that breaks off
    assert objects(folder) == []


def test_who_sends_no_scans_keeps_the_small_limits_in_memory(cast: Cast, folder: Path) -> None:
    for role in ("hr_specialist", "employee"):
        request = posted(cast.actor(role), ("证.jpg", page()))
        assert not isinstance(request.FILES["file"], Incoming)
    assert objects(folder) == []


def test_one_that_is_too_large_is_refused_by_name_and_the_others_are_kept(
    cast: Cast, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "SCAN_BYTES", 100_000)
    archivist = cast.actor("archivist")
    small = page(size=(40, 60))
    request = posted(archivist, ("大.jpg", bytes(300_000)), ("小.jpg", small))
    large, fine = request.FILES.getlist("file")
    assert request.upload_too_large  # type: ignore[attr-defined]  # ours
    assert large.size == 300_000
    with pytest.raises(BadFile) as refused:
        keep(archivist, subject=cast.people["沈知微"], name="大.jpg", data=large, allow=SCANS)
    assert "“大.jpg”超过" in str(refused.value.message)
    with pytest.raises(BadFile):
        large.read()
    keep(archivist, subject=cast.people["沈知微"], name="小.jpg", data=fine, allow=SCANS)
    request.close()
    assert [path.parent.name for path in objects(folder)] != ["incoming"]
    assert SealedFile.objects.count() == 1


def test_a_proof_sent_by_an_archivist_is_encoded_anew_as_ever(cast: Cast) -> None:
    archivist = cast.actor("archivist")
    given = page() + b"behind"
    request = posted(archivist, ("证.jpg", given))
    upload = request.FILES["file"]
    upload.read(100)
    file = keep(archivist, subject=cast.people["沈知微"], name="证.jpg", data=upload)
    stored = b"".join(content(archivist, file.id, why=""))
    assert stored.startswith(b"\xff\xd8")
    assert b"behind" not in stored


_WITH = """
import os, sys
sys.path.insert(0, ".")
import django
django.setup()
from django.conf import settings
settings.STORAGES["files"]["OPTIONS"]["location"] = sys.argv[1]
from dangan.files.incoming import take_in
def pieces():
    for number in range(40):
        yield b"CANARY-UPLOAD-3307" * 10_000
        if number == 20:
            {event}
"""


def receiving(folder: Path, event: str, after: str = "take_in('卷.pdf', pieces())") -> object:
    """Another process that receives a file, and what happens in the middle of it."""
    return subprocess.run(
        [sys.executable, "-c", _WITH.format(event=event) + after, str(folder)],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_a_process_killed_while_it_receives_leaves_noise_that_the_next_start_removes(
    folder: Path,
) -> None:
    run = receiving(folder, "os.kill(os.getpid(), 9)")
    assert run.returncode == -signal.SIGKILL, run.stderr
    (left,) = objects(folder)
    assert left.stat().st_size > 2**20
    assert CANARY not in left.read_bytes()
    mine = take_in("x.pdf", [b"still arriving"])
    assert sweep_incoming() == 1
    assert [path.read_bytes() for path in objects(folder)], "mine is locked, and stays"
    mine.close()
    assert objects(folder) == []


def test_the_night_sweeps_too(folder: Path) -> None:
    receiving(folder, "os.kill(os.getpid(), 9)")
    assert sweep(system_actor()) == 1
    assert objects(folder) == []


def test_a_full_disk_is_said_and_leaves_nothing(folder: Path) -> None:
    """The limit of a process stands for the disk: the system says so in the same place."""
    run = receiving(
        folder,
        "pass",
        "\n".join(
            (
                "import resource",
                "resource.setrlimit(resource.RLIMIT_FSIZE, (3 * 2**20, 3 * 2**20))",
                "from dangan.files.rules import BadFile",
                "try:",
                "    take_in('卷.pdf', pieces())",
                "except BadFile as refused:",
                "    print(refused.message)",
            )
        ),
    )
    assert run.returncode == 0, run.stderr
    assert "磁盘已满，“卷.pdf”没有保存" in run.stdout
    assert objects(folder) == []


def test_a_full_disk_refuses_uploads_and_proofs_with_a_sentence(
    cast: Cast, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int, _data: bytes) -> int:
        raise OSError(28, "No space left on device")

    archivist = cast.actor("archivist")
    monkeypatch.setattr("dangan.files.incoming.os.write", full)
    request = posted(archivist, ("卷.jpg", page()))
    assert len(objects(folder)) == 0
    subject = cast.people["沈知微"]
    for data, allow in ((request.FILES["file"], SCANS), (page(), SCANS), (page(), {"image/jpeg"})):
        with pytest.raises(BadFile) as refused:
            keep(archivist, subject=subject, name="卷.jpg", data=data, allow=allow)
        assert "磁盘已满" in str(refused.value.message)
    assert objects(folder) == []
    assert not SealedFile.objects.exists()
