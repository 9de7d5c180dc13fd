"""Folder, SFTP and S3 behave alike: whole objects only, halves swept, strangers refused."""

from __future__ import annotations

import base64
import hashlib
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import boto3
import paramiko
import pytest
from moto.server import ThreadedMotoServer

from dangan.operations.backup import age
from dangan.operations.backup.places import on_this_disk, place_of, same_hands
from dangan.operations.backup.rules.problems import Damaged, Unreachable, Unusable
from dangan.operations.backup.stores import Lost, Store, open_store
from dangan.operations.backup.stores.base import get, put


class Door(paramiko.ServerInterface):
    """Lets one key in, for SFTP only."""

    def __init__(self, key: paramiko.PKey) -> None:
        self._key = key

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        good = username == "backup" and key == self._key
        return paramiko.AUTH_SUCCESSFUL if good else paramiko.AUTH_FAILED

    def get_allowed_auths(self, username: str) -> str:
        del username
        return "publickey"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        del chanid
        granted = kind == "session"
        return paramiko.OPEN_SUCCEEDED if granted else paramiko.OPEN_FAILED_UNKNOWN_CHANNEL_TYPE


class Handle(paramiko.SFTPHandle):
    """An open file that knows its length."""

    def stat(self) -> Any:
        return paramiko.SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))  # type: ignore[attr-defined]  # paramiko's own


class Folder(paramiko.SFTPServerInterface):
    """A real folder behind SFTP."""

    root = Path()

    def _real(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def _tried(self, deed: Any) -> Any:
        try:
            return deed()
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    def list_folder(self, path: str) -> Any:
        def listed() -> list[paramiko.SFTPAttributes]:
            return [
                paramiko.SFTPAttributes.from_stat(one.stat(), one.name)
                for one in self._real(path).iterdir()
            ]

        return self._tried(listed)

    def stat(self, path: str) -> Any:
        return self._tried(lambda: paramiko.SFTPAttributes.from_stat(self._real(path).stat()))

    lstat = stat

    def open(self, path: str, flags: int, attr: paramiko.SFTPAttributes) -> Any:
        del attr

        def opened() -> paramiko.SFTPHandle:
            writing = flags & 3
            file = self._real(path).open("wb" if writing else "rb")
            handle = Handle(flags)
            handle.readfile = handle.writefile = file  # type: ignore[attr-defined]  # paramiko's own
            return handle

        return self._tried(opened)

    def remove(self, path: str) -> Any:
        return self._tried(lambda: self._real(path).unlink() or paramiko.SFTP_OK)

    def posix_rename(self, oldpath: str, newpath: str) -> Any:
        def renamed() -> int:
            self._real(oldpath).rename(self._real(newpath))
            return int(paramiko.SFTP_OK)

        return self._tried(renamed)

    def mkdir(self, path: str, attr: paramiko.SFTPAttributes) -> Any:
        del attr
        return self._tried(lambda: self._real(path).mkdir() or paramiko.SFTP_OK)

    def rmdir(self, path: str) -> Any:
        return self._tried(lambda: self._real(path).rmdir() or paramiko.SFTP_OK)


@pytest.fixture(scope="module")
def sftp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server on this machine; gives its address with the pinned key."""
    folder = tmp_path_factory.mktemp("sftp")
    Folder.root = folder / "root"
    Folder.root.mkdir()
    host, client = paramiko.RSAKey.generate(2048), paramiko.RSAKey.generate(2048)
    client.write_private_key_file(str(folder / "id"))
    listening = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def serve() -> None:
        while not stop.is_set():
            try:
                line, _ = listening.accept()
            except OSError:
                return
            transport = paramiko.Transport(line)
            transport.add_server_key(host)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, Folder)
            transport.start_server(server=Door(client))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    seen = base64.b64encode(hashlib.sha256(host.asbytes()).digest()).decode().rstrip("=")
    port = listening.getsockname()[1]
    key = quote(str(folder / "id"))
    yield f"sftp://backup@127.0.0.1:{port}/dangan?key={key}&host_key=SHA256:{quote(seen)}"
    stop.set()
    listening.close()


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    client: Any = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="k",
        aws_secret_access_key="s",
    )
    client.create_bucket(Bucket="backups")
    client.close()
    yield f"s3://k:s@backups/dangan?endpoint={quote(endpoint, safe='')}"
    server.stop()


@pytest.fixture(params=["folder", "sftp", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    url = (
        (tmp_path / "place").as_uri()
        if request.param == "folder"
        else str(request.getfixturevalue(request.param))
    )
    with closing(open_store(url)) as opened:
        yield opened
        for name, _ in list(opened.names("")):
            opened.delete(name)


def test_an_object_is_there_when_it_is_done_and_not_before(store: Store) -> None:
    sink = store.write("backups/one/data-1.age")
    sink.write(b"a" * 300_000)
    assert list(store.names("backups/")) == []
    with pytest.raises(Lost):
        get(store, "backups/one/data-1.age")
    sink.write(b"b")
    sink.done()
    store.settle()
    assert list(store.names("backups/")) == [("backups/one/data-1.age", 300_001)]
    assert get(store, "backups/one/data-1.age") == b"a" * 300_000 + b"b"
    store.delete("backups/one/data-1.age")
    store.delete("backups/one/data-1.age")
    assert list(store.names("")) == []


def test_what_was_given_up_or_left_half_written_goes(store: Store) -> None:
    given_up = store.write("files/ab/one.age")
    given_up.write(b"x" * 17 * 2**20)  # more than one part of a multipart upload
    given_up.abandon()
    left = store.write("files/ab/two.age")
    left.write(b"x" * 17 * 2**20)
    put(store, "files/ab/three.age", b"whole")
    assert store.sweep() >= 1
    assert list(store.names("")) == [("files/ab/three.age", 5)]
    assert store.sweep() == 0


def test_a_large_object_streams_through_encrypted_and_back(store: Store, tmp_path: Path) -> None:
    public = age.new_identity(tmp_path / "id.txt")
    sink = store.write("files/ab/large.age")
    counted = age.Counted(sink, lambda _size: None)
    piece = bytes(range(256)) * 4096
    source = age.Pieces(iter([piece] * 40))
    age.encrypt(source, counted, age.recipient_of(public, setting="X"))
    sink.done()
    seen = hashlib.sha256()
    reading = store.read("files/ab/large.age")
    identity = age.identity_of(tmp_path / "id.txt")
    taker = age.Taker(seen.update, lambda: "")
    age.decrypt(reading, identity, taker, part="p", size=counted.size, sha256=counted.sha256)
    reading.close()
    assert seen.hexdigest() == hashlib.sha256(piece * 40).hexdigest()
    with pytest.raises(Damaged, match="p"):
        again = store.read("files/ab/large.age")
        taker = age.Taker(lambda _data: None, lambda: "")
        age.decrypt(again, identity, taker, part="p", size=counted.size, sha256="0" * 64)


def test_a_server_with_another_host_key_gets_nothing(sftp: str) -> None:
    other = base64.b64encode(hashlib.sha256(b"other").digest()).decode().rstrip("=")
    with pytest.raises(Unusable, match="冒充"):
        open_store(sftp.partition("SHA256:")[0] + "SHA256:" + quote(other))


def test_a_stranger_is_not_let_in(sftp: str, tmp_path: Path) -> None:
    paramiko.RSAKey.generate(2048).write_private_key_file(str(tmp_path / "stranger"))
    base, _, rest = sftp.partition("?key=")
    host_key = rest.partition("&")[2]
    with pytest.raises(Unreachable):
        open_store(f"{base}?key={tmp_path / 'stranger'}&{host_key}")


def test_a_bucket_that_is_not_there_is_said_to_be(s3: str) -> None:
    nowhere = open_store(s3.replace("@backups/", "@nowhere/"))
    with closing(nowhere), pytest.raises(Unreachable, match="NoSuchBucket"):
        put(nowhere, "x", b"y")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("/var/backups", "写法不对"),
        ("file://host/folder", "写法不对"),
        ("ftp://host/folder", "写法不对"),
        ("sftp://host/folder?key=/k&host_key=SHA256:x", "写法不对"),
        ("sftp://u@host/folder?key=/k", "host_key"),
        ("s3:///prefix", "桶"),
    ],
)
def test_an_address_that_names_no_place_is_refused_with_the_right_form(url: str, said: str) -> None:
    with pytest.raises(Unusable, match=said):
        place_of(url)


def test_places_that_share_a_fate_are_one(tmp_path: Path) -> None:
    folder = place_of(tmp_path.as_uri())
    other = place_of((tmp_path / "other").as_uri())
    server = place_of("sftp://u@host/a?key=/k&host_key=SHA256:x")
    same = place_of("sftp://v@host:2222/b?key=/k&host_key=SHA256:x")
    bucket = place_of("s3://one/a?endpoint=https://s3.example")
    prefix = place_of("s3://one/b?endpoint=https://s3.example")
    away = place_of("s3://two/a?endpoint=https://s3.example")
    assert same_hands(folder, other)
    assert same_hands(server, same)
    assert same_hands(bucket, prefix)
    assert not same_hands(bucket, away)
    assert not same_hands(folder, server)
    by_address = place_of("sftp://u@192.0.2.1/a?key=/k&host_key=SHA256:x%3D")
    assert same_hands(server, by_address)
    stranger = place_of("sftp://u@192.0.2.1/a?key=/k&host_key=SHA256:y")
    assert not same_hands(server, stranger)
    assert same_hands(bucket, place_of("s3://one/a?endpoint=https://S3.example.:443/"))
    assert not same_hands(bucket, place_of("s3://one/a?endpoint=https://s3.example:9000"))
    amazon = place_of("s3://one/a?region=eu-central-1")
    assert same_hands(amazon, place_of("s3://one/b?endpoint=https://s3.amazonaws.com"))
    assert on_this_disk(folder, tmp_path)
    assert not on_this_disk(server, tmp_path)
