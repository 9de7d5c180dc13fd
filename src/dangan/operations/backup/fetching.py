"""Reading a back-up back, believing nothing: signatures, digests and epochs are checked before a
byte is used. Needs neither Django nor the installation that wrote it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dangan.audit.rules.notes import BadNote, Verifier, split_notes
from dangan.operations.backup import age, names
from dangan.operations.backup.rules import signing
from dangan.operations.backup.rules.manifest import (
    Keys,
    KeysManifest,
    Ledger,
    Manifest,
    Part,
    keys_manifest_of,
    keys_of,
    ledger_of,
    manifest_of,
)
from dangan.operations.backup.rules.problems import Damaged, Unusable
from dangan.operations.backup.stores import Lost, Store, open_store
from dangan.operations.backup.stores.base import get


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Which back-up, from where, and what opens it. An empty ``name`` is the newest."""

    name: str
    to: str
    keys_to: str
    identity: Path
    keys_identity: Path
    public: Verifier
    ledger: Path | None = None
    checkpoints: Path | None = None


@dataclass(frozen=True, slots=True)
class Exported:
    """The newest signed checkpoint that somebody has."""

    size: int
    root: bytes


def manifests(url: str, public: Verifier) -> Iterator[Manifest]:
    """The whole back-ups at a place, newest first; raises ``Forged`` at one that is not ours."""
    if not url:
        raise Unusable("备份在哪里？用 --from 写明，或设置 DANGAN_BACKUP_TO。")
    store = open_store(url)
    try:
        for name in whole(store):
            yield _manifest(store, name, public)[0]
    finally:
        store.close()


def whole(store: Store) -> list[str]:
    """The names of back-ups with a manifest, newest first."""
    found = [name.split("/") for name, _ in store.names("backups/")]
    return sorted((parts[1] for parts in found if parts[2:] == [names.MANIFEST]), reverse=True)


class Fetched:
    """A back-up that may be used: everything small about it has been checked.

    Raises :class:`BackupProblem` from the constructor otherwise.
    """

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self._identity = age.identity_of(sources.identity)
        self._keys_identity = age.identity_of(sources.keys_identity)
        self.store = open_store(sources.to)
        try:
            self.manifest, self.digest = _manifest(self.store, self._chosen(), sources.public)
            self.ledger, self.ledger_document = self._ledger()
            self.keys = self._keys()
        except BaseException:
            self.store.close()
            raise
        self.checkpoints = self._checkpoints()

    def close(self) -> None:
        self.store.close()

    def part(self, part: Part, taker: age.Taker) -> None:
        """Opens one encrypted part; raises :class:`Damaged` naming it."""
        try:
            source = self.store.read(part.name)
        except Lost:
            raise Damaged(part.name, "不在备份位置上。") from None
        try:
            age.decrypt(
                source,
                self._identity,
                taker,
                part=part.name,
                size=part.size,
                sha256=part.sha256,
            )
        finally:
            source.close()

    def file(self, name: str, taker: age.Taker) -> None:
        """Opens one sealed file's object; raises :class:`Damaged` naming it."""
        where = names.file_of(name)
        try:
            source = self.store.read(where)
        except Lost:
            raise Damaged(f"文件 {name}", "不在备份位置上。") from None
        try:
            age.decrypt(source, self._identity, taker, part=f"文件 {name}")
        finally:
            source.close()

    def small(self, part: Part) -> bytes:
        """An encrypted part that fits in memory."""
        pieces: list[bytes] = []
        self.part(part, age.Taker(pieces.append, lambda: ""))
        return b"".join(pieces)

    def plain(self, part: Part) -> bytes:
        """A part that is not encrypted: the list of files."""
        try:
            body = get(self.store, part.name)
        except Lost:
            raise Damaged(part.name, "不在备份位置上。") from None
        if len(body) != part.size or signing.fingerprint(body) != part.sha256:
            raise Damaged(part.name, "内容与清单的摘要不符。")
        return body

    def exported(self) -> list[Exported]:
        """The signed checkpoints that were given, or lie at the place; what the log's key did not
        sign is left out, and found by the check of the log."""
        try:
            key = Verifier.parse(self.manifest.log.public_key)
        except BadNote:
            return []
        found = []
        for note in split_notes(self.checkpoints.splitlines(keepends=True)):
            try:
                checkpoint = key.open(note)
            except BadNote:
                continue
            found.append(Exported(checkpoint.size, checkpoint.root))
        return sorted(found, key=lambda one: one.size)

    def _chosen(self) -> str:
        found = whole(self.store)
        if not found:
            raise Unusable(f"{self.store.label} 里没有完整的备份。")
        name = self.sources.name or found[0]
        if name not in found:
            raise Unusable(f"没有名为 {name} 的完整备份。用 dangan backup list 查看有哪些。")
        return name

    def _ledger(self) -> tuple[Ledger, bytes]:
        """The ledger of destructions; without one, or with one older than the back-up, nothing is
        opened: whoever was destroyed since would come back."""
        try:
            given = self.sources.ledger
            document = given.read_bytes() if given else get(self.store, names.LEDGER)
        except (Lost, OSError):
            raise Unusable(
                "没有销毁台账，没有打开任何东西。用 --ledger 给出从生产系统导出的台账，"
                "否则备份之后销毁的档案会复活。"
            ) from None
        found = ledger_of(signing.open_signed(document, self.sources.public, what="销毁台账"))
        if found.size < self.manifest.log.size or found.at < self.manifest.instant:
            raise Unusable(
                f"销毁台账（{found.at:%Y-%m-%d %H:%M}）比备份"
                f"（{self.manifest.instant:%Y-%m-%d %H:%M}）旧，没有打开任何东西。请换更新的台账。"
            )
        return found, document

    def _keys(self) -> Keys:
        """The newest keys: epochs that were destroyed since the back-up stay destroyed."""
        store = open_store(self.sources.keys_to)
        try:
            found = sorted({name.split("/")[1] for name, _ in store.names("keys/")}, reverse=True)
            for name in found:
                try:
                    manifest, _ = _keys_manifest(store, name, self.sources.public)
                except Lost:
                    continue  # a run that was killed before it was whole
                self._need(manifest)
                return self._open_keys(store, manifest)
        finally:
            store.close()
        raise Unusable(f"{store.label} 里没有密钥备份。请检查 --keys-from。")

    def _need(self, manifest: KeysManifest) -> None:
        lacking = sorted(set(self.manifest.epochs) - set(manifest.epochs))
        if lacking:
            raise Unusable(
                f"密钥备份里没有第 {'、'.join(map(str, lacking))} 期主密钥：这个备份太旧，"
                "其中的数据按规定已不能再打开。请用更新的备份。"
            )

    def _open_keys(self, store: Store, manifest: KeysManifest) -> Keys:
        pieces: list[bytes] = []
        try:
            source = store.read(manifest.part.name)
        except Lost:
            raise Damaged(manifest.part.name, "不在备份位置上。") from None
        try:
            age.decrypt(
                source,
                self._keys_identity,
                age.Taker(pieces.append, lambda: ""),
                part=manifest.part.name,
                size=manifest.part.size,
                sha256=manifest.part.sha256,
            )
        finally:
            source.close()
        return keys_of(b"".join(pieces))

    def _checkpoints(self) -> str:
        given = self.sources.checkpoints
        try:
            raw = given.read_bytes() if given else get(self.store, names.CHECKPOINTS)
        except Lost:
            return ""  # not the manifest's own: the log would be compared with itself
        except OSError:
            raise Unusable(f"检查点文件 {given} 读不出来。") from None
        return raw.decode("utf-8", "replace")


def _manifest(store: Store, name: str, public: Verifier) -> tuple[Manifest, str]:
    try:
        document = get(store, names.manifest_of(name))
    except Lost:
        raise Unusable(f"备份 {name} 没有清单，不是完整的备份。") from None
    body = signing.open_signed(document, public, what=f"备份 {name} 的清单")
    found = manifest_of(body)
    if found.name != name:
        raise Damaged(f"备份 {name}", f"清单是另一个备份 {found.name} 的。")
    return found, signing.fingerprint(document)


def _keys_manifest(store: Store, name: str, public: Verifier) -> tuple[KeysManifest, Any]:
    document = get(store, names.keys_manifest_of(name))
    body = signing.open_signed(document, public, what=f"密钥备份 {name} 的清单")
    return keys_manifest_of(body), document
