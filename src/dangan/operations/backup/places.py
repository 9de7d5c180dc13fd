"""The places that settings name, and whether two of them are one and the same."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from dangan.config.environment import FileStore, file_store
from dangan.operations.backup.rules.problems import Unusable

HOW = (
    "写成 file:///文件夹、sftp://用户@主机:端口/路径?key=私钥文件&host_key=SHA256:… "
    "或 s3://桶/前缀?endpoint=https://主机&region=地区"
)


@dataclass(frozen=True, slots=True)
class FolderPlace:
    """A folder, by its absolute path."""

    path: Path


@dataclass(frozen=True, slots=True)
class SftpPlace:
    """Where to and as whom; ``host_key`` is ``SHA256:…`` as ``ssh-keygen -lf`` prints it."""

    host: str
    port: int
    user: str
    path: str
    key_file: Path
    host_key: str


Place = FolderPlace | SftpPlace | FileStore


def place_of(url: str) -> Place:
    """The place an address names; raises :class:`Unusable`."""
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.path.startswith("/") and not parts.netloc:
        return FolderPlace(Path(unquote(parts.path)))
    if parts.scheme == "sftp":
        return _sftp(url)
    if parts.scheme == "s3":
        try:
            return file_store(url)
        except ValueError as error:
            raise Unusable(f"备份位置{error}。") from None
    raise Unusable(f"备份位置的写法不对，{HOW}。")


def _sftp(url: str) -> SftpPlace:
    parts = urlsplit(url)
    options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    try:
        port = parts.port or 22
    except ValueError:
        port = 0
    key, host_key = options.get("key", ""), options.get("host_key", "").replace(" ", "+")
    path = unquote(parts.path)
    if not (parts.hostname and parts.username and port and key and path.strip("/")):
        raise Unusable(f"SFTP 备份位置的写法不对，{HOW}。")
    if not host_key.startswith("SHA256:"):
        raise Unusable(
            "SFTP 备份位置没有写 host_key=SHA256:…（服务器上用 ssh-keygen -lf 查看），没有连接。"
        )
    return SftpPlace(
        parts.hostname,
        port,
        unquote(parts.username),
        path,
        Path(key).expanduser(),
        host_key.rstrip("="),
    )


def same_hands(one: Place, other: Place) -> bool:
    """Whether whoever gets hold of one place has the other as well.

    Two folders of one disk, two paths of one server, two prefixes of one bucket are one place.
    """
    if isinstance(one, FolderPlace) and isinstance(other, FolderPlace):
        return _device(one.path) == _device(other.path)
    if isinstance(one, SftpPlace) and isinstance(other, SftpPlace):
        # A name, another name and an address may be one machine: its key tells.
        return one.host.rstrip(".") == other.host.rstrip(".") or one.host_key == other.host_key
    if isinstance(one, FileStore) and isinstance(other, FileStore):
        return one.bucket == other.bucket and _server(one.endpoint) == _server(other.endpoint)
    return False


def _server(endpoint: str) -> tuple[str, int]:
    """Host and port of a store, however they are written; empty of Amazon's, where a bucket's name
    is used once in the world."""
    parts = urlsplit(endpoint)
    host = (parts.hostname or "").rstrip(".")
    if not host or host.endswith(".amazonaws.com"):
        return "", 0
    return host, parts.port or (80 if parts.scheme == "http" else 443)


def on_this_disk(place: Place, home: Path) -> bool:
    """Whether a lost disk would take the back-up with it."""
    return isinstance(place, FolderPlace) and _device(place.path) == _device(home)


def _device(path: Path) -> int:
    for folder in (path, *path.parents):
        if folder.exists():
            return folder.stat().st_dev
    return 0
