"""``dangan restore``: a new installation out of a back-up, whole or not at all.

Everything is built in a folder beside the wanted one and gets its name last. What a killed restore
leaves is called ``.NAME.restoring-…``, is never served, and goes with the next attempt.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from dangan.operations.backup.fetching import Fetched, Sources
from dangan.operations.backup.installation import Installation, remove, server
from dangan.operations.backup.loading import (
    Loaded,
    database_is_empty,
    load_database,
    load_files,
)
from dangan.operations.backup.rules.orders import Order
from dangan.operations.backup.rules.problems import Unusable

Say = Callable[[str], None]


def restore(sources: Sources, into: Path, *, database_url: str, say: Say) -> list[str]:
    """Restores into an empty or absent folder; gives sentences on what was done.

    Raises :class:`BackupProblem`; ``into`` is then as it was.
    """
    began = time.monotonic()
    _refuse_taken(into)
    _refuse_file_store()
    fetched = Fetched(sources)
    try:
        manifest = fetched.manifest
        say(f"备份 {manifest.name}，时刻 {manifest.instant.astimezone():%Y-%m-%d %H:%M:%S}。")
        with _draft(into) as draft:
            done = _build(fetched, Installation(draft, database_url), say)
            _give_name(draft, into)
    finally:
        fetched.close()
    took = time.monotonic() - began
    return [
        *done,
        f"已恢复到 {into}，用时 {took:.0f} 秒。",
        "启动：DANGAN_HOME=" + str(into) + " dangan serve",
        "备份之后离职、停用或收权的账号会恢复原状，请按复核清单核对；所有人须重新登录。",
    ]


def _build(fetched: Fetched, made: Installation, say: Say) -> list[str]:
    made.put_root(fetched)
    (made.home / "backup.vkey").write_text(f"{fetched.sources.public}\n", encoding="ascii")
    made.mark(fetched)
    with server(made):
        if not database_is_empty(made.target):
            raise Unusable("给定的数据库不是空的，没有动它。请换一个空数据库。")
        loaded = Loaded()
        load_database(fetched, made.target, loaded, strict=True)
        say(f"数据库 {sum(loaded.tables.values())} 行，已载入。")
        load_files(fetched, made.home / "files", loaded, strict=True)
        say(f"文件 {loaded.files} 份，已载入。")
        answer = made.do(
            Order(
                "settle",
                fetched.manifest,
                fetched.ledger,
                tuple((one.size, one.root) for one in fetched.exported()),
                fetched.checkpoints,
            )
        )
    lines = list(answer.said)
    newest = max((one.size for one in fetched.exported()), default=0)
    if newest > fetched.ledger.size:
        lines.append(
            f"注意：销毁台账只到日志第 {fetched.ledger.size} 条，检查点到第 {newest} 条，"
            "其间若有销毁，没有重放；请向销毁经办人核对。"
        )
    return lines


def _refuse_taken(into: Path) -> None:
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise Unusable(f"{into} 不是空文件夹，没有动它。请另给一个空的或还不存在的文件夹。")
    if into.is_mount():
        raise Unusable(
            f"{into} 是挂载点，恢复好的文件夹不能改成这个名字，没有动它。请给它下面的一个文件夹。"
        )
    if not into.parent.is_dir():
        raise Unusable(f"{into.parent} 不存在，请先建好上一级文件夹。")


def _refuse_file_store() -> None:
    if os.environ.get("DANGAN_FILES_URL"):
        raise Unusable(
            "恢复时文件先放进文件夹：请取消 DANGAN_FILES_URL 再恢复，"
            "然后把 files 文件夹传到对象存储，再设置回来。"
        )


@contextmanager
def _draft(into: Path) -> Iterator[Path]:
    """A folder beside ``into``, locked while we live, gone afterwards unless it got its name."""
    for old in into.parent.glob(f".{into.name}.restoring-*"):
        if _dead(old):
            remove(old)
    folder = into.parent / f".{into.name}.restoring-{secrets.token_hex(4)}"
    folder.mkdir(mode=0o711)
    with (folder / "restoring.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield folder
        finally:
            if folder.exists():
                remove(folder)


def _dead(folder: Path) -> bool:
    try:
        with (folder / "restoring.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return not (folder / "restoring.lock").exists()
    return True


def _give_name(draft: Path, into: Path) -> None:
    """The one moment in which the installation comes into being; all of it is on the disk then."""
    os.sync()
    (draft / "restoring.lock").unlink()
    if into.exists():
        into.rmdir()
    draft.rename(into)
    descriptor = os.open(into.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
