"""What went wrong, in one sentence a user can act on, and the exit code it deserves."""

from __future__ import annotations

import os
import traceback
from pathlib import Path

REFUSED = 1
UNUSABLE = 2

_REFUSALS = frozenset({"Refused", "Absent", "Conflict", "InvalidRecord", "InvalidUnit"})
_SENTENCES = {
    "Absent": "没有找到，或者你无权查看。",
    "Conflict": "这条记录刚被别人改过，没有写入。请重新查看后再试。",
}
_UNREACHABLE = ("OperationalError", "InterfaceError")


def exit_code_of(error: Exception) -> tuple[int, str]:
    """Exit code and sentence for ``error``; values never appear, they may be personal.

    Families are told apart by name: importing them would load every room.
    """
    if os.environ.get("DANGAN_DEBUG"):
        traceback.print_exception(error)
    families = {kind.__name__ for kind in type(error).__mro__}
    if families & _REFUSALS:
        return REFUSED, _sentence(error)
    if _is_ours(error):
        return UNUSABLE, str(error)
    if families & set(_UNREACHABLE):
        return UNUSABLE, "连不上数据库。请检查 DANGAN_DATABASE_URL，或数据库是否在运行。"
    if isinstance(error, PermissionError):
        return UNUSABLE, f"没有权限读写 {error.filename}。"
    if isinstance(error, FileNotFoundError):
        return UNUSABLE, f"没有文件 {error.filename}。"
    return UNUSABLE, (
        f"出现了没有料到的错误：{type(error).__name__}（{_where(error)}）。"
        "没有写入。设置 DANGAN_DEBUG=1 再试可看到详情，其中可能有个人信息。"
    )


def _sentence(error: Exception) -> str:
    name = type(error).__name__
    if name in _SENTENCES:
        return _SENTENCES[name]
    problems = getattr(error, "problems", None)
    if problems:
        return "\n".join(str(problem.message) for problem in problems)
    reason = getattr(error, "reason", "")
    return str(reason) if reason else "没有这项权限。"


def _is_ours(error: Exception) -> bool:
    """Our own exceptions carry a sentence made for people."""
    return type(error).__module__.startswith("dangan.")


def _where(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "dangan" in Path(frame.filename).parts]
    last = (ours or frames or [None])[-1]
    return f"{Path(last.filename).name}:{last.lineno}" if last else "?"
