"""The virus scanner: what it finds is refused, and so is everything while it does not answer."""

from __future__ import annotations

import shutil
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from tests.cast import Cast
from tests.files.conftest import objects
from tests.files.samples import document
from tests.files.scans import page
from tests.files.test_scans import EICAR

from dangan.config.environment import BadSetting, Environment, environment
from dangan.files import scanner
from dangan.files.actions import keep
from dangan.files.models import SealedFile
from dangan.files.rules import SCANS, BadFile

pytestmark = pytest.mark.django_db


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def set_to(where: str) -> None:
        monkeypatch.setattr(settings, "DANGAN", environment().model_copy(update={"clamd": where}))

    return set_to


@contextmanager
def clamd(answer: Callable[[bytes], bytes | None]) -> Iterator[tuple[str, list[bytes]]]:
    """A server that speaks INSTREAM and answers what it is told to; None closes at once."""
    heard: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                line, _address = server.accept()
            except OSError:
                return
            with line:
                heard.append(received(line))
                said = answer(heard[-1])
                if said is not None:
                    line.sendall(said)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.getsockname()[1]}", heard
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(5)


def received(line: socket.socket) -> bytes:
    source = line.makefile("rb")
    assert source.read(10) == b"zINSTREAM\0"
    data = b""
    while size := struct.unpack(">I", source.read(4))[0]:
        data += source.read(size)
    return data


def refused(cast: Cast, data: bytes, name: str = "卷.jpg") -> str:
    with pytest.raises(BadFile) as refusal:
        keep(
            cast.actor("archivist"),
            subject=cast.people["沈知微"],
            name=name,
            data=data,
            allow=SCANS,
        )
    assert not SealedFile.objects.exists()
    message = str(refusal.value.message)
    assert f"“{name}”" in message
    return message


def verdict(data: bytes) -> bytes:
    found = EICAR in data
    return b"stream: Eicar-Test-Signature FOUND\0" if found else b"stream: OK\0"


def test_the_whole_file_is_shown_and_what_is_found_is_refused(
    cast: Cast, folder: Path, configured: Callable[[str], None]
) -> None:
    infected = document(b"<< /Length 4 >>\nstream\n" + EICAR + b"\nendstream")
    archivist, subject = cast.actor("archivist"), cast.people["沈知微"]
    with clamd(verdict) as (where, heard):
        configured(where)
        clean = page()
        keep(archivist, subject=subject, name="页.jpg", data=clean, allow=SCANS)
        keep(archivist, subject=subject, name="证.jpg", data=clean)
        assert heard == [clean, clean]
        SealedFile.objects.all().delete()
        left = len(objects(folder))
        for name, data in (("卷.pdf", infected), ("eicar.jpg", EICAR)):
            assert "没有通过病毒扫描" in refused(cast, data, name)
    assert len(objects(folder)) == left


@pytest.mark.parametrize(
    "answer",
    [
        None,
        b"",
        b"\0",
        b"INSTREAM size limit exceeded. ERROR\0",
        b"stream: OK maybe\0",
        b"x" * 9000,
    ],
)
def test_any_other_answer_stops_the_file(
    cast: Cast, folder: Path, configured: Callable[[str], None], answer: bytes | None
) -> None:
    with clamd(lambda _data: answer) as (where, _heard):
        configured(where)
        assert "病毒扫描程序没有扫描" in refused(cast, page())
    assert objects(folder) == []


def test_a_scanner_that_is_not_there_or_silent_stops_the_file(
    cast: Cast, configured: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        configured(f"127.0.0.1:{probe.getsockname()[1]}")
    assert "病毒扫描程序没有扫描" in refused(cast, page())
    configured(str(tmp_path / "none.ctl"))
    assert "病毒扫描程序没有扫描" in refused(cast, page())
    monkeypatch.setattr(scanner, "SECONDS", 0.2)

    def silent(_data: bytes) -> None:
        time.sleep(1)

    with clamd(silent) as (where, _heard):
        configured(where)
        assert "病毒扫描程序没有扫描" in refused(cast, page())


def test_without_a_scanner_nobody_is_asked(cast: Cast) -> None:
    assert settings.DANGAN.clamd == ""
    keep(
        cast.actor("archivist"),
        subject=cast.people["沈知微"],
        name="页.jpg",
        data=page(),
        allow=SCANS,
    )


@pytest.mark.parametrize("value", ["/run/clamav/clamd.ctl", "127.0.0.1:3310", "[::1]:3310", ""])
def test_where_a_scanner_may_listen(value: str) -> None:
    assert Environment(clamd=value).clamd == value


@pytest.mark.parametrize("value", ["clamd", "http://x:1", "x:", "x:0", "run/clamd.ctl", "x:y"])
def test_a_wrong_setting_is_said_at_the_start(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DANGAN_CLAMD", value)
    environment.cache_clear()
    try:
        with pytest.raises(BadSetting, match=r"DANGAN_CLAMD：.*套接字的绝对路径"):
            environment()
    finally:
        monkeypatch.undo()
        environment.cache_clear()


@pytest.mark.soak
@pytest.mark.skipif(shutil.which("clamd") is None, reason="clamav-daemon is not installed")
def test_the_real_clamd(cast: Cast, configured: Callable[[str], None], tmp_path: Path) -> None:
    """With one signature of our own, so that nothing has to be fetched."""
    tmp_path.chmod(0o755)
    signatures, line = tmp_path / "signatures", tmp_path / "clamd.ctl"
    signatures.mkdir()
    (signatures / "own.ndb").write_text(f"Test.Eicar:0:*:{EICAR.hex()}\n")
    settings_file = tmp_path / "clamd.conf"
    settings_file.write_text(
        f"LocalSocket {line}\nDatabaseDirectory {signatures}\nForeground yes\n"
        f"TemporaryDirectory {tmp_path}\nStreamMaxLength 600M\n"
    )
    with subprocess.Popen(["clamd", "-c", str(settings_file)]) as daemon:
        try:
            until = time.monotonic() + 30
            while not line.exists() and time.monotonic() < until:
                time.sleep(0.1)
            configured(str(line))
            infected = document(b"<< /Length 4 >>\nstream\n" + EICAR + b"\nendstream")
            assert "没有通过病毒扫描" in refused(cast, infected, "卷.pdf")
            assert "没有通过病毒扫描" in refused(cast, EICAR, "eicar.jpg")
            keep(
                cast.actor("archivist"),
                subject=cast.people["沈知微"],
                name="页.jpg",
                data=page(),
                allow=SCANS,
            )
        finally:
            daemon.terminate()
