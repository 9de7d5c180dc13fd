"""Files, keys and the machine they lie on."""

from __future__ import annotations

import fcntl
import os
import resource
import shutil
import stat
import struct
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from dangan.security.checks.registry import Finding, bad, ok, warn

_GETFLAGS = 0x80086601
"""``FS_IOC_GETFLAGS`` of <linux/fs.h>."""
_APPEND_ONLY = 0x20
_GROUP_OR_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_SWAPS = Path("/proc/swaps")
_PTRACE = Path("/proc/sys/kernel/yama/ptrace_scope")
FREE_SHARE, FREE_BYTES = 0.10, 2 * 2**30
_LEFT_OUT = frozenset({"static", "pg", "metrics"})
_FOR_ALL = frozenset({"checkpoints.txt", "ledger.json", "pg.lock", "pg.start.lock"})
"""Signed to be read and carried elsewhere, or empty; public keys (``.vkey``) besides."""


def root_secret() -> Finding:
    """Only the service's own account may read the root secret."""
    path = settings.DANGAN.root_secret_file
    if not path.exists():
        return bad("没有找到根密钥文件", "从密钥备份取回根密钥；没有它，任何数据都打不开")
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode) or found.st_mode & _GROUP_OR_OTHERS:
        return bad(
            "根密钥文件的权限是 {mode}",
            "改为只有服务账号可读：chmod 600",
            mode=oct(found.st_mode & 0o777),
        )
    if found.st_uid != os.geteuid():
        return bad("根密钥文件属于另一个系统账号", "把文件改属运行服务的系统账号（chown）")
    return ok("根密钥文件只有服务账号可读")


def home() -> Finding:
    """Nobody but the service writes to the home."""
    mode = settings.DANGAN.home.stat().st_mode
    if mode & (stat.S_IWGRP | stat.S_IWOTH):
        return bad("数据目录允许别的系统账号写入", "收紧权限：chmod 711 数据目录")
    if mode & (stat.S_IRGRP | stat.S_IROTH):
        return warn("数据目录允许别的系统账号列出文件", "收紧权限：chmod 711 数据目录")
    return ok("数据目录只有服务账号可写")


def readable_files() -> Finding:
    """No file of the home can be read by everybody; public static files and the database's own
    directory, which its server guards, are left out."""
    home_dir = settings.DANGAN.home
    found = [path for path in _files(home_dir) if path.lstat().st_mode & stat.S_IROTH]
    if found:
        return bad(
            "数据目录里有 {n} 个文件任何系统账号都能读",
            "收紧权限：chmod -R o-r 数据目录，再查是谁放宽的",
            n=len(found),
        )
    return ok("数据目录里没有任何人都能读的文件")


def _files(folder: Path, depth: int = 3) -> Iterator[Path]:
    """The files, as deep as they are ours to look; what goes meanwhile is no finding."""
    for path in folder.iterdir():
        if path.name in _LEFT_OUT | _FOR_ALL or path.suffix == ".vkey" or path.is_symlink():
            continue
        if path.is_dir():
            if depth and os.access(path, os.R_OK | os.X_OK):
                yield from _files(path, depth - 1)
        elif path.is_file() and path.stat().st_mode & stat.S_IROTH and _reachable(path):
            yield path


def _reachable(path: Path) -> bool:
    """Whether other accounts can walk to it: a closed folder closes what is in it."""
    home_dir = settings.DANGAN.home
    between = [parent for parent in path.parents if parent.is_relative_to(home_dir)]
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in between)


def keys_apart() -> Finding:
    """Keys are backed up to another disk than the data, and neither to that of the home."""
    data, keys = _folder(settings.DANGAN.backup_to), _folder(settings.DANGAN.backup_keys_to)
    disks = {"home": settings.DANGAN.home.stat().st_dev}
    for name, folder in (("data", data), ("keys", keys)):
        if folder is not None:
            disks[name] = _nearest(folder).stat().st_dev
    if not settings.DANGAN.backup_to:
        return bad(
            "没有设置备份位置", "设置 DANGAN_BACKUP_TO 和 DANGAN_BACKUP_KEYS_TO，指向两个不同的地方"
        )
    if disks.get("keys") is not None and disks.get("keys") == disks.get("data"):
        return bad("密钥和数据备份在同一块磁盘", "把 DANGAN_BACKUP_KEYS_TO 指向另一处")
    if disks["home"] in {disks.get("data"), disks.get("keys")}:
        return warn("备份与数据在同一块磁盘，磁盘损坏时一起丢失", "把备份放到另一台机器")
    return ok("密钥、备份和数据分在不同的地方")


def _folder(target: str) -> Path | None:
    return (
        Path(target.removeprefix("file://"))
        if target and "://" not in target.removeprefix("file://")
        else None
    )


def _nearest(path: Path) -> Path:
    return path if path.exists() else _nearest(path.parent)


def disk() -> Finding:
    """There is room: a full disk stops every change, since none is accepted without its log."""
    usage = shutil.disk_usage(settings.DANGAN.home)
    free = usage.free / 2**30
    if usage.free < FREE_BYTES:
        return bad(
            "数据目录只剩 {free} GB", "清理或扩充磁盘；写满后系统不再接受修改", free=f"{free:.1f}"
        )
    if usage.free < FREE_SHARE * usage.total:
        return warn("数据目录剩余不到一成（{free} GB）", "清理或扩充磁盘", free=f"{free:.1f}")
    return ok("数据目录还有 {free} GB", free=f"{free:.0f}")


def core_dumps() -> Finding:
    """A crash writes no memory, which holds names and keys, to the disk."""
    soft, _hard = resource.getrlimit(resource.RLIMIT_CORE)
    if soft != 0:
        return warn(
            "程序崩溃时会把内存写到磁盘", "在 systemd 单元里写 LimitCORE=0，或先执行 ulimit -c 0"
        )
    return ok("程序崩溃时不写内存转储")


def ptrace() -> Finding:
    """Another program of the same account cannot read this one's memory."""
    if not _PTRACE.exists():
        return warn(
            "内核没有 Yama，同一系统账号的程序可以读本程序的内存",
            "启用 Yama 并设 kernel.yama.ptrace_scope=2，或让服务独占一个系统账号",
        )
    scope = int(_PTRACE.read_text().strip() or 0)
    if scope == 0:
        return warn(
            "同一系统账号的程序可以读本程序的内存",
            "设置 kernel.yama.ptrace_scope=1 或更高（sysctl）",
        )
    return ok("别的程序读不到本程序的内存（ptrace_scope={scope}）", scope=scope)


def swap() -> Finding:
    """Memory is not written to a disk in clear."""
    lines = _SWAPS.read_text().splitlines()[1:] if _SWAPS.exists() else []
    open_ones = [line.split()[0] for line in lines if not _sealed_swap(line.split()[0])]
    if open_ones:
        return warn(
            "有 {n} 处没有加密的交换空间",
            "关闭交换（swapoff -a）或改用加密的交换设备",
            n=len(open_ones),
        )
    return ok("没有未加密的交换空间")


def _sealed_swap(device: str) -> bool:
    """zram stays in memory; a device mapper may be encrypted, which is what it is used for."""
    return Path(device).name.startswith(("zram", "dm-"))


def account() -> Finding:
    """The service does not run as root."""
    if os.geteuid() == 0:
        return warn("服务以 root 运行", "建一个专用系统账号运行服务（见部署说明里的 systemd 单元）")
    return ok("服务以专用系统账号运行")


def checkpoint_file() -> Finding:
    """The file of signed checkpoints can only be appended to."""
    path = settings.DANGAN.checkpoint_file
    if not path.exists():
        return warn("还没有检查点文件", "启动服务后，日志服务会写出检查点；几分钟后再看")
    if path.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return bad("别的系统账号可以改写检查点文件", "收紧权限：chmod 600 checkpoints.txt")
    if not _appends_only(path):
        return warn(
            "检查点文件没有设为只能追加",
            "以 root 执行 chattr +a checkpoints.txt；文件系统不支持时，靠送到机器之外的那一份",
        )
    return ok("检查点文件只能追加")


def _appends_only(path: Path) -> bool:
    with path.open("rb") as file:
        flags = bytearray(struct.pack("l", 0))
        try:
            fcntl.ioctl(file.fileno(), _GETFLAGS, flags)
        except OSError:
            return False
    return bool(struct.unpack("l", bytes(flags))[0] & _APPEND_ONLY)
