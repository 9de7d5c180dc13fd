"""What went wrong, in one sentence a user can act on, and the exit code it deserves."""

from __future__ import annotations

import os
import traceback
from pathlib import Path

REFUSED = 1
UNUSABLE = 2

_REFUSALS = frozenset(
    {
        "Refused",
        "Absent",
        "Conflict",
        "InvalidRecord",
        "NoSuchAccount",
        "AccountProblem",
        "PeopleThere",
        "PermissionDenied",
    }
)
_UNREACHABLE = frozenset({"OperationalError", "InterfaceError"})
_SENTENCES = {
    "Absent": "没有找到，或者你无权查看。",
    "Conflict": "这条记录刚被别人改过，没有写入。请重新查看后再试。",
    "NoSuchAccount": "没有这个账号，或账号已停用。",
    "AuditUnavailable": "日志暂时不能写入，因此没有执行。请检查数据库和磁盘空间。",
}


def exit_code_of(error: Exception) -> tuple[int, str]:
    """Exit code and sentence for ``error``; values never appear, they may be personal.

    Families are told apart by name: importing them would load every room.
    """
    if os.environ.get("DANGAN_DEBUG"):
        traceback.print_exception(error)
    families = {kind.__name__ for kind in type(error).__mro__}
    if families & _REFUSALS:
        return REFUSED, _sentence(error, "没有这项权限。")
    if families & _UNREACHABLE:
        return UNUSABLE, "连不上数据库。请检查 DANGAN_DATABASE_URL，或数据库是否在运行。"
    if type(error).__module__.startswith("dangan."):
        return UNUSABLE, _sentence(error, str(error))
    if isinstance(error, PermissionError):
        return UNUSABLE, f"没有权限读写 {error.filename}。"
    if isinstance(error, FileNotFoundError):
        return UNUSABLE, f"没有文件 {error.filename}。"
    return UNUSABLE, (
        f"出现了没有料到的错误：{type(error).__name__}（{_where(error)}）。"
        "命令没有完成。设置 DANGAN_DEBUG=1 再试可看到详情，其中可能有个人信息。"
    )


def _sentence(error: Exception, otherwise: str) -> str:
    """The words our exceptions carry for people, wherever they keep them."""
    if type(error).__name__ in _SENTENCES:
        return _SENTENCES[type(error).__name__]
    if callable(lines := getattr(error, "lines", None)):
        return "\n".join(lines())
    if problems := getattr(error, "problems", None):
        return "\n".join(str(problem.message) for problem in problems)
    if messages := getattr(error, "messages", None):
        return "\n".join(messages)
    for name in ("message", "reason", "text"):
        if said := getattr(error, name, None):
            return str(said)
    return otherwise


def _where(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "dangan" in Path(frame.filename).parts]
    last = next(reversed(ours or list(frames)), None)
    return f"{Path(last.filename).name}:{last.lineno}" if last else "?"
